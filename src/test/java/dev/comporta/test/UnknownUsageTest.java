package dev.comporta.test;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.comporta.Eventually;
import dev.comporta.model.ExchangeRates;
import dev.comporta.store.Database;
import dev.comporta.store.Databases;
import dev.comporta.usage.FullJournal;
import dev.comporta.usage.JournalConfig;
import dev.comporta.usage.UsageRecorder;
import io.quarkus.test.junit.QuarkusMock;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Row;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@DisplayName("What nobody tells is, where something was reserved, all that was reserved for")
class UnknownUsageTest {

    private static final String TOKENS =
            "\"inputPricePerMillion\":1,\"outputPricePerMillion\":1,\"maxOutputTokens\":1000";
    private static final String BACKGROUND = """
            {"id":"%s","object":"response","created_at":1,"background":true,"status":"%s","model":"m","error":null,\
            "output":[],"usage":%s}""";
    private static final String USED =
            "{\"input_tokens\":11,\"output_tokens\":7,\"total_tokens\":18,\"output_tokens_details\":{\"reasoning_tokens\":3}}";
    private static final String FORM = "multipart/form-data; boundary=b";

    ScriptedUpstream upstream;

    @Inject
    Database database;

    @Inject
    ExchangeRates rates;

    @Inject
    JournalConfig journal;

    @Inject
    Vertx vertx;

    private UUID client;
    private String key;

    @BeforeEach
    void a_client_with_ten_dollars() {
        JsonNode made = Gateway.newClient();
        client = UUID.fromString(made.path("id").asText());
        key = "Bearer " + Gateway.newKey(made);
        Databases.sql(
                database,
                "INSERT INTO client_budgets (client_id, budget_type, budget_limit, budget_period) "
                        + "VALUES ($1, 'usd', 10, 'monthly')",
                client);
        Eventually.assertSoon(
                () -> assertThat(ledger().getOffsetDateTime("window_end").getYear())
                        .isGreaterThanOrEqualTo(LocalDate.now().getYear()));
    }

    private Row ledger() {
        return Databases.sql(database, "SELECT * FROM budget_ledgers WHERE client_id = $1", client)
                .iterator()
                .next();
    }

    private String model(String provider, String row, ScriptedUpstream.Script script) {
        String model = upstream.model(script);
        Gateway.admin(
                "POST",
                "/api/ai-gateway/models",
                "{\"provider\":\"%s\",\"modelName\":\"%s\",%s}".formatted(provider, model, row));
        return model;
    }

    private HttpResponse<byte[]> post(String path, String body, String... headers) {
        String[] all = new String[headers.length + 2];
        System.arraycopy(headers, 0, all, 0, headers.length);
        all[headers.length] = "Authorization";
        all[headers.length + 1] = key;
        return Gateway.post(path, body, all);
    }

    /** Reads until this text has come, and hangs up. */
    private JsonNode hangUp(String path, String body, String text) throws IOException {
        HttpResponse<InputStream> response = Gateway.send(
                Gateway.request(path, "Authorization", key)
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofInputStream());
        StringBuilder read = new StringBuilder();
        try (InputStream in = response.body()) {
            while (read.indexOf(text) < 0) {
                int next = in.read();
                assertThat(next).as("after %s", read).isNotNegative();
                read.append((char) next);
            }
        }
        return Gateway.usage(response);
    }

    /** The row, the ledger and the cost events say the same, and nothing is held any longer. */
    private BigDecimal settled(JsonNode usage) {
        assertThat(usage.path("usageSource").asText()).isEqualTo("estimated");
        BigDecimal cost = usage.path("costUsd").decimalValue();
        assertThat(cost).isPositive();
        assertThat(usage.path("costBrl").decimalValue()).isPositive();
        assertLedger(cost);
        return cost;
    }

