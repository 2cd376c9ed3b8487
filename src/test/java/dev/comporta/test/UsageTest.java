package dev.comporta.test;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.comporta.store.Database;
import dev.comporta.store.Databases;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a call used and cost, as the request log and the tables tell it. */
@QuarkusTest
class UsageTest {

    private static final BigDecimal USD_TO_EUR = new BigDecimal("0.92");
    private static final BigDecimal USD_TO_BRL = new BigDecimal("5.00");
    private static final BigDecimal MILLION = new BigDecimal("1000000");

    private static final String DETAILED_USAGE = """
            {"prompt_tokens":1000,"completion_tokens":77,"total_tokens":1077,\
            "prompt_tokens_details":{"cached_tokens":300,"cache_write_tokens":200},\
            "completion_tokens_details":{"reasoning_tokens":33}}""";

    ScriptedUpstream upstream;

    @Inject
    Database database;

    /** Puts a model into the registry, at prices that no rounding leaves alone. */
    private static void price(String model) {
        Gateway.admin("POST", "/api/ai-gateway/models", """
                {"provider":"acme","modelName":"%s","inputPricePerMillion":2.51,"outputPricePerMillion":10.000000000003,\
                "cachedInputPricePerMillion":0.2507,"cacheWritePricePerMillion":3.13}""".formatted(model));
    }

    /** By hand, from the figures in {@link #price} and {@link #DETAILED_USAGE}: 500 fresh, 300 cached, 200 written. */
    private static final BigDecimal DETAILED_COST = new BigDecimal("500")
            .multiply(new BigDecimal("2.51"))
            .add(new BigDecimal("300").multiply(new BigDecimal("0.2507")))
            .add(new BigDecimal("200").multiply(new BigDecimal("3.13")))
            .add(new BigDecimal("77").multiply(new BigDecimal("10.000000000003")))
            .divide(MILLION);

    private static void assertCost(JsonNode usage, BigDecimal usd) {
        assertThat(usage.path("costUsd").decimalValue()).isEqualByComparingTo(usd);
        assertThat(usage.path("costEur").decimalValue()).isEqualByComparingTo(usd.multiply(USD_TO_EUR));
        assertThat(usage.path("costBrl").decimalValue()).isEqualByComparingTo(usd.multiply(USD_TO_BRL));
    }

    private static void assertDetailedTokens(JsonNode usage) {
        assertThat(usage.path("inputTokens").asLong()).isEqualTo(1000);
        assertThat(usage.path("cachedTokens").asLong()).isEqualTo(300);
        assertThat(usage.path("cacheWriteTokens").asLong()).isEqualTo(200);
        assertThat(usage.path("outputTokens").asLong()).isEqualTo(77);
        assertThat(usage.path("reasoningTokens").asLong()).isEqualTo(33);
        assertThat(usage.path("totalTokens").asLong()).isEqualTo(1077);
        assertThat(usage.path("usageSource").asText()).isEqualTo("exact");
        assertThat(usage.path("status").asText()).isEqualTo("success");
        assertThat(usage.path("statusCode").asInt()).isEqualTo(200);
    }

