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

/** How long an answer the provider is asked for, where budgets and policies have a say. */
@QuarkusTest
@DisplayName("How long an answer may be")
class ReservationTest {

    private static final String CHAT = """
            {"model":"%s",%s"messages":[{"role":"user","content":"Hello"}]}""";
    private static final String RESPONSES = """
            {"model":"%s",%s"input":"Hello"}""";
    private static final String EMBEDDINGS = """
            {"model":"%s",%s"input":"Hello"}""";
    private static final String COMPLETIONS = """
            {"model":"%s",%s"prompt":["Hello","you"]}""";

    ScriptedUpstream upstream;

    @Inject
    Database database;

    private JsonNode client;
    private String key;

    @BeforeEach
    void a_client_of_its_own() {
        client = Gateway.newClient();
        key = "Bearer " + Gateway.newKey(client);
    }

    private UUID id() {
        return UUID.fromString(client.path("id").asText());
    }

    /** A model at 1 USD a token that fails, so that its calls use nothing. */
    private String model(String provider, String prefix, long longest) {
        String model = prefix + upstream.model(Answers.error(500, "server_error", "broken"));
        upstream.script(model, Answers.error(500, "server_error", "broken"));
        Gateway.admin("POST", "/api/ai-gateway/models", """
                {"provider":"%s","modelName":"%s","inputPricePerMillion":1000000,"outputPricePerMillion":1000000,\
                "maxOutputTokens":%d}""".formatted(provider, model, longest));
        return model;
    }

    private void budget(String type, long limit) {
        Databases.sql(
                database,
                "INSERT INTO client_budgets (client_id, budget_type, budget_limit, budget_period) VALUES ($1, $2, $3, 'monthly')",
                id(),
                type,
                BigDecimal.valueOf(limit));
        untilKnown();
    }

    private void policy(String limits) {
        Gateway.admin("POST", "/api/policies", "{\"clientId\":\"%s\",\"name\":\"Short\",%s}".formatted(id(), limits));
    }

    private void untilKnown() {
        Eventually.assertSoon(() -> {
            for (Row ledger : Databases.sql(database, "SELECT * FROM budget_ledgers WHERE client_id = $1", id())) {
                assertThat(ledger.getOffsetDateTime("window_end").getYear())
                        .isGreaterThanOrEqualTo(LocalDate.now().getYear());
            }
        });
    }

    private HttpResponse<byte[]> call(String path, String body) {
        return Gateway.post(path, body, "Authorization", key, "x-goog-api-key", key.substring(7));
    }

    private static String code(HttpResponse<byte[]> response) {
        return Json.read(response.body()).at("/error/code").asText();
    }

