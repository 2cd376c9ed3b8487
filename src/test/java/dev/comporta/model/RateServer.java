package dev.comporta.model;

import dev.comporta.store.Databases;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;

/** A source of exchange rates on this machine, which answers as it is told to. */
final class RateServer {

    private final Queue<String> asked = new ConcurrentLinkedQueue<>();
    private final HttpServer server;
    private volatile Consumer<HttpServerRequest> script =
            request -> request.response().setStatusCode(404).end();

    RateServer(Vertx vertx) {
        server = Databases.await(vertx.createHttpServer(new HttpServerOptions().setHost("127.0.0.1"))
                .requestHandler(request -> {
                    asked.add(request.uri());
                    script.accept(request);
                })
                .listen(0));
    }

    /** The address, with a key that nobody else should ever see. */
    String url() {
        return "http://127.0.0.1:%d/latest?key=SECRET-KEY".formatted(server.actualPort());
    }

    void answers(String document) {
        script(request -> request.response().end(document));
    }

    /** In the shape of the default source. */
    void quotes(String eur, String brl) {
        answers("{\"amount\":1.0,\"base\":\"USD\",\"date\":\"2026-11-19\",\"rates\":{\"BRL\":%s,\"EUR\":%s}}"
                .formatted(brl, eur));
    }

    void script(Consumer<HttpServerRequest> script) {
        this.script = script;
    }

    /** What was asked for since the last look. */
    int askedSince() {
        int times = asked.size();
        asked.clear();
        return times;
    }

    String lastAsked() {
        return String.valueOf(asked.peek());
    }
}
