package dev.comporta.model;

import dev.comporta.store.StartupFailure;
import io.quarkus.runtime.Startup;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Gets the document of prices, whole and within bounds. Thread-safe; waits for nothing on an event loop. */
@Singleton
@Startup
class PriceSource {

    static final int MOST_BYTES = 32 << 20;

    private static final Set<String> HTTP = Set.of("http", "https");
    private static final int MOST_PORT = 65_535;

    private final Vertx vertx;
    private final long timeoutMillis;
    private final @Nullable URI address;
    private final @Nullable Path file;

    /** @throws StartupFailure if the address is none */
    PriceSource(Vertx vertx, PriceSyncConfig config) {
        this.vertx = vertx;
        timeoutMillis = config.timeout().toMillis();
        if (timeoutMillis < 1) {
            throw new StartupFailure("The setting gateway.price-sync.timeout must be longer than nothing: write 30S.");
        }
        URI parsed = config.url()
                .map(String::strip)
                .filter(url -> !url.isEmpty())
                .map(PriceSource::parse)
                .orElse(null);
        boolean isHttp = parsed != null && HTTP.contains(parsed.getScheme());
        address = isHttp ? parsed : null;
        file = parsed == null || isHttp ? null : path(parsed);
    }

    /** Whether there is anything to ask. */
    boolean isSet() {
        return address != null || file != null;
    }

    /** Where prices come from, without what may be secret in an address; empty if there is no source. */
    String name() {
        return file != null
                ? "file:" + file
                : address == null
                        ? ""
                        : address.getScheme() + "://" + address.getHost()
                                + (address.getPort() < 0 ? "" : ":" + address.getPort()) + address.getRawPath();
    }

    /** The document; fails with {@link PriceSourceFailure}. */
    Future<byte[]> fetch() {
        if (file != null) {
            return vertx.executeBlocking(() -> read(file), false);
        }
        return address == null
                ? Future.failedFuture(
                        PriceSourceFailure.unusable("There is no price source: set gateway.price-sync.url."))
                : download(address);
    }

    private Future<byte[]> download(URI from) {
        HttpClient client = vertx.createHttpClient(new HttpClientOptions()
                .setConnectTimeout((int) Math.min(timeoutMillis, Integer.MAX_VALUE))
                .setKeepAlive(false));
        Promise<byte[]> document = Promise.promise();
        long timer = vertx.setTimer(
                timeoutMillis, late -> document.tryFail(PriceSourceFailure.unreachable(name() + " takes too long")));
        // Closing the client ends whatever is still under way.
        document.future().onComplete(done -> {
            vertx.cancelTimer(timer);
            client.close();
        });
        client.request(new RequestOptions()
                        .setMethod(HttpMethod.GET)
                        .setAbsoluteURI(from.toString())
                        .setFollowRedirects(true)
                        .putHeader(HttpHeaders.ACCEPT, "application/json"))
                .compose(request -> request.send())
                .onSuccess(answer -> collect(answer, document))
                .onFailure(away -> document.tryFail(PriceSourceFailure.unreachable(name() + " cannot be reached")));
        return document.future();
    }

    private void collect(HttpClientResponse answer, Promise<byte[]> document) {
        answer.exceptionHandler(broken -> document.tryFail(PriceSourceFailure.unreachable(name() + " broke off")));
        if (answer.statusCode() != 200) {
            document.tryFail(
                    PriceSourceFailure.unusable("%s answers with status %d".formatted(name(), answer.statusCode())));
            return;
        }
        Buffer bytes = Buffer.buffer();
        answer.handler(chunk -> {
                    if (bytes.length() + chunk.length() > MOST_BYTES) {
                        document.tryFail(tooLong());
                    } else {
                        bytes.appendBuffer(chunk);
                    }
                })
                .endHandler(end -> document.tryComplete(bytes.getBytes()));
    }

    private byte[] read(Path path) {
        // A pipe or a device might never end.
        if (!Files.isRegularFile(path)) {
            throw PriceSourceFailure.unusable(name() + " is no file");
        }
        try (InputStream in = Files.newInputStream(path)) {
            byte[] bytes = in.readNBytes(MOST_BYTES + 1);
            if (bytes.length > MOST_BYTES) {
                throw tooLong();
            }
            return bytes;
        } catch (IOException e) {
            throw PriceSourceFailure.unusable(name() + " cannot be read");
        }
    }

    private PriceSourceFailure tooLong() {
        return PriceSourceFailure.unusable("%s has more than %d MiB".formatted(name(), MOST_BYTES >> 20));
    }

    private static URI parse(String text) {
        try {
            URI uri = text.matches("(?i)[a-z][a-z0-9+.-]+:.*")
                    ? URI.create(text)
                    : Path.of(text).toUri();
            boolean isHttp = HTTP.contains(uri.getScheme());
            if (isHttp ? uri.getHost() != null && uri.getPort() <= MOST_PORT : "file".equals(uri.getScheme())) {
                return uri;
            }
        } catch (IllegalArgumentException e) {
            // Told below, without the address: it may hold a password.
        }
        throw wrong();
    }

    private static Path path(URI uri) {
        try {
            return Path.of(uri);
        } catch (IllegalArgumentException e) {
            throw wrong();
        }
    }

    private static StartupFailure wrong() {
        return new StartupFailure("The setting gateway.price-sync.url is no address: write https://host/path,"
                + " file:///path or the path of a file, or leave it empty.");
    }
}
