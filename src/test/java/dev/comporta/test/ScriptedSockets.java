package dev.comporta.test;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * A provider's Realtime API behind the gateway: for each model it does what a test wrote, and keeps how it was asked.
 */
public final class ScriptedSockets implements AutoCloseable {

    static final String SUB_PROTOCOL = "realtime";

    private static final long PATIENCE_SECONDS = 20;

    private final Vertx vertx = Vertx.vertx();
    private final Map<String, Consumer<HttpServerRequest>> scripts = new ConcurrentHashMap<>();
    private final BlockingQueue<HttpServerRequest> asked = new LinkedBlockingQueue<>();
    private final AtomicInteger names = new AtomicInteger();
    private final HttpServer server;

    ScriptedSockets() {
        server = vertx.createHttpServer(new HttpServerOptions()
                        .setHost("127.0.0.1")
                        .setPort(0)
                        .setMaxWebSocketFrameSize(64 << 20)
                        .setWebSocketSubProtocols(List.of(SUB_PROTOCOL)))
                .requestHandler(this::play)
                .listen()
                .toCompletionStage()
                .toCompletableFuture()
                .join();
    }

    int port() {
        return server.actualPort();
    }

    /** A model whose sessions are handled so, once they are open. Returns its name, without a provider. */
    String model(Consumer<ServerWebSocket> session) {
        return asked(request -> request.toWebSocket().onSuccess(session::accept));
    }

    /** A model whose handshakes are handled so. */
    String asked(Consumer<HttpServerRequest> script) {
        String model = "live-" + System.nanoTime() + "-" + names.incrementAndGet();
        scripts.put(model, script);
        return model;
    }

    /** The handshake for a model, waited for if need be. */
    HttpServerRequest handshake(String model) {
        try {
            HttpServerRequest request;
            while ((request = asked.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)) != null) {
                if (model.equals(request.getParam("model"))) {
                    return request;
                }
            }
            throw new AssertionError("The provider was not asked for " + model);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void play(HttpServerRequest request) {
        asked.add(request);
        scripts.getOrDefault(
                        String.valueOf(request.getParam("model")),
                        unknown -> unknown.response().setStatusCode(404).end())
                .accept(request);
    }

    @Override
    public void close() {
        vertx.close();
    }
}
