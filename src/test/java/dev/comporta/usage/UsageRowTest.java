package dev.comporta.usage;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.comporta.core.ApiType;
import dev.comporta.core.Attribution;
import dev.comporta.core.Call;
import dev.comporta.core.Caller;
import dev.comporta.core.CreatedObject;
import dev.comporta.core.Dialect;
import dev.comporta.core.Hold;
import dev.comporta.core.ObjectKind;
import dev.comporta.core.Secret;
import dev.comporta.core.Target;
import dev.comporta.core.TokenUsage;
import dev.comporta.core.UsageSource;
import dev.comporta.model.Cost;
import dev.comporta.model.ExchangeRate;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A row of the usage log as JSON")
class UsageRowTest {

    private static final UUID ID = UUID.fromString("01900000-0000-7000-8000-000000000001");
    private static final UUID CLIENT = new UUID(0, 2);
    private static final UUID KEY = new UUID(0, 3);
    private static final UUID MODEL = new UUID(0, 4);
    private static final Call CALL = new Call(
            ID,
            Instant.parse("2026-11-20T10:00:00.123456789Z"),
            0,
            "POST",
            "/v1/chat/completions",
            null,
            ApiType.CHAT_COMPLETIONS,
            Dialect.OPENAI,
            HttpHeaders.headers().add("authorization", "Bearer sk-secret"),
            Buffer.buffer("{\"prompt\":\"secret\"}"),
            Promise.<Void>promise().future());
    private static final Caller CALLER = new Caller(CLIENT, "acme", true, KEY, Secret.of("sk-secret"));
    private static final ExchangeRate RATE =
            new ExchangeRate(new BigDecimal("0.92"), new BigDecimal("5.40"), LocalDate.of(2026, 11, 20), "fallback");

    @Test
    void has_what_was_known_at_the_beginning_and_at_the_end() {
        String row = text(
                head(
                        new Attribution("c", "p", "u", "t", "j", "a", "k", "{\"x\":1.0}"),
                        "openai/gpt",
                        new Target("openai", "gpt")),
                UsageRow.tail(
                        Outcome.success(200, new TokenUsage(9, 4, 1, 5, 2), UsageSource.EXACT),
                        1_234,
                        56,
                        Cost.of(new BigDecimal("0.000001"), RATE)));

        assertThat(row).isEqualTo("""
                {"id":"%s","created_micros":1795168800123456,"client_id":"%s","gateway_key_id":"%s",\
                "endpoint":"/v1/chat/completions","method":"POST","api_type":"chat.completions","streamed":true,\
                "requested_model":"openai/gpt","model_registry_id":"%s","provider":"openai","model_name":"gpt",\
                "conversation_id":"c","phone":"p","user_id":"u","team_id":"t","project_id":"j","app_id":"a","task_type":"k",\
                "metadata":{"x":1.0},\
                "input_tokens":9,"cached_tokens":4,"cache_write_tokens":1,"output_tokens":5,"reasoning_tokens":2,"usage_source":"exact",\
                "latency_ms":1234,"status":"success","status_code":200,"time_to_first_token_ms":56,\
                "cost_usd":0.000001,"cost_eur":0.00000092,"cost_brl":0.0000054,\
                "usd_to_eur_rate":0.92,"usd_to_brl_rate":5.40,"exchange_rate_date":"2026-11-20","exchange_rate_source":"fallback"}""".formatted(ID, CLIENT, KEY, MODEL));
    }

    @Test
    void writes_amounts_in_plain_digits_with_none_lost() {
        BigDecimal usd = new BigDecimal("0.00000000000123456789012345678901234567890");

        String row = text(head(Attribution.NONE, null, null), UsageRow.tail(success(), 0, -1, Cost.of(usd, RATE)));

        assertThat(row)
                .contains("\"cost_usd\":0.00000000000123456789012345678901234567890,")
                .contains("\"cost_eur\":"
                        + usd.multiply(RATE.usdToEur()).stripTrailingZeros().toPlainString() + ",")
                .doesNotContainPattern("[0-9]E[-+]?[0-9]");
    }