    private void assertLedger(BigDecimal used) {
        Eventually.assertSoon(() -> {
            assertThat(ledger().getBigDecimal("used")).isEqualByComparingTo(used);
            assertThat(ledger().getBigDecimal("leased")).isEqualByComparingTo("0");
        });
        assertThat(Databases.sql(
                                database,
                                "SELECT coalesce(sum(amount_usd), 0) AS told FROM cost_events WHERE client_id = $1",
                                client)
                        .iterator()
                        .next()
                        .getBigDecimal("told"))
                .isEqualByComparingTo(used);
    }

    private static String form(String model) {
        return "--b\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\n" + model
                + "\r\n--b\r\nContent-Disposition: form-data; name=\"response_format\"\r\n\r\ntext"
                + "\r\n--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.mp3\"\r\n\r\nsound\r\n--b--\r\n";
    }

    @Test
    void speech_that_is_priced_by_tokens_and_tells_none() {
        String model = model(
                "acme",
                TOKENS,
                exchange -> exchange.whole(200, "sound".getBytes(StandardCharsets.UTF_8), "content-type: audio/mpeg"));

        HttpResponse<byte[]> response =
                post("/v1/audio/speech", "{\"model\":\"acme/%s\",\"input\":\"Hello\"}".formatted(model));

        assertThat(response.statusCode()).isEqualTo(200);
        JsonNode usage = Gateway.usage(response);
        // The answer's 1,000 tokens and what can be in the request, at a millionth each.
        assertThat(settled(usage)).isBetween(new BigDecimal("0.001"), new BigDecimal("0.002"));
        assertThat(usage.path("outputTokens").asInt()).isEqualTo(1_000);
        assertThat(usage.path("characters").asInt()).isEqualTo(5);
    }

    @Test
    void a_stream_of_images_of_which_the_caller_has_seen_enough() throws IOException {
        String model = model(
                "acme",
                TOKENS,
                exchange -> exchange.eventStream()
                        .event("{\"type\":\"image_generation.partial_image\",\"b64_json\":\"eA==\"}")
                        .stall());

        JsonNode usage = hangUp(
                "/v1/images/generations",
                "{\"model\":\"acme/%s\",\"prompt\":\"x\",\"stream\":true,\"n\":1}".formatted(model),
                "eA==");

        assertThat(usage.path("status").asText()).isEqualTo("cancelled");
        assertThat(settled(usage)).isGreaterThan(new BigDecimal("0.01"));
    }

    @Test
    void an_image_of_two_that_the_caller_did_not_wait_for() throws IOException {
        String model = model(
                "acme",
                "\"unitPrices\":{\"image\":0.5}",
                exchange -> exchange.eventStream()
                        .event("{\"type\":\"image_generation.completed\",\"b64_json\":\"eA==\"}")
                        .event("{\"type\":\"image_generation.partial_image\",\"b64_json\":\"eQ==\"}")
                        .stall());

        JsonNode usage = hangUp(
                "/v1/images/generations",
                "{\"model\":\"acme/%s\",\"prompt\":\"x\",\"stream\":true,\"n\":2}".formatted(model),
                "eQ==");

        assertThat(settled(usage)).isEqualByComparingTo("1");
    }

    @Test
    void the_smallest_file_to_edit_may_be_the_largest_picture() {
        String model = model("acme", TOKENS + ",\"contextWindow\":50000", Answers.json("{\"data\":[{}]}"));

        HttpResponse<byte[]> response =
                Gateway.send(Gateway.request("/v1/images/edits", "Authorization", key, ScriptedUpstream.SCRIPT, model)
                        .setHeader("Content-Type", FORM)
                        .POST(HttpRequest.BodyPublishers.ofString(form("acme/" + model)))
                        .build());

        assertThat(response.statusCode()).isEqualTo(200);
        JsonNode usage = Gateway.usage(response);
        settled(usage);
        assertThat(usage.path("inputTokens").asInt()).isEqualTo(50_000);
    }

