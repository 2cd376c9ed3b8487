package dev.comporta.provider;

import dev.comporta.core.Secret;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * WebSocket connections to providers. Each event loop has a client of its own, so that a session stays on one thread.
 */
@ApplicationScoped
public class WebSockets {

    private static final String HANDSHAKE = "sec-websocket-";
    /** Connections are not shared, so a bound here would be one of callers. */
    private static final int MAX_CONNECTIONS = 1 << 20;
    /** How much later Vert.x closes what did not answer. */
    private static final long CLEANING_MILLIS = 1_000;

    private final Vertx vertx;
    private final ProviderConfig config;
    private final ThreadLocal<WebSocketClient> clients;

    WebSockets(Vertx vertx, ProviderConfig config, RealtimeConfig limits) {
        this.vertx = vertx;
        this.config = config;
        int maxFrameBytes = (int) Math.min(limits.maxFrameSize().asLongValue(), Integer.MAX_VALUE);
        clients = ThreadLocal.withInitial(() -> vertx.createWebSocketClient(new WebSocketClientOptions()
                .setMaxFrameSize(maxFrameBytes)
                .setMaxMessageSize(maxFrameBytes)
                .setMaxConnections(MAX_CONNECTIONS)
                .setTcpNoDelay(true)));
    }

    /**
     * Opens a connection. To be called on an event loop, which is then the connection's.
     *
     * @param provider the name of a configured provider
     * @return the open connection; fails with {@link io.vertx.core.http.UpgradeRejectedException} if the provider
     *     answers with anything but an upgrade, and with {@link TimeoutException} if it does not answer within its
     *     connect timeout
     */
    public Future<WebSocket> connect(String provider, Handshake handshake) {
        ProviderConfig.Settings settings = config.providers().get(provider);
        if (settings == null || settings.baseUrl().isEmpty()) {
            return Future.failedFuture("The provider %s has no address.".formatted(provider));
        }
        URI base = URI.create(settings.baseUrl().get().strip());
        boolean tls = "https".equalsIgnoreCase(base.getScheme());
        Future<WebSocket> connected = clients.get()
                .connect(new WebSocketConnectOptions()
                        .setHost(base.getHost())
                        .setPort(base.getPort() >= 0 ? base.getPort() : tls ? 443 : 80)
                        .setSsl(tls)
                        .setURI(prefix(base) + handshake.path())
                        .setSubProtocols(handshake.subProtocols().isEmpty() ? null : handshake.subProtocols())
                        .setAllowOriginHeader(false)
                        .setTimeout(millis(settings.connectTimeout()) + CLEANING_MILLIS)
                        .setHeaders(headers(handshake)));
        return within(millis(settings.connectTimeout()), connected);
    }

    /** Vert.x' own timeout looks like a broken connection; and what comes too late must not stay open. */
    private Future<WebSocket> within(long millis, Future<WebSocket> connected) {
        Promise<WebSocket> inTime = Promise.promise();
        long timer = vertx.setTimer(millis, late -> inTime.tryFail(new TimeoutException()));
        connected
                .onSuccess(socket -> {
                    vertx.cancelTimer(timer);
                    if (!inTime.tryComplete(socket)) {
                        socket.close();
                    }
                })
                .onFailure(failure -> {
                    vertx.cancelTimer(timer);
                    inTime.tryFail(failure);
                });
        return inTime.future();
    }

    private static MultiMap headers(Handshake handshake) {
        MultiMap headers = HttpHeaders.headers();
        ForwardedHeaders.toProvider(handshake.headers(), headers, handshake.ownKey());
        // The page that a browser shows is nobody's business, and the handshake is ours.
        headers.remove(HttpHeaders.ORIGIN);
        for (String name : new ArrayList<>(headers.names())) {
            if (name.regionMatches(true, 0, HANDSHAKE, 0, HANDSHAKE.length())) {
                headers.remove(name);
            }
        }
        Secret key = handshake.key();
        return key == null ? headers : headers.set(HttpHeaders.AUTHORIZATION, "Bearer " + key.reveal());
    }

    private static String prefix(URI base) {
        String path = base.getRawPath() == null ? "" : base.getRawPath();
        return path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    }

    private static long millis(Duration duration) {
        return Math.max(1, duration.toMillis());
    }

    /**
     * What goes to a provider.
     *
     * @param path below the base URL, with its query
     * @param headers what the caller sent; only what may reach a provider goes on
     * @param key what to present to the provider, or null
     * @param ownKey whether that is the caller's own key
     */
    public record Handshake(
            String path,
            MultiMap headers,
            List<String> subProtocols,
            @Nullable Secret key,
            boolean ownKey) {}
}
