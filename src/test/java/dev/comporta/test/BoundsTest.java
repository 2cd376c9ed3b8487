package dev.comporta.test;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.comporta.Eventually;
import dev.comporta.store.Database;
import dev.comporta.store.Databases;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.sqlclient.Row;
import jakarta.inject.Inject;
import java.math.BigDecimal;
import java.net.http.HttpResponse;
import java.time.LocalDate;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@DisplayName("What a provider is told so that a call cannot cost more than is held")
class BoundsTest {

    private static final String MESSAGES = "\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]";

    ScriptedUpstream upstream;

    @Inject
    Database database;

    private UUID client;
    private String key;

    @BeforeEach
    void a_client_of_its_own() {
        JsonNode made = Gateway.newClient();
        client = UUID.fromString(made.path("id").asText());
        key = "Bearer " + Gateway.newKey(made);
    }

    private void budget(int tokens) {
        Databases.sql(
                database,
                "INSERT INTO client_budgets (client_id, budget_type, budget_limit, budget_period) VALUES ($1, 'tokens', $2, 'monthly')",
                client,
                BigDecimal.valueOf(tokens));
        Eventually.assertSoon(
                () -> assertThat(ledger().getOffsetDateTime("window_end").getYear())
                        .isGreaterThanOrEqualTo(LocalDate.now().getYear()));
    }

    private Row ledger() {
        return Databases.sql(database, "SELECT * FROM budget_ledgers WHERE client_id = $1", client)
                .iterator()
                .next();
    }

    private String model() {
        return upstream.model(Answers.json(Answers.completion("Hi")));
    }

    private HttpResponse<byte[]> post(String path, String body) {
        return Gateway.post(path, body, "Authorization", key);
    }

    private HttpResponse<byte[]> chat(String model, String more) {
        return post(Gateway.CHAT, "{\"model\":\"%s\",%s%s}".formatted(model, MESSAGES, more));
    }

    private static String code(HttpResponse<byte[]> response) {
        return Json.read(response.body()).at("/error/code").asText();
    }

    @Test
    void a_limit_is_said_under_a_name_that_every_server_knows() throws Exception {
        String model = model();
        budget(100_000);

        assertThat(chat("acme/" + model, ",\"max_completion_tokens\":40").statusCode())
                .isEqualTo(200);

        JsonNode told = upstream.call(model).json();
        assertThat(told.path("max_tokens").asLong()).isEqualTo(40);
        assertThat(told.path("max_completion_tokens").asLong()).isEqualTo(40);
    }

    @Test
    void openai_is_told_only_once() throws Exception {
        String model = model();
        budget(100_000);

        chat("openai/" + model, ",\"max_completion_tokens\":40");
        chat("openai/" + model, "");

        assertThat(upstream.call(model).json().has("max_tokens")).isFalse();
        JsonNode told = upstream.call(model).json();
        assertThat(told.has("max_tokens")).isFalse();
        assertThat(told.path("max_completion_tokens").asLong()).isEqualTo(32_768);
    }

    @Test
    void a_limit_that_the_target_does_not_know_limits_nothing() throws Exception {
        String model = model();
        budget(600);

        assertThat(chat("mistral/" + model, ",\"max_output_tokens\":1").statusCode())
                .isEqualTo(200);

        assertThat(upstream.call(model).json().path("max_tokens").asLong()).isBetween(16L, 590L);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"maxOutputTokens\":1}", "{\"generationConfig\":{\"maxOutputTokens\":4000.0}}"})
    void gemini_is_told_where_it_looks(String body) throws Exception {
        String model = upstream.model(new GeminiNative().text("Hi"));
        budget(600);

        HttpResponse<byte[]> response = post("/v1beta/models/google/" + model + ":generateContent", body);

        assertThat(response.statusCode()).as(Gateway.text(response)).isEqualTo(200);
        assertThat(upstream.call(model)
                        .json()
                        .at("/generationConfig/maxOutputTokens")
                        .asLong())
                .isBetween(16L, 590L);
    }

    @Test
    void room_that_is_made_for_thinking_is_paid_for_too() throws Exception {
        String model = upstream.model(new AnthropicNative().text("Hi"));
        String thinking = ",\"max_tokens\":100,\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":2048}";
        budget(2_000);

        HttpResponse<byte[]> refused = chat("anthropic/" + model, thinking);

        assertThat(refused.statusCode()).isEqualTo(429);
        assertThat(code(refused)).isEqualTo("budget_exceeded");

        Databases.sql(database, "UPDATE client_budgets SET budget_limit = 10000 WHERE client_id = $1", client);
        Eventually.assertSoon(() ->
                assertThat(chat("anthropic/" + model, thinking).statusCode()).isEqualTo(200));
        assertThat(upstream.call(model).json().path("max_tokens").asLong()).isEqualTo(2_148);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            "max_tokens":1,"max_tokens":null | max_tokens
            "Max_Tokens":9                   | max_tokens
            "max_tokens":1,"n":"8"           | n
            "max_tokens":1,"n":8.0           | n
            "max_tokens":1,"N":8             | n
            """)
    void what_servers_read_differently_is_refused_where_a_bound_is_needed(String fields, String field) {
        String model = model();
        assertThat(chat("acme/" + model, "," + fields).statusCode()).isEqualTo(200);
        budget(100_000);

        HttpResponse<byte[]> refused = chat("acme/" + model, "," + fields);

        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(Json.read(refused.body()).at("/error/param").asText()).isEqualTo(field);
        Eventually.assertSoon(() -> assertThat(ledger().getBigDecimal("leased")).isZero());
    }

    @Test
    void the_short_answers_of_the_older_api_stay_short() throws Exception {
        String model = model();
        budget(600);

        post("/v1/completions", "{\"model\":\"openai/%s\",\"prompt\":\"Hello\"}".formatted(model));

        assertThat(upstream.call(model).json().has("max_tokens")).isFalse();
    }

    @Test
    void an_answer_fits_into_what_the_model_can_read() throws Exception {
        String model = model();
        Gateway.admin("POST", "/api/ai-gateway/models", """
                {"provider":"acme","modelName":"%s","inputPricePerMillion":1,"outputPricePerMillion":1,\
                "contextWindow":4000}""".formatted(model));
        budget(1_000_000);

        String words = "word ".repeat(1_500);
        chat("acme/" + model, ",\"user\":\"" + words + "\"");

        assertThat(upstream.call(model).json().path("max_tokens").asLong()).isBetween(1_000L, 2_500L);
    }

    @Test
    void tokens_that_are_given_as_numbers_are_tokens() {
        String model = model();
        budget(500);

        HttpResponse<byte[]> refused =
                post("/v1/embeddings", "{\"model\":\"acme/%s\",\"input\":[%s1]}".formatted(model, "1,".repeat(1_000)));

        assertThat(refused.statusCode()).isEqualTo(429);
        assertThat(code(refused)).isEqualTo("budget_exceeded");
    }

    @Test
    void every_prompt_is_answered() {
        String model = model();
        budget(2_000);
        String body = "{\"model\":\"acme/" + model + "\",\"prompt\":[%s\"a\"],\"max_tokens\":100}";

        assertThat(post("/v1/completions", body.formatted("")).statusCode()).isEqualTo(200);
        HttpResponse<byte[]> refused = post("/v1/completions", body.formatted("\"a\",".repeat(199)));

        assertThat(refused.statusCode()).isEqualTo(429);
    }
}