    @Test
    void a_whole_answer_is_recorded_to_the_token_and_to_the_last_digit() {
        String model = upstream.model(Answers.json(Answers.completion("Hi", DETAILED_USAGE)));
        price(model);

        HttpResponse<byte[]> response = Gateway.chat(Gateway.question("acme/" + model));

        JsonNode usage = Gateway.usage(response);
        assertDetailedTokens(usage);
        assertCost(usage, DETAILED_COST);
        assertThat(new BigDecimal(Gateway.header(response, "x-gateway-cost-usd")))
                .isEqualByComparingTo(DETAILED_COST);
        assertThat(Gateway.header(response, "x-gateway-cost-usd")).doesNotContain("E");
        assertThat(usage.path("provider").asText()).isEqualTo("acme");
        assertThat(usage.path("modelName").asText()).isEqualTo(model);
        assertThat(usage.path("requestedModel").asText()).isEqualTo("acme/" + model);
        assertThat(usage.path("modelRegistryId").isTextual()).isTrue();
        assertThat(usage.path("endpoint").asText()).isEqualTo("/v1/chat/completions");
        assertThat(usage.path("method").asText()).isEqualTo("POST");
        assertThat(usage.path("apiType").asText()).isEqualTo("chat.completions");
        assertThat(usage.path("streamed").asBoolean()).isFalse();
        assertThat(usage.path("wasDirect").asBoolean()).isFalse();
        assertThat(usage.path("wasCached").asBoolean()).isFalse();
        assertThat(usage.path("wasFallback").asBoolean()).isFalse();
        assertThat(usage.path("errorDetails").isNull()).isTrue();
        assertThat(usage.path("latencyMs").asInt()).isNotNegative();
    }

    @Test
    void a_stream_is_recorded_to_the_token_though_the_caller_did_not_ask() {
        List<String> data = Answers.withoutUsage("Good ", "day");
        data.add(data.size() - 1, Answers.usageChunk(DETAILED_USAGE));
        String model = upstream.model(Answers.events(data));
        price(model);

        HttpResponse<byte[]> response = Gateway.chat(Gateway.streamedQuestion("acme/" + model));

        assertThat(Gateway.text(response)).doesNotContain("usage");
        JsonNode usage = Gateway.usage(response);
        assertDetailedTokens(usage);
        assertCost(usage, DETAILED_COST);
        assertThat(usage.path("streamed").asBoolean()).isTrue();
        assertThat(usage.path("timeToFirstTokenMs").isInt()).isTrue();
    }

    @Test
    void the_prices_are_those_of_the_registry_that_is_shipped() throws IOException {
        upstream.script("gpt-4o-mini", Answers.json(Answers.completion("Hi", DETAILED_USAGE)));
        JsonNode prices = shipped("openai", "gpt-4o-mini");
        BigDecimal cost = new BigDecimal("700")
                .multiply(prices.path("inputPricePerMillion").decimalValue())
                .add(new BigDecimal("300")
                        .multiply(prices.path("cachedInputPricePerMillion").decimalValue()))
                .add(new BigDecimal("77")
                        .multiply(prices.path("outputPricePerMillion").decimalValue()))
                .divide(MILLION);

        assertCost(Gateway.usage(Gateway.chat(Gateway.question("openai/gpt-4o-mini"))), cost);
        assertCost(Gateway.usage(Gateway.chat(Gateway.question("gpt-4o-mini"))), cost);
    }

    private static JsonNode shipped(String provider, String model) throws IOException {
        try (InputStream in = Objects.requireNonNull(UsageTest.class.getResourceAsStream("/models/registry.json"))) {
            JsonNode file = Json.read(in.readAllBytes());
            for (JsonNode each : file.isArray() ? file : file.path("models")) {
                if (each.path("provider").asText().equals(provider)
                        && each.path("modelName").asText().equals(model)) {
                    return each;
                }
            }
            throw new AssertionError(provider + "/" + model + " is not shipped");
        }
    }

    @Test
    void a_rate_that_is_only_a_fallback_says_so() {
        String model = upstream.model(Answers.json(Answers.completion("Hi")));
        price(model);

        JsonNode usage = Gateway.usage(Gateway.chat(Gateway.question("acme/" + model)));

        assertThat(usage.path("exchangeRateSource").asText()).isEqualTo("fallback");
        assertThat(usage.path("usdToEurRate").decimalValue()).isEqualByComparingTo(USD_TO_EUR);
        assertThat(usage.path("usdToBrlRate").decimalValue()).isEqualByComparingTo(USD_TO_BRL);
        assertThat(LocalDate.parse(usage.path("exchangeRateDate").asText()))
                .isBetween(LocalDate.now(ZoneOffset.UTC).minusDays(1), LocalDate.now(ZoneOffset.UTC));
    }

