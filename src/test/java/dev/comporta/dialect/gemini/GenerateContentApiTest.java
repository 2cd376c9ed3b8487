package dev.comporta.dialect.gemini;

import static org.assertj.core.api.Assertions.assertThat;

import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.core.TokenUsage;
import dev.comporta.dialect.CallerApi.AnswerContext;
import dev.comporta.dialect.CallerApi.BodyWriter;
import dev.comporta.dialect.CallerApi.EventWriter;
import dev.comporta.dialect.FinishReason;
import dev.comporta.dialect.ModelRequest;
import dev.comporta.dialect.ProviderError;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Gemini's API as a caller's")
class GenerateContentApiTest {

    private static final GenerateContentApi API = new GenerateContentApi();

    private static AnswerContext context(String request) {
        return new AnswerContext(
                ModelRequest.parse(Buffer.buffer(request.replace('\'', '"')), "m", true), "0123", 1, "m");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'generationConfig':{'thinkingConfig':{'includeThoughts':true}}}",
                "{'generation_config':{'thinking_config':{'include_thoughts':true}}}"
            })
    void thoughts_are_shown_to_who_asks_for_them(String request) throws IOException {
        BodyWriter body = API.body(context(request));
        body.start(null, null, 0);
        body.reasoning(0, "Hm.");
        body.text(0, "Yes.");
        body.finish(0, FinishReason.STOP);
        EventWriter events = API.events(context(request));
        events.reasoning(0, "Hm.");

        assertThat(body.body())
                .hasToString("{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"Hm.\",\"thought\":true},"
                        + "{\"text\":\"Yes.\"}],\"role\":\"model\"},\"finishReason\":\"STOP\",\"index\":0}],"
                        + "\"modelVersion\":\"m\",\"responseId\":\"0123\"}");
        assertThat(events.take())
                .hasToString("data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"Hm.\",\"thought\":true}],"
                        + "\"role\":\"model\"},\"index\":0}],\"modelVersion\":\"m\",\"responseId\":\"0123\"}\n\n");
    }

    @Test
    void what_was_recorded_is_told_at_the_end() {
        EventWriter events = API.events(context("{}"));
        events.start("r", "v", 0);
        events.usage(TokenUsage.of(1, 1));
        events.finish(0, FinishReason.CONTENT_FILTER);

        assertThat(events.take().length()).isZero();
        assertThat(events.close(TokenUsage.of(9, 5)))
                .hasToString("data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"\"}],\"role\":\"model\"},"
                        + "\"finishReason\":\"SAFETY\",\"index\":0}],\"usageMetadata\":{\"promptTokenCount\":9,"
                        + "\"candidatesTokenCount\":5,\"totalTokenCount\":14},\"modelVersion\":\"v\",\"responseId\":\"r\"}"
                        + "\n\n");
    }

    @Test
    void a_refusal_of_the_gateway_has_google_s_shape_and_the_gateway_s_code() {
        assertThat(GenerateContentApi.errorBody(
                        new GatewayError(ErrorCode.UNSUPPORTED_PARAMETER, "No.", "tools[0].googleSearch")))
                .hasToString(
                        "{\"error\":{\"code\":400,\"message\":\"No.\",\"status\":\"INVALID_ARGUMENT\",\"details\":["
                                + "{\"@type\":\"type.googleapis.com/google.rpc.ErrorInfo\",\"reason\":\"unsupported_parameter\","
                                + "\"metadata\":{\"param\":\"tools[0].googleSearch\"}}]}}");
    }

    @Test
    void a_delay_is_told_in_google_s_words() {
        assertThat(API.error(new ProviderError(429, "rate_limit_error", null, null, "Slow down.", 34L)))
                .hasToString(
                        "{\"error\":{\"code\":429,\"message\":\"Slow down.\",\"status\":\"RESOURCE_EXHAUSTED\","
                                + "\"details\":[{\"@type\":\"type.googleapis.com/google.rpc.RetryInfo\",\"retryDelay\":\"34s\"}]}}");
    }
}
