package dev.comporta.test;

import com.anthropic.client.AnthropicClient;
import com.anthropic.client.okhttp.AnthropicOkHttpClient;
import com.fasterxml.jackson.databind.JsonNode;
import com.google.genai.Client;
import com.google.genai.types.HttpOptions;
import com.google.genai.types.HttpRetryOptions;
import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import io.restassured.RestAssured;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.UUID;
import org.eclipse.microprofile.config.ConfigProvider;

/** The gateway under test in the hands of its callers and its administrator. */
final class Gateway {

    static final String SHARED_KEY = setting("gateway.api-key");
    static final String ADMIN_KEY = setting("gateway.admin-key");
    static final String CHAT = "/v1/chat/completions";

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private Gateway() {}

    static int port() {
        return RestAssured.port;
    }

    static URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port() + path);
    }

    /** The official SDK, which asks once. */
    static OpenAIClient sdk() {
        return sdk(SHARED_KEY);
    }

    static OpenAIClient sdk(String key) {
        return OpenAIOkHttpClient.builder()
                .baseUrl(uri("/v1").toString())
                .apiKey(key)
                .maxRetries(0)
                .timeout(PATIENCE)
                .build();
    }

    /** Anthropic's SDK, which adds the version to the path, and asks once. */
    static AnthropicClient anthropicSdk() {
        return AnthropicOkHttpClient.builder()
                .baseUrl(uri("").toString())
                .apiKey(SHARED_KEY)
                .maxRetries(0)
                .timeout(PATIENCE)
                .build();
    }

    /** Google's SDK, which adds the version to the path, and asks once. */
    static Client googleSdk() {
        return Client.builder()
                .apiKey(SHARED_KEY)
                .httpOptions(HttpOptions.builder()
                        .baseUrl(uri("").toString())
                        .timeout((int) PATIENCE.toMillis())
                        .retryOptions(HttpRetryOptions.builder().attempts(1))
                        .build())
                .build();
    }

    /** A question that any model can answer. */
    static String question(String model) {
        return """
                {"model":"%s","messages":[{"role":"user","content":"Hello"}]}""".formatted(model);
    }

    static String streamedQuestion(String model) {
        return """
                {"model":"%s","stream":true,"messages":[{"role":"user","content":"Hello"}]}""".formatted(model);
    }

    /**
     * Makes a chat call.
     *
     * @param headers names and values; without {@code Authorization} the shared key is sent, and an empty one sends
     *     none
     */
    static HttpResponse<byte[]> chat(String body, String... headers) {
        return send(chatRequest(body.getBytes(StandardCharsets.UTF_8), headers));
    }

    static HttpRequest chatRequest(byte[] body, String... headers) {
        return request(CHAT, headers)
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .build();
    }

    static HttpResponse<byte[]> post(String path, String body, String... headers) {
        return send(request(path, headers)
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build());
    }

    static HttpResponse<byte[]> get(String path, String... headers) {
        return send(request(path, headers).GET().build());
    }

    static HttpRequest.Builder request(String path, String... headers) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(uri(path)).timeout(PATIENCE).header("Content-Type", "application/json");
        boolean authorized = false;
        for (int i = 0; i < headers.length; i += 2) {
            authorized |= headers[i].equalsIgnoreCase("Authorization");
            if (!headers[i + 1].isEmpty()) {
                request.header(headers[i], headers[i + 1]);
            }
        }
        return authorized ? request : request.header("Authorization", "Bearer " + SHARED_KEY);
    }

    static HttpResponse<byte[]> send(HttpRequest request) {
        return send(request, HttpResponse.BodyHandlers.ofByteArray());
    }

    static <T> HttpResponse<T> send(HttpRequest request, HttpResponse.BodyHandler<T> handler) {
        try {
            return HTTP.send(request, handler);
        } catch (IOException e) {
            throw new AssertionError("The gateway gave no answer", e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    static HttpClient http() {
        return HTTP;
    }

    static String text(HttpResponse<byte[]> response) {
        return new String(response.body(), StandardCharsets.UTF_8);
    }

    static String header(HttpResponse<?> response, String name) {
        return response.headers().firstValue(name).orElse("");
    }

    static String requestId(HttpResponse<?> response) {
        return header(response, "x-gateway-request-id");
    }

    // The administrator

    static JsonNode admin(String method, String path, String body) {
        HttpResponse<byte[]> response = send(request(path, "Authorization", "Bearer " + ADMIN_KEY)
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .build());
        if (response.statusCode() >= 300) {
            throw new AssertionError(method + " " + path + ": " + response.statusCode() + " " + text(response));
        }
        return response.body().length == 0 ? Json.read("null") : Json.read(response.body());
    }

    /** A client that nobody has used before; with its {@code id} and {@code slug}. */
    static JsonNode newClient() {
        String slug = "c-" + UUID.randomUUID().toString().substring(0, 13);
        return admin("POST", "/api/clients", "{\"name\":\"Client of a test\",\"slug\":\"" + slug + "\"}");
    }

    /** A new key for a client. */
    static String newKey(JsonNode client) {
        return admin("POST", "/api/keys", "{\"clientId\":\"" + client.path("id").asText() + "\",\"name\":\"test\"}")
                .path("key")
                .asText();
    }

    /** A name that nobody has used before, to find a call's usage by where its id is not known. */
    static String newConversation() {
        return "conversation-" + UUID.randomUUID();
    }

    /** The usage row of a call, waited for, because rows are written a moment after the call. */
    static JsonNode usage(HttpResponse<?> response) {
        return usage("requestId", requestId(response));
    }

    static JsonNode usageOf(String conversation) {
        return usage("conversationId", conversation);
    }

    private static JsonNode usage(String parameter, String value) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < deadline) {
            JsonNode found = usageNow(parameter, value);
            if (found.size() == 1) {
                return found.get(0);
            }
            if (found.size() > 1) {
                throw new AssertionError(found.size() + " usage rows of one call");
            }
            pause();
        }
        throw new AssertionError("No usage row with " + parameter + " " + value);
    }

    private static JsonNode usageNow(String parameter, String value) {
        return admin("GET", "/api/audit?" + parameter + "=" + URLEncoder.encode(value, StandardCharsets.UTF_8), "")
                .path("data");
    }

    private static void pause() {
        try {
            Thread.sleep(20);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String setting(String name) {
        return ConfigProvider.getConfig().getValue(name, String.class);
    }
}
