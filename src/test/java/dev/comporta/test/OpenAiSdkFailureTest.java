package dev.comporta.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.openai.client.OpenAIClient;
import com.openai.core.http.StreamResponse;
import com.openai.errors.BadRequestException;
import com.openai.errors.InternalServerException;
import com.openai.errors.NotFoundException;
import com.openai.errors.OpenAIServiceException;
import com.openai.errors.PermissionDeniedException;
import com.openai.errors.RateLimitException;
import com.openai.errors.SseException;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseStreamEvent;
import io.quarkus.test.junit.QuarkusTest;
import java.util.Iterator;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Failures of every provider, as OpenAI's SDK raises them, and callers that leave. */
@QuarkusTest
class OpenAiSdkFailureTest {

    private static final String REASON = "The reason is known only to the provider.";

    ScriptedUpstream upstream;

    private OpenAIClient client;

    @BeforeEach
    void connect() {
        client = Gateway.sdk();
    }

    private static ChatCompletionCreateParams.Builder ask(Native provider, String model) {
        return ChatCompletionCreateParams.builder().model(provider.named(model)).addUserMessage("Which weather?");
    }

    private static ResponseCreateParams askForResponse(Native provider, String model) {
        return ResponseCreateParams.builder()
                .model(provider.named(model))
                .store(false)
                .input("Which weather?")
                .build();
    }

    private static Class<? extends OpenAIServiceException> raised(int status) {
        return switch (status) {
            case 400 -> BadRequestException.class;
            case 403 -> PermissionDeniedException.class;
            case 404 -> NotFoundException.class;
            case 429 -> RateLimitException.class;
            default -> InternalServerException.class;
        };
    }

    private static void assertRaised(OpenAIServiceException failure, int status) {
        int shown = Native.shown(status);
        assertThat(failure).isInstanceOf(raised(shown));
        assertThat(failure.statusCode()).isEqualTo(shown);
        if (status == 401) {
            assertThat(failure.code()).contains("provider_refused_key");
            assertThat(failure.getMessage()).doesNotContain(REASON);
        } else {
            assertThat(failure.getMessage()).contains(REASON);
        }
        if (status == 429) {
            assertThat(failure.headers().values("retry-after")).containsExactly("7");
        }
    }

    @ParameterizedTest
    @MethodSource("dev.comporta.test.Native#failures")
    void a_refusal_is_raised_as_what_it_is(Native provider, int status) {
        String model = provider.model(upstream, provider.api().error(status, REASON, "retry-after: 7"));

        assertRaised(
                catchThrowableOfType(
                        OpenAIServiceException.class,
                        () -> client.chat()
                                .completions()
                                .create(ask(provider, model).build())),
                status);
        assertRaised(
                catchThrowableOfType(
                        OpenAIServiceException.class,
                        () -> client.chat()
                                .completions()
                                .createStreaming(ask(provider, model).build())),
                status);
    }

    @ParameterizedTest
    @MethodSource("dev.comporta.test.Native#failures")
    void a_refused_response_is_raised_as_what_it_is(Native provider, int status) {
        String model = provider.model(upstream, provider.responses().error(status, REASON, "retry-after: 7"));

        assertRaised(
                catchThrowableOfType(
                        OpenAIServiceException.class, () -> client.responses().create(askForResponse(provider, model))),
                status);
    }

    @ParameterizedTest
    @EnumSource
    void a_stream_that_fails_is_raised(Native provider) {
        CompletableFuture<Void> seen = new CompletableFuture<>();
        String model = provider.model(upstream, provider.api().failing("Clear", seen, REASON));
        StringBuilder text = new StringBuilder();

        SseException failure;
        try (StreamResponse<ChatCompletionChunk> stream =
                client.chat().completions().createStreaming(ask(provider, model).build())) {
            Iterator<ChatCompletionChunk> chunks = stream.stream().iterator();
            while (text.isEmpty()) {
                chunks.next()
                        .choices()
                        .forEach(choice -> choice.delta().content().ifPresent(text::append));
            }
            seen.complete(null);
            failure = catchThrowableOfType(SseException.class, () -> chunks.forEachRemaining(chunk -> {}));
        }

        assertThat(text).hasToString("Clear");
        assertThat(failure).hasMessageContaining(REASON);
    }

    @ParameterizedTest
    @EnumSource
    void a_response_that_fails_is_raised_or_says_so(Native provider) {
        CompletableFuture<Void> seen = new CompletableFuture<>();
        String model = provider.model(upstream, provider.responses().failing("Clear", seen, REASON));

        try (StreamResponse<ResponseStreamEvent> stream =
                client.responses().createStreaming(askForResponse(provider, model))) {
            Iterator<ResponseStreamEvent> events = stream.stream().iterator();
            while (events.next().outputTextDelta().isEmpty()) {
                // Its beginning.
            }
            seen.complete(null);
            SseException failure = catchThrowableOfType(
                    SseException.class,
                    () -> events.forEachRemaining(
                            event -> assertThat(event.isCompleted()).isFalse()));
            assertThat(failure).hasMessageContaining(REASON);
        }
    }

    @ParameterizedTest
    @EnumSource
    void nobody_goes_on_for_a_caller_who_has_left(Native provider) {
        String model = provider.model(upstream, provider.api().endless("On and on and on. ".repeat(100)));
        String conversation = Gateway.newConversation();

        try (StreamResponse<ChatCompletionChunk> stream = client.chat()
                .completions()
                .createStreaming(ask(provider, model)
                        .putAdditionalHeader("x-gateway-conversation-id", conversation)
                        .build())) {
            assertThat(stream.stream().limit(3)).hasSize(3);
        }

        // At once, or after having listened for what would be billed.
        upstream.call(model).awaitGone();
        JsonNode usage = Gateway.usageOf(conversation);
        assertThat(usage.path("status").asText()).isEqualTo("cancelled");
        assertThat(usage.path("statusCode").asInt()).isEqualTo(499);
        assertThat(usage.path("outputTokens").asLong()).isPositive();
    }
}
