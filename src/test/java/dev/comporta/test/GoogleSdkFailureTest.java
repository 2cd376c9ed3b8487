package dev.comporta.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.genai.Client;
import com.google.genai.ResponseStream;
import com.google.genai.errors.ApiException;
import com.google.genai.errors.ClientException;
import com.google.genai.errors.ServerException;
import com.google.genai.types.GenerateContentConfig;
import com.google.genai.types.GenerateContentResponse;
import com.google.genai.types.HttpOptions;
import io.quarkus.test.junit.QuarkusTest;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Failures of every provider, as Google's SDK raises them, and callers that leave. */
@QuarkusTest
class GoogleSdkFailureTest {

    private static final String REASON = "The reason is known only to the provider.";
    private static final String QUESTION = "Which weather?";

    ScriptedUpstream upstream;

    private Client client;

    @BeforeEach
    void connect() {
        client = Gateway.googleSdk();
    }

    @AfterEach
    void close() {
        client.close();
    }

    private static String word(int status) {
        return switch (status) {
            case 400 -> "INVALID_ARGUMENT";
            case 403 -> "PERMISSION_DENIED";
            case 404 -> "NOT_FOUND";
            case 429 -> "RESOURCE_EXHAUSTED";
            case 500 -> "INTERNAL";
            default -> "UNAVAILABLE";
        };
    }

    private static void assertRaised(ApiException failure, int status) {
        int shown = Native.shown(status);
        assertThat(failure).isInstanceOf(shown < 500 ? ClientException.class : ServerException.class);
        assertThat(failure.code()).isEqualTo(shown);
        assertThat(failure.status()).isEqualTo(word(shown));
        if (status == 401) {
            assertThat(failure.message()).doesNotContain(REASON);
        } else {
            assertThat(failure.message()).contains(REASON);
        }
    }

    @ParameterizedTest
    @MethodSource("dev.comporta.test.Native#failures")
    void a_refusal_is_raised_as_what_it_is(Native provider, int status) {
        String model = provider.model(upstream, provider.api().error(status, REASON, "retry-after: 7"));

        assertRaised(
                catchThrowableOfType(
                        ApiException.class, () -> client.models.generateContent(provider.named(model), QUESTION, null)),
                status);
        assertRaised(
                catchThrowableOfType(
                        ApiException.class,
                        () -> client.models.generateContentStream(provider.named(model), QUESTION, null)),
                status);
    }

    /** Google says so with 400. */
    @Test
    void a_key_of_the_gateway_that_google_refuses_is_not_the_callers_mistake() {
        String model = Native.GOOGLE.model(upstream, Answers.json(400, """
                {"error":{"code":400,"message":"API key not valid.","status":"INVALID_ARGUMENT","details":[\
                {"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"API_KEY_INVALID"}]}}"""));

        ApiException failure = catchThrowableOfType(
                ApiException.class, () -> client.models.generateContent(Native.GOOGLE.named(model), QUESTION, null));

        assertThat(failure.code()).isEqualTo(502);
        assertThat(failure.message()).doesNotContain("not valid").contains("operator");
    }

    @ParameterizedTest
    @EnumSource
    void a_stream_that_fails_is_raised(Native provider) {
        CompletableFuture<Void> seen = new CompletableFuture<>();
        String model = provider.model(upstream, exchange -> {
            NativeApi.Streamed answer = provider.api().begin(exchange);
            answer.say("Clear");
            // The SDK reads one event ahead.
            answer.say(" sky");
            exchange.await(seen);
            answer.fail(REASON);
        });

        ApiException failure;
        try (ResponseStream<GenerateContentResponse> stream =
                client.models.generateContentStream(provider.named(model), QUESTION, null)) {
            Iterator<GenerateContentResponse> chunks = stream.iterator();
            assertThat(chunks.next().text()).isEqualTo("Clear");
            seen.complete(null);
            failure = catchThrowableOfType(ApiException.class, () -> chunks.forEachRemaining(chunk -> {}));
        }

        assertThat(failure).hasMessageContaining(REASON);
    }

    @ParameterizedTest
    @EnumSource
    void nobody_goes_on_for_a_caller_who_has_left(Native provider) {
        String model = provider.model(upstream, provider.api().endless("On and on and on. ".repeat(100)));
        String conversation = Gateway.newConversation();
        GenerateContentConfig named = GenerateContentConfig.builder()
                .httpOptions(HttpOptions.builder()
                        .headers(Map.of("x-gateway-conversation-id", conversation))
                        .build())
                .build();

        try (ResponseStream<GenerateContentResponse> stream =
                client.models.generateContentStream(provider.named(model), QUESTION, named)) {
            assertThat(stream.iterator().next().text()).isNotEmpty();
        }

        // At once, or after having listened for what would be billed.
        upstream.call(model).awaitGone();
        JsonNode usage = Gateway.usageOf(conversation);
        assertThat(usage.path("status").asText()).isEqualTo("cancelled");
        assertThat(usage.path("statusCode").asInt()).isEqualTo(499);
        assertThat(usage.path("outputTokens").asLong()).isPositive();
    }
}