    @Test
    void a_transcription_as_plain_text() {
        String model = model(
                "acme",
                TOKENS,
                exchange -> exchange.whole(200, "Hello".getBytes(StandardCharsets.UTF_8), "content-type: text/plain"));

        HttpResponse<byte[]> response = Gateway.send(
                Gateway.request("/v1/audio/transcriptions", "Authorization", key, ScriptedUpstream.SCRIPT, model)
                        .setHeader("Content-Type", FORM)
                        .POST(HttpRequest.BodyPublishers.ofString(form("acme/" + model)))
                        .build());

        assertThat(response.statusCode()).isEqualTo(200);
        settled(Gateway.usage(response));
    }

    @Test
    void the_same_without_a_budget_stays_unknown() {
        String model = model(
                "acme",
                TOKENS,
                exchange -> exchange.whole(200, "sound".getBytes(StandardCharsets.UTF_8), "content-type: audio/mpeg"));

        JsonNode usage = Gateway.usage(
                Gateway.post("/v1/audio/speech", "{\"model\":\"acme/%s\",\"input\":\"Hello\"}".formatted(model)));

        assertThat(usage.path("costUsd").isNull()).isTrue();
        assertThat(usage.path("outputTokens").asInt()).isZero();
    }

    @Test
    void a_background_response_that_its_owner_deletes_before_anybody_asks_what_it_used() {
        String id = "resp_" + System.nanoTime();
        upstream.script(id, Answers.error(404, "invalid_request_error", "not_found"));
        String model = model("openai", TOKENS, Answers.json(BACKGROUND.formatted(id, "queued", "null")));

        HttpResponse<byte[]> response = post(
                "/v1/responses", "{\"model\":\"openai/%s\",\"input\":\"Hello\",\"background\":true}".formatted(model));

        assertThat(response.statusCode()).isEqualTo(200);
        JsonNode usage = Gateway.usage(response);
        assertThat(settled(usage)).isGreaterThanOrEqualTo(new BigDecimal("0.001"));
        assertThat(usage.path("outputTokens").asInt()).isEqualTo(1_000);
    }

    @Test
    void a_background_response_is_asked_what_it_used_before_its_owner_deletes_it() {
        String id = "resp_" + System.nanoTime();
        AtomicBoolean deleted = new AtomicBoolean();
        upstream.script(id, exchange -> {
            if (exchange.request().startLine().startsWith("DELETE")) {
                deleted.set(true);
                Answers.json("{\"id\":\"%s\",\"object\":\"response\",\"deleted\":true}".formatted(id))
                        .play(exchange);
            } else if (deleted.get()) {
                Answers.error(404, "invalid_request_error", "not_found").play(exchange);
            } else {
                Answers.json(BACKGROUND.formatted(id, "completed", USED)).play(exchange);
            }
        });
        String model = model("openai", TOKENS, Answers.json(BACKGROUND.formatted(id, "queued", "null")));

        HttpResponse<byte[]> response = post(
                "/v1/responses", "{\"model\":\"openai/%s\",\"input\":\"Hello\",\"background\":true}".formatted(model));
        HttpResponse<byte[]> deletion =
                Gateway.send(Gateway.request("/v1/responses/" + id, "Authorization", key, ScriptedUpstream.SCRIPT, id)
                        .DELETE()
                        .build());

        assertThat(deletion.statusCode()).isEqualTo(200);
        JsonNode usage = Gateway.usage(response);
        assertThat(usage.path("usageSource").asText()).isEqualTo("exact");
        assertThat(usage.path("outputTokens").asInt()).isEqualTo(7);
        assertLedger(new BigDecimal("0.000018"));
    }