    private void assertNothingHeld() {
        Eventually.assertSoon(() -> {
            for (Row ledger : Databases.sql(database, "SELECT * FROM budget_ledgers WHERE client_id = $1", id())) {
                assertThat(ledger.getBigDecimal("leased")).isZero();
            }
        });
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "acme, '', /v1/chat/completions, max_tokens, false",
        "openai, gpt-9-, /v1/chat/completions, max_completion_tokens, false",
        "openai, '', /v1/responses, max_output_tokens, false",
        "anthropic, '', /v1/messages, max_tokens, false",
        "anthropic, '', /v1/chat/completions, max_tokens, true",
        "google, '', /v1beta, generationConfig.maxOutputTokens, false",
        "acme, '', /v1/completions, max_tokens, false"
    })
    void what_the_rest_pays_for_is_told_in_the_words_of_the_api(
            String provider, String prefix, String path, String field, boolean translated) {
        budget("usd", 1_000);
        String model = model(provider, prefix, 100_000);
        String named = provider + "/" + model;

        for (String told : new String[] {"", "90000"}) {
            HttpResponse<byte[]> response = switch (path) {
                case "/v1beta" ->
                    call(
                            "/v1beta/models/" + named + ":generateContent",
                            "{%s\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"Hello\"}]}]}"
                                    .formatted(
                                            told.isEmpty()
                                                    ? ""
                                                    : "\"generationConfig\":{\"maxOutputTokens\":%s},"
                                                            .formatted(told)));
                case "/v1/responses" -> call(path, RESPONSES.formatted(named, member("max_output_tokens", told)));
                case "/v1/completions" -> call(path, COMPLETIONS.formatted(named, member("max_tokens", told)));
                // Its API wants a limit always.
                case "/v1/messages" ->
                    call(path, CHAT.formatted(named, member("max_tokens", told.isEmpty() ? "80000" : told)));
                default -> call(path, CHAT.formatted(named, member("max_tokens", told)));
            };

            assertThat(response.statusCode()).as(Gateway.text(response)).isEqualTo(500);
            JsonNode asked = upstream.call(model).json();
            JsonNode limit = asked.at("/" + field.replace('.', '/'));
            if (field.equals("max_completion_tokens") && !told.isEmpty()) {
                limit = asked.path("max_tokens");
            }
            long most = path.equals("/v1/completions") ? 500 : 1_000;
            assertThat(limit.asLong()).as("%s of %s", field, asked).isBetween(most - 300, most);
        }
        assertNothingHeld();
    }

    private static String member(String name, String value) {
        return value.isEmpty() ? "" : "\"%s\":%s,".formatted(name, value);
    }

    @Test
    void what_can_be_paid_for_is_not_changed() {
        budget("usd", 1_000);
        String model = model("acme", "", 100_000);

        call(Gateway.CHAT, CHAT.formatted("acme/" + model, "\"max_tokens\":100,"));

        assertThat(upstream.call(model).json().path("max_tokens").asLong()).isEqualTo(100);
    }

    @Test
    void several_answers_share_what_is_left() {
        budget("usd", 1_000);
        String model = model("acme", "", 100_000);

        call(Gateway.CHAT, CHAT.formatted("acme/" + model, "\"n\":4,"));

        assertThat(upstream.call(model).json().path("max_tokens").asLong()).isBetween(170L, 250L);
    }

    @Test
    void a_limit_of_another_api_is_none() {
        budget("usd", 1_000);
        String model = model("acme", "", 100_000);

        call(Gateway.CHAT, CHAT.formatted("acme/" + model, "\"max_output_tokens\":1,\"maxOutputTokens\":1,"));

        assertThat(upstream.call(model).json().path("max_tokens").asLong()).isBetween(700L, 1_000L);
    }

    @Test
    void an_answer_leaves_room_for_what_is_set_aside_for_thinking_or_is_refused() {
        budget("tokens", 3_000);
        String model = model("anthropic", "", 100_000);
        String thinking = "\"max_tokens\":50000,\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":%d},";

        call("/v1/messages", CHAT.formatted("anthropic/" + model, thinking.formatted(2_000)));
        assertThat(upstream.call(model).json().path("max_tokens").asLong()).isBetween(2_500L, 3_000L);

        HttpResponse<byte[]> refused =
                call("/v1/messages", CHAT.formatted("anthropic/" + model, thinking.formatted(4_000)));
        assertThat(refused.statusCode()).isEqualTo(429);
        assertThat(upstream.waiting(model)).isZero();
        assertNothingHeld();
    }

    @Test
    void an_effort_that_becomes_a_budget_for_thinking_is_paid_for_on_top_of_a_short_answer() {
        budget("tokens", 2_000);
        String model = model("anthropic", "claude-3-7-sonnet-", 100_000);

        HttpResponse<byte[]> response = call(
                Gateway.CHAT, CHAT.formatted("anthropic/" + model, "\"max_tokens\":50,\"reasoning_effort\":\"high\","));

        if (response.statusCode() == 500) {
            assertThat(upstream.call(model).json().path("max_tokens").asLong()).isLessThanOrEqualTo(2_000);
        } else {
            assertThat(code(response)).isEqualTo("budget_exceeded");
        }
    }

    @Test
    void embeddings_have_no_answer_to_be_limited() {
        budget("usd", 1_000);
        String model = model("acme", "", 100_000);

        assertThat(call("/v1/embeddings", EMBEDDINGS.formatted("acme/" + model, ""))
                        .statusCode())
                .isEqualTo(500);

        assertThat(upstream.call(model).json().has("max_tokens")).isFalse();
    }

    @ParameterizedTest(name = "with a budget: {0}")
    @CsvSource({"false", "true"})
    void a_limit_of_tokens_per_request_shortens_or_refuses(boolean budgeted) {
        if (budgeted) {
            budget("tokens", 100_000);
        }
        policy("\"maxTokensPerRequest\":300");
        String model = model("acme", "", 100_000);

        call(Gateway.CHAT, CHAT.formatted("acme/" + model, ""));
        assertThat(upstream.call(model).json().path("max_tokens").asLong()).isBetween(200L, 300L);

        call(Gateway.CHAT, CHAT.formatted("acme/" + model, "\"max_tokens\":50,"));
        assertThat(upstream.call(model).json().path("max_tokens").asLong()).isEqualTo(50);

        HttpResponse<byte[]> tooLong = call(Gateway.CHAT, CHAT.formatted("acme/" + model, "\"max_tokens\":400,"));
        assertThat(tooLong.statusCode()).isEqualTo(403);
        assertThat(code(tooLong)).isEqualTo("token_limit_exceeded");

        HttpResponse<byte[]> tooMany =
                call(Gateway.CHAT, CHAT.formatted("acme/" + model, "\"n\":10,\"max_tokens\":50,"));
        assertThat(code(tooMany)).isEqualTo("token_limit_exceeded");

        HttpResponse<byte[]> longPrompt = call(
                Gateway.CHAT, CHAT.formatted("acme/" + model, "\"user\":\"u\",").replace("Hello", "word ".repeat(400)));
        assertThat(code(longPrompt)).isEqualTo("token_limit_exceeded");

        // Many bytes, few tokens: that takes counting.
        call(
                Gateway.CHAT,
                CHAT.formatted("acme/" + model, "\"max_tokens\":50,").replace("Hello", "wonderful ".repeat(100)));
        assertThat(upstream.call(model).json().path("max_tokens").asLong()).isEqualTo(50);
        assertThat(upstream.waiting(model)).isZero();
    }

    @Test
    void an_empty_gemini_request_is_the_providers_to_refuse() {
        budget("usd", 1_000);
        String model = model("google", "", 100_000);

        for (int i = 0; i < 3; i++) {
            call("/v1beta/models/google/" + model + ":generateContent", "{}");
            assertThat(upstream.call(model)
                            .json()
                            .at("/generationConfig/maxOutputTokens")
                            .asLong())
                    .isBetween(700L, 1_000L);
        }
    }
}
