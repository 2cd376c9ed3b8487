package dev.comporta.provider;

import dev.comporta.dialect.openai.OpenAiError;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.stream.Stream;

/**
 * The built-in provider {@code demo}: no network, no key, the same answer to the same request. It goes the whole way of
 * a call, so that metering, pricing and streaming can be tried before the first provider key is at hand.
 */
final class DemoUpstream implements Upstream {

    static final String NAME = "demo";

    private final Vertx vertx;

    DemoUpstream(Vertx vertx) {
        this.vertx = vertx;
    }

    @Override
    public Exchange send(Request request) {
        if (request.method() != HttpMethod.POST || !request.path().startsWith("/chat/completions")) {
            return whole(
                    404,
                    OpenAiError.body(
                            "The demo provider has chat completions only.",
                            "invalid_request_error",
                            null,
                            "not_found"));
        }
        try {
            JsonObject body = new JsonObject(request.body().start());
            DemoCompletion completion = DemoCompletion.of(body);
            return Boolean.TRUE.equals(body.getValue("stream"))
                    ? streamed(completion.chunks(includesUsage(body)))
                    : whole(200, completion.whole().toBuffer());
        } catch (DemoCompletion.UnknownModel e) {
            return whole(
                    404,
                    OpenAiError.body(
                            "The demo provider has the models demo/echo and demo/lorem.",
                            "invalid_request_error",
                            "model",
                            "model_not_found"));
        } catch (DecodeException | ClassCastException e) {
            return whole(
                    400,
                    OpenAiError.body(
                            "The request is not a chat completion request.", "invalid_request_error", null, null));
        }
    }

    private static boolean includesUsage(JsonObject request) {
        return request.getValue("stream_options") instanceof JsonObject options
                && Boolean.TRUE.equals(options.getValue("include_usage"));
    }

    private Exchange whole(int status, Buffer body) {
        return new DemoExchange(status, "application/json", List.of(body));
    }

    /** Each chunk is written when it is its turn: a long answer must not hold the event loop. */
    private Exchange streamed(List<JsonObject> chunks) {
        return new DemoExchange(
                200,
                "text/event-stream; charset=utf-8",
                () -> Stream.concat(chunks.stream().map(JsonObject::encode), Stream.of("[DONE]"))
                        .map(data -> Buffer.buffer("data: " + data + "\n\n"))
                        .iterator());
    }

    private final class DemoExchange implements Exchange {

        private final PacedStream body;
        private final Answer answer;

        DemoExchange(int status, String contentType, Iterable<Buffer> chunks) {
            body = new PacedStream(vertx, chunks);
            answer = new Answer(status, HttpHeaders.headers().add(HttpHeaders.CONTENT_TYPE, contentType), body);
        }

        @Override
        public Future<Answer> answer() {
            return Future.succeededFuture(answer);
        }

        @Override
        public boolean wasSent() {
            return true;
        }

        @Override
        public void reset() {
            body.stop();
        }
    }
}
