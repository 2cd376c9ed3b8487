package dev.comporta.dialect.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class OpenAiErrorTest {

    @ParameterizedTest
    @EnumSource(ErrorCode.class)
    void every_refusal_has_the_four_keys_of_openai(ErrorCode code) {
        JsonObject body = new JsonObject(OpenAiError.body(new GatewayError(code, "What to do.")));

        assertThat(body.fieldNames()).containsExactly("error");
        JsonObject error = body.getJsonObject("error");
        assertThat(error.fieldNames()).containsExactly("message", "type", "param", "code");
        assertThat(error.getString("message")).isEqualTo("What to do.");
        assertThat(error.getString("type")).isEqualTo(code.type());
        assertThat(error.getString("param")).isNull();
        assertThat(error.getString("code")).isEqualTo(code.code());
    }

    @Test
    void the_blamed_field_is_named() {
        Buffer body = OpenAiError.body(new GatewayError(ErrorCode.INVALID_REQUEST, "\"quoted\"\n", "model"));

        assertThat(body)
                .hasToString(
                        "{\"error\":{\"message\":\"\\\"quoted\\\"\\n\",\"type\":\"invalid_request_error\",\"param\":\"model\",\"code\":\"invalid_request\"}}");
    }

    @Test
    void a_stream_that_fails_ends_with_an_error_and_never_with_a_finish_reason() {
        ChatStream reader = new ChatStream(false, null);

        Buffer events = OpenAiError.terminalEvents("It broke\n\ndata: off.", "provider_failed");
        reader.feed(events);

        assertThat(events.toString()).endsWith("\n\ndata: [DONE]\n\n").doesNotContain("finish_reason");
        assertThat(reader.isDone()).isTrue();
        assertThat(reader.errorBody()).isNotNull();
        JsonObject error = new JsonObject(reader.errorBody()).getJsonObject("error");
        assertThat(error.getString("message")).isEqualTo("It broke\n\ndata: off.");
        assertThat(error.getString("type")).isEqualTo("server_error");
        assertThat(error.getString("code")).isEqualTo("provider_failed");
    }
}
