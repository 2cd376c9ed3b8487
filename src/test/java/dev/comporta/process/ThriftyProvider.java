package dev.comporta.process;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A provider that keeps to what it is told: an answer is never longer than the request says, in either way, or than its
 * models' own limit of 300, and a prompt has fewer tokens than bytes. How much it uses within that is chance; now and
 * then it fails.
 */
final class ThriftyProvider implements AutoCloseable {

    private static final int MODELS_LIMIT = 300;
    private static final int LONGEST_PAUSE_MILLIS = 40;

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Random random;
    private final int longestPauseMillis;

    ThriftyProvider(long seed) {
        this(seed, LONGEST_PAUSE_MILLIS);
    }

    /** @param longestPauseMillis before an answer, and between its events */
    ThriftyProvider(long seed, int longestPauseMillis) {
        random = new Random(seed);
        this.longestPauseMillis = longestPauseMillis;
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 512);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/v1/chat/completions", this::answer);
        server.setExecutor(threads);
        server.start();
    }

    String baseUrl() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/v1";
    }

    private void answer(HttpExchange exchange) {
        try (exchange) {
            byte[] bytes = exchange.getRequestBody().readAllBytes();
            JsonObject request = new JsonObject(new String(bytes, StandardCharsets.UTF_8));
            int limit = Math.min(
                    request.getInteger("max_completion_tokens", MODELS_LIMIT),
                    request.getInteger("max_tokens", MODELS_LIMIT));
            limit = Math.min(limit, MODELS_LIMIT);
            int output = chance(limit) + 1;
            JsonObject usage = new JsonObject()
                    .put("prompt_tokens", bytes.length / 4)
                    .put("completion_tokens", output)
                    .put("total_tokens", bytes.length / 4 + output);
            pause();
            if (chance(20) == 0) {
                whole(exchange, 500, new JsonObject().put("error", new JsonObject().put("message", "broken")));
            } else if (request.getBoolean("stream", false)) {
                stream(exchange, output, usage);
            } else {
                whole(
                        exchange,
                        200,
                        new JsonObject()
                                .put("id", "chatcmpl-1")
                                .put("object", "chat.completion")
                                .put("choices", choices("message", "word ".repeat(output)))
                                .put("usage", usage));
            }
        } catch (IOException e) {
            // The gateway was killed, or its caller hung up.
        }
    }

    private static void whole(HttpExchange exchange, int status, JsonObject answer) throws IOException {
        byte[] body = answer.encode().getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
    }

    private void stream(HttpExchange exchange, int words, JsonObject usage) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
        exchange.sendResponseHeaders(200, 0);
        OutputStream out = exchange.getResponseBody();
        int pieces = Math.min(words, 5);
        for (int i = 0; i < pieces; i++) {
            send(out, chunk().put("choices", choices("delta", "word ".repeat(words / pieces))));
            pause();
        }
        send(out, chunk().put("choices", new JsonArray()).put("usage", usage));
        out.write("data: [DONE]\n\n".getBytes(StandardCharsets.UTF_8));
    }

    private static JsonObject chunk() {
        return new JsonObject().put("id", "chatcmpl-1").put("object", "chat.completion.chunk");
    }

    private static JsonArray choices(String part, String text) {
        return new JsonArray()
                .add(new JsonObject()
                        .put("index", 0)
                        .put(part, new JsonObject().put("role", "assistant").put("content", text))
                        .put("finish_reason", "stop"));
    }

    private static void send(OutputStream out, JsonObject event) throws IOException {
        out.write(("data: " + event.encode() + "\n\n").getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    private int chance(int bound) {
        synchronized (random) {
            return random.nextInt(bound);
        }
    }

    private void pause() {
        try {
            Thread.sleep(chance(longestPauseMillis));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
