package dev.comporta.provider;

import dev.comporta.core.Dialect;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import java.net.URI;
import java.util.HashSet;
import java.util.Set;

/** A provider reached over HTTP. Each event loop has a client of its own, so that a call never changes threads. */
final class HttpUpstream implements Upstream {

    private final Vertx vertx;
    private final Dialect dialect;
    private final ThreadLocal<Connections> connections;
    private final URI base;
    private final int port;
    private final boolean tls;
    private final String pathPrefix;
    private final String authority;
    private final long responseTimeoutNanos;
    private final long idleTimeoutNanos;

    HttpUpstream(Vertx vertx, URI base, ProviderConfig.Settings settings) {
        this.vertx = vertx;
        this.base = base;
        dialect = settings.dialect();
        tls = "https".equalsIgnoreCase(base.getScheme());
        port = base.getPort() >= 0 ? base.getPort() : tls ? 443 : 80;
        authority = base.getPort() >= 0 ? base.getHost() + ":" + port : base.getHost();
        String path = base.getRawPath() == null ? "" : base.getRawPath();
        pathPrefix = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
        responseTimeoutNanos = settings.responseTimeout().toNanos();
        idleTimeoutNanos = settings.idleTimeout().toNanos();
        long shortest = Math.min(
                settings.responseTimeout().toMillis(), settings.idleTimeout().toMillis());
        long watchPeriod = Math.max(10, Math.min(1_000, shortest / 4));
        connections = ThreadLocal.withInitial(() -> new Connections(
                client(settings, true), client(settings, false), new IdleWatch(vertx, watchPeriod), new HashSet<>()));
    }

    private HttpClient client(ProviderConfig.Settings settings, boolean keepAlive) {
        HttpClientOptions options = new HttpClientOptions()
                .setConnectTimeout((int) settings.connectTimeout().toMillis())
                .setTcpNoDelay(true)
                .setKeepAlive(keepAlive)
                .setKeepAliveTimeout(60)
                // Nothing is asked for, but a provider that encodes all the same is understood.
                .setDecompressionSupported(true)
                .setMaxHeaderSize(64 << 10);
        return vertx.createHttpClient(
                options,
                new PoolOptions().setHttp1MaxSize(settings.maxConnections()).setMaxWaitQueueSize(0));
    }

    @Override
    public Exchange send(Request request) {
        Connections local = connections.get();
        HttpExchange exchange = new HttpExchange(local.watch, responseTimeoutNanos, idleTimeoutNanos);
        MultiMap forwarded = HttpHeaders.headers();
        ForwardedHeaders.toProvider(request.headers(), forwarded, request.ownKey());
        forwarded.set(HttpHeaders.HOST, authority);
        forwarded.set(HttpHeaders.ACCEPT_ENCODING, HttpHeaders.IDENTITY);
        Credential.present(dialect, request.key(), forwarded);
        RequestOptions options = new RequestOptions()
                .setMethod(request.method())
                .setHost(base.getHost())
                .setPort(port)
                .setSsl(tls)
                .setURI(pathPrefix + request.path())
                .setHeaders(forwarded);
        local.transmit(exchange, options, request.body(), true);
        return exchange;
    }

    /**
     * What one event loop has of its own.
     *
     * @param once opens a connection for each request: one that has been idle may turn out to be closed, and a body
     *     that is streamed cannot be sent again
     * @param known connections that have served before
     */
    private record Connections(HttpClient client, HttpClient once, IdleWatch watch, Set<HttpConnection> known) {

        /** @param mayRepeat once only: a provider that closes the connection because of the request would bill each */
        void transmit(HttpExchange exchange, RequestOptions options, Body body, boolean mayRepeat) {
            (body.rest() == null ? client : once).request(options).onComplete(connected -> {
                if (connected.failed()) {
                    exchange.fail(connected.cause());
                    return;
                }
                HttpClientRequest request = connected.result();
                boolean servedBefore = !known.add(request.connection());
                if (!servedBefore) {
                    watch(request.connection());
                }
                exchange.begin(
                        request,
                        body,
                        mayRepeat && servedBefore ? () -> transmit(exchange, options, body, false) : null);
            });
        }

        private void watch(HttpConnection connection) {
            connection.closeHandler(closed -> known.remove(connection));
            // Whoever uses the connection is told; without a handler Vert.x would log it as an error besides.
            connection.exceptionHandler(told -> {});
        }
    }
}
