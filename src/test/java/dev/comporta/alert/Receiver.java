package dev.comporta.alert;

import static dev.comporta.store.Databases.await;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** A program that is told of alerts by webhook: a real server, that answers as a test says. */
final class Receiver implements AutoCloseable {

    /** What came; the names of headers in any case. */
    record Received(String target, Map<String, String> headers, Buffer body) {

        JsonObject json() {
            return body.toJsonObject();
        }

        String header(String name) {
            return String.valueOf(headers.get(name));
        }
    }

    private final HttpServer server;
    private final List<Received> received = new CopyOnWriteArrayList<>();
    private volatile Consumer<HttpServerResponse> answer = HttpServerResponse::end;

    Receiver(Vertx vertx) {
        server = await(vertx.createHttpServer().requestHandler(this::receive).listen(0, "127.0.0.1"));
    }

    private void receive(HttpServerRequest request) {
        request.response().exceptionHandler(broken -> {});
        request.body().onSuccess(body -> {
            Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
            request.headers().forEach(headers::put);
            received.add(new Received(request.uri(), headers, body));
            answer.accept(request.response());
        });
    }

    String url() {
        return "http://127.0.0.1:" + server.actualPort() + "/hook?token=in-the-url";
    }

    void answers(int status) {
        answer = response -> response.setStatusCode(status).end();
    }

    void answers(Consumer<HttpServerResponse> how) {
        answer = how;
    }

    List<Received> received() {
        return List.copyOf(received);
    }

    Received only() {
        if (received.size() != 1) {
            throw new AssertionError("one request was expected, and there were " + received.size());
        }
        return received.get(0);
    }

    @Override
    public void close() {
        await(server.close());
    }
}