    @Test
    void leaves_out_what_is_not_known() {
        JsonNode row = row(
                UsageRow.head(
                        CALL,
                        new Caller(CLIENT, "acme", true, null, null),
                        Attribution.NONE,
                        false,
                        false,
                        null,
                        null,
                        null,
                        Hold.NONE),
                UsageRow.tail(success(), 0, -1, null));

        assertThat(row.has("gateway_key_id")).isFalse();
        assertThat(row.has("requested_model")).isFalse();
        assertThat(row.has("provider")).isFalse();
        assertThat(row.has("metadata")).isFalse();
        assertThat(row.has("time_to_first_token_ms")).isFalse();
        assertThat(row.has("cost_usd")).isFalse();
        assertThat(row.has("error_details")).isFalse();
        assertThat(row.get("status").textValue()).isEqualTo("success");
    }

    @Test
    void says_why_a_call_failed() {
        JsonNode row = row(
                head(Attribution.NONE, "m", null),
                UsageRow.tail(Outcome.refused(404, "model_not_found", "No \"such\"\nmodel."), 1, 0, null));

        assertThat(row.get("status").textValue()).isEqualTo("error");
        assertThat(row.get("status_code").intValue()).isEqualTo(404);
        assertThat(row.at("/error_details/code").textValue()).isEqualTo("model_not_found");
        assertThat(row.at("/error_details/message").textValue()).isEqualTo("No \"such\"\nmodel.");
        assertThat(row.get("time_to_first_token_ms").intValue()).isZero();
    }

    @Test
    void says_which_objects_the_call_has_made() {
        Outcome made = success()
                .with(List.of(
                        new CreatedObject("openai", ObjectKind.THREAD, "thread_1"),
                        new CreatedObject("x\"y", ObjectKind.VECTOR_STORE, "vs\u0000\"")));

        JsonNode row = row(head(Attribution.NONE, "m", null), UsageRow.tail(made, 0, -1, null));

        assertThat(row.get("objects")).hasToString("""
                [{"provider":"openai","kind":"thread","id":"thread_1"},\
                {"provider":"x\\"y","kind":"vector_store","id":"vs\uFFFD\\""}]""");
        assertThat(row(head(Attribution.NONE, "m", null), UsageRow.tail(success(), 0, -1, null))
                        .has("objects"))
                .isFalse();
    }

    @Test
    void holds_nothing_that_a_database_refuses() {
        String hostile = "\u0000\"\\\n\uD83D😀" + "x".repeat(1_000);

        String text = text(
                head(
                        new Attribution(hostile, hostile, hostile, hostile, hostile, hostile, hostile, "{}"),
                        hostile,
                        new Target("openai", hostile)),
                UsageRow.tail(Outcome.refused(400, hostile, hostile), 0, -1, null));

        assertThat(text).doesNotContain("\u0000").doesNotContain("\\u0000").doesNotContain("\\ud83d\"");
        JsonNode row = row(text);
        for (String column : new String[] {"conversation_id", "phone", "requested_model", "model_name"}) {
            assertThat(row.get(column).textValue())
                    .startsWith("\uFFFD\"\\\n\uFFFD😀x")
                    .hasSize(500);
        }
        assertThat(row.at("/error_details/message").textValue()).hasSize(500);
    }

    @Test
    void holds_no_key_and_no_prompt() {
        assertThat(text(head(Attribution.NONE, "m", new Target("a", "b")), UsageRow.tail(success(), 0, 0, null)))
                .doesNotContain("secret");
    }

    private static Outcome success() {
        return Outcome.success(200, TokenUsage.of(1, 1), UsageSource.EXACT);
    }

    private static byte[] head(Attribution attribution, @Nullable String requested, @Nullable Target target) {
        return UsageRow.head(CALL, CALLER, attribution, false, true, requested, target, MODEL, Hold.NONE);
    }

    private static JsonNode row(byte[] head, byte[] tail) {
        return row(text(head, tail));
    }

    private static JsonNode row(String text) {
        try {
            return new ObjectMapper()
                    .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .readTree(text);
        } catch (IOException e) {
            throw new AssertionError("not JSON: " + text, e);
        }
    }

    private static String text(byte[] head, byte[] tail) {
        return new String(UsageRow.join(head, tail), StandardCharsets.UTF_8);
    }
}