    @Test
    void a_model_without_a_price_has_no_cost_which_is_not_zero() {
        String model = upstream.model(Answers.json(Answers.completion("Hi")));

        HttpResponse<byte[]> response = Gateway.chat(Gateway.question("acme/" + model));

        JsonNode usage = Gateway.usage(response);
        assertThat(usage.path("totalTokens").asLong()).isEqualTo(14);
        assertThat(usage.path("costUsd").isNull()).isTrue();
        assertThat(usage.path("costEur").isNull()).isTrue();
        assertThat(usage.path("costBrl").isNull()).isTrue();
        assertThat(usage.path("modelRegistryId").isNull()).isTrue();
        assertThat(response.headers().firstValue("x-gateway-cost-usd")).isEmpty();
        assertThat(costEvents(Gateway.requestId(response)).size()).isZero();
    }

    @Test
    void the_cost_event_says_what_the_usage_row_says() {
        String model = upstream.model(Answers.json(Answers.completion("Hi", DETAILED_USAGE)));
        price(model);

        HttpResponse<byte[]> response = Gateway.chat(
                Gateway.question("acme/" + model),
                "x-gateway-user-id",
                "ana",
                "x-gateway-team-id",
                "support",
                "x-gateway-project-id",
                "bot",
                "x-gateway-app-id",
                "whatsapp",
                "x-gateway-task-type",
                "chat");

        JsonNode usage = Gateway.usage(response);
        RowSet<Row> events = costEvents(Gateway.requestId(response));
        assertThat(events.size()).isEqualTo(1);
        Row event = events.iterator().next();
        assertThat(event.getBigDecimal("amount_usd")).isEqualByComparingTo(DETAILED_COST);
        assertThat(event.getBigDecimal("amount_eur")).isEqualByComparingTo(DETAILED_COST.multiply(USD_TO_EUR));
        assertThat(event.getBigDecimal("amount_brl")).isEqualByComparingTo(DETAILED_COST.multiply(USD_TO_BRL));
        assertThat(event.getString("source")).isEqualTo("AI");
        assertThat(event.getUUID("client_id"))
                .hasToString(usage.path("clientId").asText());
        assertThat(event.getString("user_id")).isEqualTo("ana");
        assertThat(event.getString("team_id")).isEqualTo("support");
        assertThat(event.getString("project_id")).isEqualTo("bot");
        assertThat(event.getString("app_id")).isEqualTo("whatsapp");
        assertThat(event.getString("task_type")).isEqualTo("chat");
        assertThat(event.getString("provider")).isEqualTo("acme");
        assertThat(event.getString("model")).isEqualTo(model);
    }

    private RowSet<Row> costEvents(String id) {
        return Databases.sql(database, "SELECT * FROM cost_events WHERE usage_log_id = $1", UUID.fromString(id));
    }

    @Test
    void every_row_with_a_cost_has_its_event_and_no_other() {
        String model = upstream.model(Answers.json(Answers.completion("Hi")));
        price(model);
        Gateway.usage(Gateway.chat(Gateway.question("acme/" + model)));

        Row differences = Databases.sql(database, """
                SELECT count(*)
                FROM (SELECT * FROM gateway_usage_logs
                      -- Tests of budgets write rows of chats by hand, which name no model.
                      WHERE (requested_model IS NOT NULL OR endpoint <> '/v1/chat/completions')
                        AND (total_tokens > 0 OR images > 0 OR audio_seconds > 0 OR characters > 0)) u
                FULL JOIN cost_events e ON e.usage_log_id = u.id
                WHERE e.amount_usd IS DISTINCT FROM u.cost_usd OR e.amount_eur IS DISTINCT FROM u.cost_eur
                   OR e.amount_brl IS DISTINCT FROM u.cost_brl OR e.client_id IS DISTINCT FROM u.client_id
                      AND u.cost_usd IS NOT NULL
                """).iterator().next();

        assertThat(differences.getLong(0)).isZero();
    }

