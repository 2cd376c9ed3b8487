package dev.comporta.pipeline;

import dev.comporta.core.PublicAddress;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import java.net.InetAddress;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Gets one image. The connection goes to exactly the address that was found to be public, so that a name which answers
 * differently the second time gains nothing; each redirect is looked at as if it were the first address. Nothing of the
 * caller's or the gateway's own goes along.
 *
 * <p>Lives on one event loop.
 */
final class ImageFetch {

    /** The image cannot be had; there is one word for all reasons, so that nobody can map our network with it. */
    static final class Unavailable extends RuntimeException {
        Unavailable() {
            super(null, null, false, false);
        }
    }

    /** It is too large, or all together are. */
    static final class TooLarge extends RuntimeException {
        TooLarge() {
            super(null, null, false, false);
        }
    }

    private static final int MAX_REDIRECTS = 3;
    private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);

    private final Vertx vertx;
    private final HttpClient client;
    private final Function<String, Future<List<InetAddress>>> resolver;
    private final Set<String> allowed;
    private final long maxBytes;
    private final LongPredicate room;
    private final Promise<String> dataUrl = Promise.promise();
    private @Nullable HttpClientRequest request;
    private int redirects;

    /**
     * @param allowed hosts that need not be public
     * @param room asked for each number of bytes, whether there is still room for them
     */
    ImageFetch(
            Vertx vertx,
            HttpClient client,
            Function<String, Future<List<InetAddress>>> resolver,
            Set<String> allowed,
            long maxBytes,
            LongPredicate room) {
        this.vertx = vertx;
        this.client = client;
        this.resolver = resolver;
        this.allowed = allowed;
        this.maxBytes = maxBytes;
        this.room = room;
    }

    /** The image as a {@code data:} URL; fails with {@link Unavailable} or {@link TooLarge}. */
    Future<String> of(String url, long timeoutMillis) {
        long timer = vertx.setTimer(timeoutMillis, late -> fail());
        dataUrl.future().onComplete(done -> {
            vertx.cancelTimer(timer);
            if (request != null) {
                request.reset();
            }
        });
        ask(ImageUrl.parse(url, allowed));
        return dataUrl.future();
    }

    /** Gives up, because another image has failed. */
    void cancel() {
        fail();
    }

    private void ask(@Nullable ImageUrl url) {
        if (url == null) {
            fail();
            return;
        }
        resolver.apply(url.host()).onComplete(resolved -> {
            boolean may = resolved.succeeded()
                    && !resolved.result().isEmpty()
                    && (url.trusted()
                            || resolved.result().stream().allMatch(address -> PublicAddress.is(address.getAddress())));
            if (may && !dataUrl.future().isComplete()) {
                send(url, resolved.result().get(0));
            } else {
                fail();
            }
        });
    }

    private void send(ImageUrl url, InetAddress address) {
        client.request(new RequestOptions()
                        .setMethod(HttpMethod.GET)
                        .setServer(SocketAddress.inetSocketAddress(url.port(), address.getHostAddress()))
                        .setHost(url.host())
                        .setPort(url.port())
                        .setSsl(url.tls())
                        .setURI(url.target())
                        .setFollowRedirects(false)
                        .putHeader(HttpHeaders.HOST, url.authority())
                        .putHeader(HttpHeaders.ACCEPT, "image/*")
                        .putHeader(HttpHeaders.ACCEPT_ENCODING, HttpHeaders.IDENTITY))
                .compose(ready -> {
                    request = ready;
                    if (dataUrl.future().isComplete()) {
                        ready.reset();
                    }
                    return ready.send();
                })
                .onSuccess(response -> answered(url, response))
                .onFailure(broken -> fail());
    }

    private void answered(ImageUrl url, HttpClientResponse response) {
        // Whatever breaks is told to the future; without a handler Vert.x would log it as an error besides.
        response.exceptionHandler(broken -> fail());
        String location = response.getHeader(HttpHeaders.LOCATION);
        if (REDIRECTS.contains(response.statusCode()) && location != null && redirects++ < MAX_REDIRECTS) {
            response.exceptionHandler(broken -> {}).request().reset();
            request = null;
            ask(url.redirected(location, allowed));
        } else if (response.statusCode() == 200) {
            collect(response);
        } else {
            fail();
        }
    }

    private void collect(HttpClientResponse response) {
        Buffer bytes = Buffer.buffer();
        response.handler(chunk -> {
                    if (bytes.length() + chunk.length() > maxBytes || !room.test(chunk.length())) {
                        dataUrl.tryFail(new TooLarge());
                    } else {
                        bytes.appendBuffer(chunk);
                    }
                })
                .endHandler(end -> whole(bytes, response.getHeader(HttpHeaders.CONTENT_TYPE)));
    }

    private void whole(Buffer bytes, @Nullable String contentType) {
        String type = bytes.length() == 0 ? null : ImageType.of(bytes, contentType);
        if (type == null) {
            fail();
        } else if (!dataUrl.future().isComplete()) {
            dataUrl.tryComplete(
                    "data:" + type + ";base64," + Base64.getEncoder().encodeToString(bytes.getBytes()));
        }
    }

    private void fail() {
        dataUrl.tryFail(new Unavailable());
    }
}
