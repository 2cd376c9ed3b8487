package dev.comporta.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.comporta.core.ApiType;
import dev.comporta.core.Attribution;
import dev.comporta.core.Call;
import dev.comporta.core.Caller;
import dev.comporta.core.Dialect;
import dev.comporta.core.Target;
import dev.comporta.dialect.Dropped;
import dev.comporta.dialect.ModelRequest;
import dev.comporta.dialect.TargetTraits;
import dev.comporta.dialect.Translation;
import dev.comporta.dialect.openai.ChatTranslation;
import dev.comporta.model.Cost;
import dev.comporta.model.ExchangeRate;
import dev.comporta.provider.Provider;
import dev.comporta.provider.ProviderConfig.StreamUsage;
import dev.comporta.provider.Upstream;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.streams.ReadStream;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("The headers of an answer")
class ReplyHeadersTest {

    private static final UUID ID = new UUID(0x0190, 7);

    private final ReplyHeaders headers = new ReplyHeaders(route(), true);

    @Test
    void say_where_the_call_went() {
        MultiMap sent = headers.of(answer(200, "x-request-id", "req_1", "x-gateway-provider", "forged"), 1_234_567);

        assertThat(sent.get("x-gateway-request-id")).isEqualTo(ID.toString());
        assertThat(sent.getAll("x-gateway-provider")).containsExactly("groq");
        assertThat(sent.get("x-gateway-model")).isEqualTo("openai/gpt-oss");
        assertThat(sent.get("x-gateway-cache")).isEqualTo("BYPASS");
        assertThat(sent.get("x-gateway-fallback")).isEqualTo("0");
        assertThat(sent.get("x-request-id")).isEqualTo("req_1");
        assertThat(sent.contains("x-gateway-cost-usd")).isFalse();
        assertThat(sent.contains("x-gateway-error-source")).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"0, 0.000", "999, 0.000", "1000, 0.001", "1234567, 1.234", "1050000, 1.050", "61000000000, 61000.000"})
    void tell_the_overhead_in_milliseconds_with_three_decimals(long nanos, String millis) {
        assertThat(headers.of(answer(200), nanos).get("x-gateway-overhead-ms")).isEqualTo(millis);
    }

    @Test
    void have_the_aliases_that_older_clients_read_unless_they_are_switched_off() {
        MultiMap with = headers.of(answer(200), 0);
        MultiMap without = new ReplyHeaders(route(), false).of(answer(200), 0);

        assertThat(with.get("x-vercel-cache")).isEqualTo("BYPASS");
        assertThat(with.get("x-vercel-ai-provider")).isEqualTo("groq");
        assertThat(with.get("x-vercel-ai-model")).isEqualTo("openai/gpt-oss");
        assertThat(with.get("x-vercel-ai-request-id")).isEqualTo(ID.toString());
        assertThat(without.names()).noneMatch(name -> name.startsWith("x-vercel"));
    }

    @Test
    void tell_the_cost_in_plain_digits_if_it_is_known() {
        ExchangeRate rate = new ExchangeRate(BigDecimal.ONE, BigDecimal.TEN, LocalDate.EPOCH, "fallback");

        assertThat(cost(Cost.of(new BigDecimal("1E-7"), rate))).isEqualTo("0.0000001");
        assertThat(cost(null)).isNull();
    }

    @Test
    void of_an_error_name_its_source_and_the_status_that_was_changed() {
        Upstream.Answer answer = answer(529, "content-type", "text/html", "retry-after", "7");
        ErrorAnswer error = ErrorAnswer.passing(529, Buffer.buffer("<html>"), null, false);

        MultiMap sent = headers.ofError(answer, 0, error);

        assertThat(sent.get("x-gateway-error-source")).isEqualTo("provider");
        assertThat(sent.get("x-gateway-provider-status")).isEqualTo("529");
        assertThat(sent.getAll("content-type")).containsExactly("application/json");
        assertThat(sent.get("retry-after")).isEqualTo("7");
    }

    @Test
    void of_an_error_repeat_no_status_that_was_kept() {
        ErrorAnswer error = ErrorAnswer.passing(429, Buffer.buffer("{\"error\":{}}"), null, false);

        assertThat(headers.ofError(answer(429), 0, error).contains("x-gateway-provider-status"))
                .isFalse();
    }

    private @Nullable String cost(@Nullable Cost cost) {
        return headers.ofWhole(answer(200), 0, cost).get("x-gateway-cost-usd");
    }

    private static Upstream.Answer answer(int status, String... namesAndValues) {
        MultiMap headers = HttpHeaders.headers();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            headers.add(namesAndValues[i], namesAndValues[i + 1]);
        }
        // Headers are made before anybody looks at the body.
        ReadStream<Buffer> body = null;
        return new Upstream.Answer(status, headers, body);
    }

    private static Route route() {
        Buffer body = Buffer.buffer("{\"model\":\"groq/openai/gpt-oss\"}");
        Call call = new Call(
                ID,
                Instant.EPOCH,
                0,
                "POST",
                "/v1/chat/completions",
                null,
                ApiType.CHAT_COMPLETIONS,
                Dialect.OPENAI,
                HttpHeaders.headers(),
                body,
                Promise.<Void>promise().future());
        Caller caller = new Caller(new UUID(0, 1), "acme", true, null, null);
        Provider provider = new Provider(
                "groq", Dialect.OPENAI, true, StreamUsage.REQUEST, true, "groq", Provider.HangUp.CANCEL, request -> {
                    throw new AssertionError("nothing is sent here");
                });
        Translation translation = new ChatTranslation(
                ModelRequest.parse(body),
                new TargetTraits("openai/gpt-oss", "groq", null, true),
                false,
                null,
                new Dropped(false));
        return new Route(
                new AdmittedCall(call, caller, ModelRequest.parse(body), Attribution.NONE, false),
                new Target("groq", "openai/gpt-oss"),
                null,
                provider,
                translation,
                new Dropped(false),
                null,
                false);
    }
}