    // Where the provider does not tell

    @Test
    void an_answer_without_usage_is_counted() {
        String model = upstream.model(Answers.json(Answers.completion("one two three four five", "null")));

        JsonNode usage = Gateway.usage(Gateway.chat(Gateway.question("acme/" + model)));

        assertThat(usage.path("usageSource").asText()).isEqualTo("estimated");
        assertThat(usage.path("status").asText()).isEqualTo("success");
        assertThat(usage.path("inputTokens").asLong()).isBetween(1L, 10L);
        assertThat(usage.path("outputTokens").asLong()).isEqualTo(5);
    }

    @Test
    void a_stream_without_usage_is_counted() {
        String model = upstream.model(Answers.events(Answers.withoutUsage("one", " two", " three", " four", " five")));

        JsonNode usage = Gateway.usage(Gateway.chat(Gateway.streamedQuestion("silent/" + model)));

        assertThat(upstream.call(model).json().has("stream_options")).isFalse();
        assertThat(usage.path("usageSource").asText()).isEqualTo("estimated");
        assertThat(usage.path("status").asText()).isEqualTo("success");
        assertThat(usage.path("inputTokens").asLong()).isBetween(1L, 10L);
        assertThat(usage.path("outputTokens").asLong()).isEqualTo(5);
    }