    @Test
    void a_background_response_that_is_cancelled() {
        String id = "resp_" + System.nanoTime();
        upstream.script(id, Answers.json(BACKGROUND.formatted(id, "cancelled", "null")));
        String model = model("openai", TOKENS, Answers.json(BACKGROUND.formatted(id, "in_progress", "null")));

        HttpResponse<byte[]> response = post(
                "/v1/responses", "{\"model\":\"openai/%s\",\"input\":\"Hello\",\"background\":true}".formatted(model));

        settled(Gateway.usage(response));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"capabilities\":{\"reasoning\":true},", ""})
    void thoughts_that_nobody_sees_are_counted_where_a_model_has_them(String capabilities) throws IOException {
        String model = model(
                "acme",
                capabilities + TOKENS,
                exchange -> exchange.eventStream()
                        .event(Answers.content("Hello there"))
                        .stall());

        JsonNode usage = hangUp(
                "/v1/chat/completions",
                "{\"model\":\"acme/%s\",\"stream\":true,\"max_tokens\":700,\"messages\":[]}".formatted(model),
                "Hello");

        settled(usage);
        assertThat(usage.path("outputTokens").asInt()).isEqualTo(capabilities.isEmpty() ? 2 : 700);
    }

    @Test
    void what_is_priced_by_the_minute_alone_can_be_paid_for() {
        String model = model(
                "acme", "\"unitPrices\":{\"audioHour\":0.111}", Answers.json("{\"text\":\"Hello\",\"duration\":3600}"));

        HttpResponse<byte[]> response = Gateway.send(
                Gateway.request("/v1/audio/transcriptions", "Authorization", key, ScriptedUpstream.SCRIPT, model)
                        .setHeader("Content-Type", FORM)
                        .POST(HttpRequest.BodyPublishers.ofString(form("acme/" + model)))
                        .build());

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(Gateway.usage(response).path("costUsd").decimalValue()).isEqualByComparingTo("0.111");
        assertLedger(new BigDecimal("0.111"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"model\":\"omni-moderation-latest\",", ""})
    void moderations_are_free_and_so_are_never_refused(String named) {
        String script = upstream.model(Answers.json("{\"id\":\"modr-1\",\"results\":[]}"));

        HttpResponse<byte[]> response =
                post("/v1/moderations", "{" + named + "\"input\":\"Hello\"}", ScriptedUpstream.SCRIPT, script);

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(Gateway.usage(response).path("costUsd").decimalValue()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"10\"", "1e1", "10.0", "[10]", "true", "99999999999", "1,\"n\":10"})
    void a_number_of_images_that_can_be_read_in_two_ways_is_refused(String n) {
        String model = model("acme", "\"unitPrices\":{\"image\":0.5}", Answers.json("{}"));

        HttpResponse<byte[]> response =
                post("/v1/images/generations", "{\"model\":\"acme/%s\",\"prompt\":\"x\",\"n\":%s}".formatted(model, n));

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(Json.read(response.body()).at("/error/param").asText()).isEqualTo("n");
        assertThat(upstream.waiting(model)).isZero();
        assertLedger(BigDecimal.ZERO);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/chat/completions", "/v1/audio/speech", "/v1/images/generations"})
    void a_journal_that_is_full_leaves_nothing_reserved(String path, @TempDir Path directory) {
        String model = model("acme", TOKENS, Answers.json("{}"));
        FullJournal full = new FullJournal(Databases.directory(directory), database, rates, journal, vertx);
        QuarkusMock.installMockForType(full, UsageRecorder.class);

        HttpResponse<byte[]> response =
                post(path, "{\"model\":\"acme/%s\",\"input\":\"x\",\"messages\":[]}".formatted(model));

        full.close();
        assertThat(response.statusCode()).isEqualTo(503);
        assertThat(Json.read(response.body()).at("/error/code").asText()).isEqualTo("accounting_unavailable");
        assertThat(upstream.waiting(model)).isZero();
        assertLedger(BigDecimal.ZERO);
    }

    @Test
    void a_second_spelling_of_the_model_is_refused() {
        String model = model("acme", TOKENS, Answers.json("{}"));

        HttpResponse<byte[]> response = post(
                "/v1/images/generations",
                "{\"model\":\"acme/%s\",\"Model\":\"dear\",\"prompt\":\"x\"}".formatted(model));

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(Json.read(response.body()).at("/error/param").asText()).isEqualTo("model");
    }
}
