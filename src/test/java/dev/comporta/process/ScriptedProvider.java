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
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A provider that answers in OpenAI's dialect after a random while, streaming or not. How many tokens a call uses is a
 * function of its number, so that the truth about each call is known apart from what the gateway recorded.
 */
final class ScriptedProvider implements AutoCloseable {

    private static final int LONGEST_PAUSE_MILLIS = 30;

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Set<String> seen = ConcurrentHashMap.newKeySet();
    private final Random random;

    ScriptedProvider(long seed) {
        random = new Random(seed);
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/v1/chat/completions", this::answer);
        server.setExecutor(threads);
        server.start();
    }

    /** What a call uses. */
    record Tokens(long input, long cached, long output) {

        static Tokens of(int number) {
            return new Tokens(1_000 + number, number % 700, 1 + number * 7L % 997);
        }
    }

    String baseUrl() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/v1";
    }

    /** The calls that have come this far. */
    Set<String> seen() {
        return seen;
    }

    /** The body of a request for the call of this name and number. */
    static String request(String name, int number, boolean stream) {
        return new JsonObject()
                .put("model", "openai/gpt-4o-mini")
                .put("stream", stream)
                .put("seed", number)
                .put(
                        "messages",
                        new JsonArray().add(new JsonObject().put("role", "user").put("content", name)))
                .encode();
    }

    private void answer(HttpExchange exchange) {
        try (exchange) {
            JsonObject request =
                    new JsonObject(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            String name = request.getJsonArray("messages").getJsonObject(0).getString("content");
            Tokens tokens = Tokens.of(request.getInteger("seed"));
            seen.add(name);
            pause();
            if (request.getBoolean("stream")) {
                stream(exchange, name, tokens);
            } else {
                whole(exchange, name, tokens);
            }
        } catch (IOException e) {
            // The gateway was killed.
        }
    }

    private static void whole(HttpExchange exchange, String name, Tokens tokens) throws IOException {
        byte[] body = new JsonObject()
                .put("id", "chatcmpl-" + name)
                .put("object", "chat.completion")
                .put("model", "gpt-4o-mini")
                .put(
                        "choices",
                        new JsonArray()
                                .add(new JsonObject()
                                        .put("index", 0)
                                        .put("finish_reason", "stop")
                                        .put(
                                                "message",
                                                new JsonObject()
                                                        .put("role", "assistant")
                                                        .put("content", "x".repeat(500)))))
                .put("usage", usage(tokens))
                .encode()
                .getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
    }

    private void stream(HttpExchange exchange, String name, Tokens tokens) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
        exchange.sendResponseHeaders(200, 0);
        OutputStream out = exchange.getResponseBody();
        for (int i = 0; i < 6; i++) {
            JsonObject delta = new JsonObject().put("content", "word ");
            send(out, chunk(name).put("choices", choices(delta, i == 5 ? "stop" : null)));
            pause();
        }
        send(out, chunk(name).put("choices", new JsonArray()).put("usage", usage(tokens)));
        out.write("data: [DONE]\n\n".getBytes(StandardCharsets.UTF_8));
    }

    private static JsonObject chunk(String name) {
        return new JsonObject()
                .put("id", "chatcmpl-" + name)
                .put("object", "chat.completion.chunk")
                .put("model", "gpt-4o-mini");
    }

    private static JsonArray choices(JsonObject delta, @org.jspecify.annotations.Nullable String finish) {
        return new JsonArray()
                .add(new JsonObject().put("index", 0).put("delta", delta).put("finish_reason", finish));
    }

    private static JsonObject usage(Tokens tokens) {
        return new JsonObject()
                .put("prompt_tokens", tokens.input())
                .put("completion_tokens", tokens.output())
                .put("total_tokens", tokens.input() + tokens.output())
                .put("prompt_tokens_details", new JsonObject().put("cached_tokens", tokens.cached()));
    }

    private static void send(OutputStream out, JsonObject event) throws IOException {
        out.write(("data: " + event.encode() + "\n\n").getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    private void pause() {
        int millis;
        synchronized (random) {
            millis = random.nextInt(LONGEST_PAUSE_MILLIS + 1);
        }
        try {
            Thread.sleep(millis);
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