    @Test
    void groqs_own_spelling_of_usage_is_read() {
        List<String> data = Answers.withoutUsage("Hi");
        data.set(
                data.size() - 2,
                Answers.chunk("{}", "\"stop\"")
                        .replace("]}", "],\"x_groq\":{\"id\":\"r\",\"usage\":%s}}".formatted(DETAILED_USAGE)));
        String model = upstream.model(Answers.events(data));

        assertDetailedTokens(Gateway.usage(Gateway.chat(Gateway.streamedQuestion("groq/" + model))));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                "\"many\"",
                "{\"prompt_tokens\":-1,\"completion_tokens\":-1}",
                "{\"prompt_tokens\":9223372036854775807,\"completion_tokens\":9223372036854775807}",
                "{\"prompt_tokens\":99999999999999999999999,\"completion_tokens\":1}",
                "{\"prompt_tokens\":1e999999,\"completion_tokens\":1.5}",
                "{\"prompt_tokens\":{\"prompt_tokens\":3},\"completion_tokens\":null}"
            })
    void usage_that_cannot_be_is_not_believed_and_costs_no_row(String told) {
        String model = upstream.model(Answers.json(Answers.completion("one two three", told)));
        price(model);

        HttpResponse<byte[]> response = Gateway.chat(Gateway.question("acme/" + model));

        assertThat(response.statusCode()).isEqualTo(200);
        JsonNode usage = Gateway.usage(response);
        assertThat(usage.path("usageSource").asText()).isEqualTo("estimated");
        assertThat(usage.path("outputTokens").asLong()).isEqualTo(3);
        assertThat(usage.path("costUsd").decimalValue()).isPositive();
    }

    // Where the provider fails

    static List<ScriptedUpstream.Script> failuresOfAnAnswerThatHasBegun() {
        byte[] half = Answers.completion("Hi").substring(0, 40).getBytes(StandardCharsets.UTF_8);
        String[] head = {"content-type: application/json", "content-length: 1000"};
        return List.of(
                exchange -> exchange.head(200, head).raw(half).reset(),
                exchange -> exchange.head(200, head).raw(half).close(),
                exchange -> exchange.whole(200, "<html>".getBytes(StandardCharsets.UTF_8), "content-type: text/html"),
                exchange -> exchange.whole(200, half, "content-type: application/json"),
                exchange -> exchange.eventStream().chunk(": thinking\n\n").reset());
    }

    @ParameterizedTest(name = "{index}")
    @MethodSource("failuresOfAnAnswerThatHasBegun")
    void an_answer_that_began_and_came_to_nothing_is_billed_by_estimate(ScriptedUpstream.Script script) {
        HttpResponse<byte[]> response = Gateway.chat(Gateway.question("acme/" + upstream.model(script)));

        assertThat(response.statusCode()).isEqualTo(502);
        assertFailedAndEstimated(Gateway.usage(response), 502);
    }

    @Test
    void a_provider_that_is_too_late_may_bill_all_the_same() {
        HttpResponse<byte[]> response = Gateway.chat(Gateway.question("slow/" + upstream.model(Exchange::stall)));

        assertFailedAndEstimated(Gateway.usage(response), 504);
    }

    private static void assertFailedAndEstimated(JsonNode usage, int status) {
        assertThat(usage.path("status").asText()).isEqualTo("error");
        assertThat(usage.path("statusCode").asInt()).isEqualTo(status);
        assertThat(usage.path("usageSource").asText()).isEqualTo("estimated");
        assertThat(usage.path("inputTokens").asLong()).isPositive();
        assertThat(usage.path("outputTokens").asLong()).isZero();
    }

    @Test
    void a_provider_that_was_never_reached_billed_nothing() {
        JsonNode usage = Gateway.usage(Gateway.chat(Gateway.question("dead/x")));

        assertThat(usage.path("status").asText()).isEqualTo("error");
        assertThat(usage.path("statusCode").asInt()).isEqualTo(502);
        assertThat(usage.path("usageSource").asText()).isEqualTo("exact");
        assertThat(usage.path("totalTokens").asLong()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"99999,502", "600,502", "42,502", "204,502", "302,502", "498,503", "529,503"})
    void a_status_that_no_client_understands_becomes_one_that_it_does(int said, int shown) {
        HttpResponse<byte[]> response = Gateway.chat(Gateway.question("acme/"
                + upstream.model(exchange -> exchange.whole(said, new byte[0], "content-type: application/json"))));

        assertThat(response.statusCode()).isEqualTo(shown);
        assertThat(Json.read(response.body()).at("/error/code").asText()).isEqualTo("provider_failed");
        JsonNode usage = Gateway.usage(response);
        assertThat(usage.path("status").asText()).isEqualTo("error");
        assertThat(usage.path("statusCode").asInt()).isEqualTo(shown);
    }

    // Attribution

    @Test
    void a_refused_call_says_whose_it_was() {
        String conversation = Gateway.newConversation();

        HttpResponse<byte[]> refused = Gateway.chat(
                Gateway.streamedQuestion("keyless/x"),
                "x-gateway-conversation-id",
                conversation,
                "x-gateway-metadata",
                "{\"plan\":\"gold\"}");

        assertThat(refused.statusCode()).isEqualTo(503);
        JsonNode usage = Gateway.usageOf(conversation);
        assertThat(usage.path("requestId").asText()).isEqualTo(Gateway.requestId(refused));
        assertThat(usage.path("streamed").asBoolean()).isTrue();
        assertThat(usage.path("metadata")).isEqualTo(Json.read("{\"plan\":\"gold\"}"));
        assertThat(usage.path("status").asText()).isEqualTo("error");
    }

    @Test
    void a_call_refused_for_its_attribution_is_recorded_without_it() {
        HttpResponse<byte[]> refused = Gateway.chat(Gateway.streamedQuestion("acme/x"), "x-gateway-metadata", "[1]");

        assertThat(refused.statusCode()).isEqualTo(400);
        JsonNode usage = Gateway.usage(refused);
        assertThat(usage.path("streamed").asBoolean()).isTrue();
        assertThat(usage.path("requestedModel").asText()).isEqualTo("acme/x");
    }

    @Test
    void what_the_caller_says_about_a_call_is_recorded_and_goes_no_further() {
        String model = upstream.model(Answers.json(Answers.completion("Hi")));
        String conversation = Gateway.newConversation();

        Gateway.chat(
                Gateway.question("acme/" + model),
                "x-gateway-conversation-id",
                conversation,
                "x-gateway-phone",
                "+55 11 91234-5678",
                "x-gateway-user-id",
                "ana",
                "x-gateway-team-id",
                "support",
                "x-gateway-project-id",
                "bot",
                "x-gateway-app-id",
                "whatsapp",
                "x-gateway-task-type",
                "chat",
                "x-gateway-metadata",
                "{\"plan\":\"gold\",\"seats\":3,\"nested\":{\"a\":[1,true,null]}}");

        JsonNode usage = Gateway.usageOf(conversation);
        assertThat(usage.path("phone").asText()).isEqualTo("+55 11 91234-5678");
        assertThat(usage.path("userId").asText()).isEqualTo("ana");
        assertThat(usage.path("teamId").asText()).isEqualTo("support");
        assertThat(usage.path("projectId").asText()).isEqualTo("bot");
        assertThat(usage.path("appId").asText()).isEqualTo("whatsapp");
        assertThat(usage.path("taskType").asText()).isEqualTo("chat");
        assertThat(usage.path("metadata"))
                .isEqualTo(Json.read("{\"plan\":\"gold\",\"seats\":3,\"nested\":{\"a\":[1,true,null]}}"));
        assertThat(upstream.call(model).request().names()).noneMatch(name -> name.startsWith("x-gateway"));
    }

    @Test
    void the_bodys_user_and_metadata_are_recorded_and_stay_in_the_body() {
        String model = upstream.model(Answers.json(Answers.completion("Hi")));
        String body =
                "{\"model\":\"%s\",\"user\":\"body-user\",\"metadata\":{\"a\":\"body\",\"b\":\"body\"},\"messages\":[]}";

        JsonNode usage = Gateway.usage(
                Gateway.chat(body.formatted("acme/" + model), "x-gateway-metadata", "{\"a\":\"header\"}"));

        assertThat(usage.path("userId").asText()).isEqualTo("body-user");
        assertThat(usage.path("metadata")).isEqualTo(Json.read("{\"a\":\"header\",\"b\":\"body\"}"));
        assertThat(upstream.call(model).request().text()).isEqualTo(body.formatted(model));
    }

    @Test
    void the_header_names_the_user_where_both_do() {
        String model = upstream.model(Answers.json(Answers.completion("Hi")));

        JsonNode usage = Gateway.usage(Gateway.chat(
                "{\"model\":\"acme/%s\",\"user\":\"of the body\"}".formatted(model),
                "x-gateway-user-id",
                "of the header"));

        assertThat(usage.path("userId").asText()).isEqualTo("of the header");
    }

    static List<String> hostile() {
        return List.of(
                "\"user\":\"nul \\u0000 nul\"",
                "\"user\":\"lone \\ud800 half\"",
                "\"user\":\"" + "🌊".repeat(1_000) + "\"",
                "\"user\":{\"not\":[\"a string\"]}",
                "\"metadata\":{\"nul \\u0000 key\":\"nul \\u0000 value\"}",
                "\"metadata\":{\"lone\":\"lone \\ud800 value\"}",
                "\"metadata\":{\"huge\":1e999999,\"tiny\":-1e-999999}",
                "\"metadata\":{\"long\":" + "9".repeat(900) + "}",
                "\"metadata\":{\"deep\":" + "[".repeat(150) + "]".repeat(150) + "}",
                "\"metadata\":{\"wide\":[" + "1,".repeat(5_000) + "1]}",
                "\"metadata\":{\"twice\":1,\"twice\":2}",
                "\"metadata\":{\"\":{\"\":{}}}",
                "\"metadata\":{\"big\":\"" + "x".repeat(100_000) + "\"}",
                "\"metadata\":[1,2,3]",
                "\"metadata\":\"text\"",
                "\"metadata\":null",
                "\"user\":\"'; DROP TABLE gateway_usage_logs; --\"");
    }

    @ParameterizedTest(name = "{index}")
    @MethodSource("hostile")
    void whatever_stands_in_user_and_metadata_there_is_one_row(String members) {
        String model = upstream.model(Answers.json(Answers.completion("Hi")));
        price(model);

        HttpResponse<byte[]> response = Gateway.chat("{\"model\":\"acme/%s\",%s}".formatted(model, members));

        assertThat(response.statusCode()).isEqualTo(200);
        JsonNode usage = Gateway.usage(response);
        assertThat(usage.path("totalTokens").asLong()).isEqualTo(14);
        assertThat(usage.path("costUsd").decimalValue()).isPositive();
        assertThat(upstream.call(model).request().text()).isEqualTo("{\"model\":\"%s\",%s}".formatted(model, members));
    }

    @ParameterizedTest(name = "{index}")
    @ValueSource(strings = {"{\"lone \\udc00 key\":1}", "{\"deeper\":[[[[DEEP]]]]}", "{\"longer\":LONG}"})
    void metadata_that_no_parser_takes_is_refused_and_is_one_row(String metadata) {
        String hostile =
                metadata.replace("DEEP", "[".repeat(500) + "]".repeat(500)).replace("LONG", "9".repeat(5_000));

        HttpResponse<byte[]> response = Gateway.chat("{\"model\":\"acme/x\",\"metadata\":%s}".formatted(hostile));

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(Gateway.usage(response).path("statusCode").asInt()).isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(strings = {"lone \\ud800 half", "ünïcode-🌊", "x\\u2028y"})
    void a_model_with_an_odd_name_is_a_row_too(String name) {
        HttpResponse<byte[]> response = Gateway.chat("{\"model\":\"acme/%s\"}".formatted(name));

        assertThat(response.statusCode()).isIn(400, 404);
        assertThat(Gateway.usage(response).path("status").asText()).isEqualTo("error");
    }

    // Whose

    @Test
    void a_call_belongs_to_the_client_that_the_key_or_the_header_names() {
        String model = upstream.model(Answers.json(Answers.completion("Hi")));
        JsonNode client = Gateway.newClient();
        String question = Gateway.question("acme/" + model);

        JsonNode byKey = Gateway.usage(Gateway.chat(question, "Authorization", "Bearer " + Gateway.newKey(client)));
        JsonNode bySlug = Gateway.usage(Gateway.chat(
                question, "x-gateway-client-id", client.path("slug").asText()));
        JsonNode byId = Gateway.usage(
                Gateway.chat(question, "x-gateway-client-id", client.path("id").asText()));
        JsonNode byDefault = Gateway.usage(Gateway.chat(question));

        assertThat(List.of(byKey, bySlug, byId))
                .allSatisfy(usage -> assertThat(usage.path("clientId")).isEqualTo(client.path("id")));
        assertThat(byKey.path("gatewayKeyId").isTextual()).isTrue();
        assertThat(bySlug.path("gatewayKeyId").isNull()).isTrue();
        assertThat(byDefault.path("clientId")).isNotEqualTo(client.path("id"));
    }

    @Test
    void a_client_whose_gateway_is_off_goes_direct_and_is_recorded() {
        String model = upstream.model(Answers.json(Answers.completion("Hi")));
        JsonNode client = Gateway.newClient();
        Gateway.admin("PUT", "/api/clients/" + client.path("id").asText(), "{\"useAiGateway\":false}");

        JsonNode usage = Gateway.usage(Gateway.chat(
                Gateway.question("acme/" + model),
                "x-gateway-client-id",
                client.path("slug").asText()));

        assertThat(usage.path("wasDirect").asBoolean()).isTrue();
        assertThat(usage.path("totalTokens").asLong()).isEqualTo(14);
    }
}
