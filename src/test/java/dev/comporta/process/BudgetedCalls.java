package dev.comporta.process;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Random;

/** Calls of clients with budgets: streamed and not, long and short, some of whose callers hang up. Thread-safe. */
final class BudgetedCalls {

    static final String KEY = "the-shared-key-of-the-budget-tests";

    private static final int MODELS = 8;

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();

    /** What became of a call. */
    enum Fate {
        SERVED,
        HUNG_UP,
        EXCEEDED,
        RESERVED,
        FAILED,
        NOBODY_THERE
    }

    static GatewayProcess.Setup replica(Path home, PostgresServer database, ThriftyProvider provider, String name) {
        return GatewayProcess.in(home.resolve(name))
                .database(database)
                .env("GATEWAY_API_KEY", KEY)
                .env("OPENAI_API_KEY", "sk-of-the-tests")
                .env("GATEWAY_PROVIDERS_OPENAI_BASE_URL", provider.baseUrl());
    }

    /** Models at prices that are chance. */
    static void price(PostgresServer database, Random random) throws SQLException {
        for (int i = 0; i < MODELS; i++) {
            database.execute("""
                    INSERT INTO ai_models_registry (provider, model_name, gateway_identifier, max_output_tokens,
                        input_price_per_million, output_price_per_million)
                    VALUES ('openai', 'thrifty-%1$d', 'openai/thrifty-%1$d', 300, %2$d.%3$03d, %4$d.%5$03d)
                    """.formatted(
                    i, 1 + random.nextInt(20), random.nextInt(1000), 1 + random.nextInt(60), random.nextInt(1000)));
        }
    }

    Fate call(URI gateway, String client, Random random) throws InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(gateway.resolve("/v1/chat/completions"))
                .timeout(Duration.ofSeconds(30))
                .header("Authorization", "Bearer " + KEY)
                .header("Content-Type", "application/json")
                .header("x-gateway-client-id", client)
                .POST(HttpRequest.BodyPublishers.ofString(body(random)))
                .build();
        boolean hangsUp = random.nextInt(20) == 0;
        try {
            HttpResponse<InputStream> response = http.send(request, HttpResponse.BodyHandlers.ofInputStream());
            try (InputStream answer = response.body()) {
                if (hangsUp) {
                    answer.readNBytes(random.nextInt(400));
                    return Fate.HUNG_UP;
                }
                byte[] bytes = answer.readAllBytes();
                return switch (response.statusCode()) {
                    case 200 -> Fate.SERVED;
                    case 403, 429 ->
                        new String(bytes, StandardCharsets.UTF_8).contains("budget_reserved")
                                ? Fate.RESERVED
                                : Fate.EXCEEDED;
                    case 503 -> Fate.NOBODY_THERE;
                    default -> Fate.FAILED;
                };
            }
        } catch (IOException e) {
            return Fate.NOBODY_THERE;
        }
    }

    private static String body(Random random) {
        JsonObject body = new JsonObject()
                .put("model", "openai/thrifty-" + random.nextInt(MODELS))
                .put("stream", random.nextBoolean())
                .put(
                        "messages",
                        new JsonArray()
                                .add(new JsonObject()
                                        .put("role", "user")
                                        .put("content", "word ".repeat(random.nextInt(100)))));
        return (random.nextInt(4) == 0 ? body : body.put("max_tokens", 20 + random.nextInt(300))).encode();
    }
}
