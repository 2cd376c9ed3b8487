package dev.comporta.model;

import com.fasterxml.jackson.core.JsonPointer;
import dev.comporta.store.StartupFailure;
import io.quarkus.runtime.Startup;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.interceptor.Interceptor;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Optional;

/**
 * The HTTP API that knows the rates. Its address may hold a key, so it is in no message, log line or exception; only
 * its host is. Made at start, so that a wrong setting is told then. Thread-safe; never waits.
 */
@ApplicationScoped
@Startup(Interceptor.Priority.LIBRARY_BEFORE)
class ExchangeRateSource {

    /** It did not say what is wanted. The message may be logged. */
    static final class Unusable extends RuntimeException {
        Unusable(String message) {
            super(message, null, false, false);
        }
    }

    private static final int MAX_PORT = 65_535;
    private static final int MAX_BYTES = 256 * 1024;
    private static final Duration LONGEST_TIMEOUT = Duration.ofMinutes(2);
    private static final String PREFIX = "gateway.exchange-rates.";

    private final Vertx vertx;
    private final HttpClient client;
    private final Optional<URI> url;
    private final JsonPointer eur;
    private final JsonPointer brl;
    private final long timeoutMillis;

    ExchangeRateSource(Vertx vertx, ExchangeRateConfig config) {
        this.vertx = vertx;
        url = config.url().map(String::strip).filter(text -> !text.isEmpty()).map(ExchangeRateSource::parse);
        eur = pointer("eur-path", config.eurPath());
        brl = pointer("brl-path", config.brlPath());
        if (config.timeout().compareTo(Duration.ofMillis(1)) < 0
                || config.timeout().compareTo(LONGEST_TIMEOUT) > 0) {
            throw new StartupFailure("The setting " + PREFIX + "timeout is not usable: write 1S to 2M.");
        }
        timeoutMillis = config.timeout().toMillis();
        client = vertx.createHttpClient(new HttpClientOptions().setKeepAlive(false));
    }

    /** By what rows tell where their rates came from: its host. Empty if nobody is to be asked. */
    Optional<String> name() {
        return url.map(URI::getHost);
    }

    /** Asks. Fails with {@link Unusable}. Only if there is a {@link #name()}. */
    Future<UsdRates> ask() {
        Promise<Buffer> body = Promise.promise();
        long timer = vertx.setTimer(
                timeoutMillis, late -> body.tryFail(new Unusable("no answer within %d ms".formatted(timeoutMillis))));
        body.future().onComplete(done -> vertx.cancelTimer(timer));
        client.request(new RequestOptions()
                        .setMethod(HttpMethod.GET)
                        .setAbsoluteURI(url.orElseThrow().toString())
                        .setFollowRedirects(false)
                        .putHeader(HttpHeaders.ACCEPT, "application/json")
                        .putHeader(HttpHeaders.ACCEPT_ENCODING, HttpHeaders.IDENTITY)
                        .putHeader(HttpHeaders.USER_AGENT, "comporta"))
                .onFailure(broken -> fail(body, broken))
                .onSuccess(request -> send(request, body));
        return body.future().map(bytes -> UsdRates.read(bytes.getBytes(), eur, brl));
    }

    private static void send(HttpClientRequest request, Promise<Buffer> body) {
        // Whichever way it ends, nothing stays open; after the last byte this does nothing.
        body.future().onComplete(done -> request.reset());
        request.send().onFailure(broken -> fail(body, broken)).onSuccess(response -> collect(response, body));
    }

    private static void collect(HttpClientResponse response, Promise<Buffer> body) {
        response.exceptionHandler(broken -> fail(body, broken));
        if (response.statusCode() != 200) {
            body.tryFail(new Unusable("it answered " + response.statusCode()));
            return;
        }
        Buffer bytes = Buffer.buffer();
        response.handler(chunk -> {
                    if (bytes.length() + chunk.length() > MAX_BYTES) {
                        body.tryFail(new Unusable("its answer is longer than %d bytes".formatted(MAX_BYTES)));
                    } else {
                        bytes.appendBuffer(chunk);
                    }
                })
                .endHandler(end -> body.tryComplete(bytes));
    }

    /** Says the kind of failure only: what is in its message is not ours to vouch for. */
    private static void fail(Promise<Buffer> body, Throwable broken) {
        body.tryFail(new Unusable(
                "it cannot be reached (%s)".formatted(broken.getClass().getSimpleName())));
    }

    private static URI parse(String text) {
        try {
            URI url = new URI(text);
            boolean http = "http".equalsIgnoreCase(url.getScheme()) || "https".equalsIgnoreCase(url.getScheme());
            if (http && url.getHost() != null && url.getRawUserInfo() == null && url.getPort() <= MAX_PORT) {
                return url;
            }
        } catch (URISyntaxException e) {
            // Told below, without repeating what may hold a key.
        }
        throw new StartupFailure("The setting " + PREFIX
                + "url is not a URL: write http(s)://host/path?query, without a login; or leave it empty.");
    }

    private static JsonPointer pointer(String setting, String text) {
        try {
            return JsonPointer.compile(text.strip());
        } catch (IllegalArgumentException e) {
            throw new StartupFailure("The setting %s%s is not a JSON pointer: write /rates/EUR, for example."
                    .formatted(PREFIX, setting));
        }
    }
}
