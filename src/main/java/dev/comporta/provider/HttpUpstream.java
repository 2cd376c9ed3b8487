package dev.comporta.provider;

import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/** A provider reached over HTTP. Each event loop has a client of its own, so that a call never changes threads. */
final class HttpUpstream implements Upstream {

    private final Vertx vertx;
    private final ThreadLocal<HttpClient> clients;
    private final URI base;
    private final int port;
    private final boolean tls;
    private final String pathPrefix;
    private final String authority;
    private final long responseTimeoutMillis;
    private final long idleTimeoutMillis;

    HttpUpstream(Vertx vertx, URI base, ProviderConfig.Settings settings) {
        this.vertx = vertx;
        this.base = base;
        tls = "https".equalsIgnoreCase(base.getScheme());
        port = base.getPort() >= 0 ? base.getPort() : tls ? 443 : 80;
        authority = base.getPort() >= 0 ? base.getHost() + ":" + port : base.getHost();
        String path = base.getRawPath() == null ? "" : base.getRawPath();
        pathPrefix = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
        responseTimeoutMillis = settings.responseTimeout().toMillis();
        idleTimeoutMillis = settings.idleTimeout().toMillis();
        clients = ThreadLocal.withInitial(() -> client(settings));
    }

    private HttpClient client(ProviderConfig.Settings settings) {
        HttpClientOptions options = new HttpClientOptions()
                .setConnectTimeout((int) settings.connectTimeout().toMillis())
                .setTcpNoDelay(true)
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
        HttpExchange exchange = new HttpExchange();
        MultiMap forwarded = HttpHeaders.headers();
        ForwardedHeaders.toProvider(request.headers(), forwarded, request.ownKey());
        forwarded.set(HttpHeaders.HOST, authority);
        forwarded.set(HttpHeaders.ACCEPT_ENCODING, HttpHeaders.IDENTITY);
        if (request.key() != null) {
            forwarded.set(HttpHeaders.AUTHORIZATION, "Bearer " + request.key().reveal());
        }
        RequestOptions options = new RequestOptions()
                .setMethod(HttpMethod.POST)
                .setHost(base.getHost())
                .setPort(port)
                .setSsl(tls)
                .setURI(pathPrefix + request.path())
                .setHeaders(forwarded);
        clients.get().request(options).onComplete(connected -> {
            if (connected.failed()) {
                exchange.answer.tryFail(connected.cause());
            } else {
                exchange.begin(connected.result(), request.body());
            }
        });
        return exchange;
    }

    private final class HttpExchange implements Exchange {

        private final Promise<Answer> answer = Promise.promise();
        private @Nullable HttpClientRequest request;
        private boolean givenUp;

        void begin(HttpClientRequest opened, Buffer body) {
            request = opened;
            if (givenUp) {
                opened.reset();
                return;
            }
            opened.idleTimeout(responseTimeoutMillis);
            opened.response().onComplete(response -> {
                if (response.failed()) {
                    answer.tryFail(response.cause());
                } else {
                    head(opened, response.result());
                }
            });
            opened.end(body).onFailure(answer::tryFail);
        }

        private void head(HttpClientRequest request, HttpClientResponse response) {
            request.idleTimeout(idleTimeoutMillis);
            response.pause();
            answer.tryComplete(new Answer(response.statusCode(), response.headers(), response));
        }

        @Override
        public Future<Answer> answer() {
            return answer.future();
        }

        @Override
        public void reset() {
            givenUp = true;
            if (request != null) {
                request.reset();
            }
        }
    }
}
