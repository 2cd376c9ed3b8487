package dev.comporta.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.comporta.core.Attribution;
import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.core.Seeds;
import dev.comporta.dialect.ModelRequest;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("What the caller says about a request")
class AttributionHeadersTest {

    @Test
    void is_nothing_if_it_says_nothing() {
        assertThat(read("{}", "user-agent", "x")).isSameAs(Attribution.NONE);
    }

    @Test
    void comes_in_headers_of_any_letter_case() {
        assertThat(read(
                        "{}",
                        "x-gateway-conversation-id",
                        "c",
                        "X-Gateway-Phone",
                        "+55 11 99999",
                        "X-GATEWAY-USER-ID",
                        "u",
                        "x-gateway-team-id",
                        "t",
                        "x-gateway-project-id",
                        "p",
                        "x-gateway-app-id",
                        "a",
                        "x-gateway-task-type",
                        "k",
                        "x-gateway-metadata",
                        "{\"a\":1}"))
                .isEqualTo(new Attribution("c", "+55 11 99999", "u", "t", "p", "a", "k", "{\"a\":1}"));
    }

    @Test
    void comes_in_the_body_too_and_the_header_wins() {
        String body = "{\"user\":\"from body\",\"metadata\":{\"a\":1,\"b\":{\"c\":[true,null,1.5]}}}";

        assertThat(read(body))
                .isEqualTo(new Attribution(
                        null, null, "from body", null, null, null, null, "{\"a\":1,\"b\":{\"c\":[true,null,1.5]}}"));
        Attribution both = read(body, "x-gateway-user-id", "from header", "x-gateway-metadata", "{\"a\":2,\"d\":3}");
        assertThat(both.userId()).isEqualTo("from header");
        assertThat(json(both)).isEqualTo(parse("{\"a\":2,\"b\":{\"c\":[true,null,1.5]},\"d\":3}"));
    }

    @Test
    void is_bounded() {
        Attribution long501 = read("{\"user\":\"" + "u".repeat(501) + "\"}", "x-gateway-app-id", "a".repeat(10_000));

        assertThat(long501.userId()).hasSize(500);
        assertThat(long501.appId()).hasSize(500);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "x", "null", "[]", "\"x\"", "5", "{", "{\"a\":1", "{'a':1}", "{\"a\":NaN}"})
    void is_refused_if_its_metadata_is_no_object(String metadata) {
        GatewayError refusal = catchThrowableOfType(
                GatewayError.class, () -> read("{\"metadata\":{\"a\":1}}", "x-gateway-metadata", metadata));

        assertThat(refusal).isNotNull();
        assertThat(refusal.code()).isEqualTo(ErrorCode.INVALID_REQUEST);
        assertThat(refusal.param()).isEqualTo("x-gateway-metadata");
    }

    @Test
    void is_refused_if_its_metadata_header_is_huge_and_left_out_if_the_bodys_is() {
        String huge = "{\"a\":\"" + "x".repeat(20_000) + "\"}";

        GatewayError refusal = catchThrowableOfType(GatewayError.class, () -> read("{}", "x-gateway-metadata", huge));
        assertThat(refusal.code()).isEqualTo(ErrorCode.INVALID_REQUEST);

        Attribution attribution = read("{\"metadata\":" + huge + "}");
        assertThat(json(attribution)).isEqualTo(parse("{}"));
    }

    @Test
    void is_refused_if_its_metadata_is_nested_without_end() {
        GatewayError refusal = catchThrowableOfType(
                GatewayError.class, () -> read("{}", "x-gateway-metadata", "{\"a\":".repeat(2_000) + "1"));

        assertThat(refusal.code()).isEqualTo(ErrorCode.INVALID_REQUEST);
    }

    @Test
    void loses_its_depths_but_not_its_surface() {
        String deep = "{\"a\":".repeat(20) + "1" + "}".repeat(20);

        JsonNode kept = json(read("{}", "x-gateway-metadata", deep));

        assertThat(kept.at("/a/a/a/a").isMissingNode()).isFalse();
        assertThat(kept.toString()).hasSizeLessThan(60);
    }

    @Test
    void can_always_be_stored() {
        Seeds.each(2_000, random -> {
            String text = text(random);
            String body = "{\"\\u0000\":[\"%s\",{\"x\":%s}]}".formatted(text, number(random));
            String header = "{\"%s\":[\"%s\",{\"%s\":%s}]}".formatted(text(random), text, text(random), number(random));

            Attribution attribution =
                    read("{\"user\":\"%s\",\"metadata\":%s}".formatted(text, body), "x-gateway-metadata", header);

            assertStorable(String.valueOf(attribution.userId()));
            assertStorable(json(attribution).toString());
            json(attribution).fieldNames().forEachRemaining(AttributionHeadersTest::assertStorable);
        });
    }

    @Test
    void keeps_integers_of_64_bits() {
        assertThat(read("{\"metadata\":{\"id\":9223372036854775807,\"big\":18446744073709551616}}")
                        .metadata())
                .isEqualTo("{\"id\":9223372036854775807,\"big\":18446744073709551616}");
    }

    @Test
    void cuts_long_values_of_metadata() {
        String metadata = MetadataText.of(new JsonObject().put("k".repeat(5_000), "v".repeat(5_000)));

        assertThat(metadata).isEqualTo("{\"" + "k".repeat(4_096) + "\":\"" + "v".repeat(4_096) + "\"}");
    }

    private static String text(Random random) {
        String[] pieces = {"a", "\\u0000", "\\ud83d", "\\ude00", "😀", "\\ud83d\\ude00", "\\\"", "\\\\", "é"};
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(6); i > 0; i--) {
            text.append(pieces[random.nextInt(pieces.length)]);
        }
        return text.toString();
    }

    private static String number(Random random) {
        String[] numbers = {"1e400", "-1e400", "1e-400", "0.1", "9".repeat(900), "-0", "1.0"};
        return numbers[random.nextInt(numbers.length)];
    }

    private static void assertStorable(String text) {
        assertThat(text).doesNotContain("\u0000");
        try {
            StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
        } catch (CharacterCodingException e) {
            throw new AssertionError("half a surrogate pair", e);
        }
    }

    private static JsonNode json(Attribution attribution) {
        return parse(String.valueOf(attribution.metadata()));
    }

    private static JsonNode parse(@Nullable String json) {
        try {
            return new ObjectMapper().readTree(json);
        } catch (IOException e) {
            throw new AssertionError("not JSON: " + json, e);
        }
    }

    private static Attribution read(String body, String... headers) {
        MultiMap all = HttpHeaders.headers();
        for (int i = 0; i < headers.length; i += 2) {
            all.add(headers[i], headers[i + 1]);
        }
        String request = body.equals("{}") ? "{\"model\":\"m\"}" : "{\"model\":\"m\"," + body.substring(1);
        return AttributionHeaders.read(all, ModelRequest.parse(Buffer.buffer(request)));
    }
}
