package dev.comporta.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.anthropic.client.AnthropicClient;
import com.anthropic.core.http.StreamResponse;
import com.anthropic.errors.AnthropicServiceException;
import com.anthropic.errors.BadRequestException;
import com.anthropic.errors.InternalServerException;
import com.anthropic.errors.NotFoundException;
import com.anthropic.errors.OverloadedException;
import com.anthropic.errors.PermissionDeniedException;
import com.anthropic.errors.RateLimitException;
import com.anthropic.errors.ServiceUnavailableException;
import com.anthropic.errors.SseException;
import com.anthropic.models.ErrorType;
import com.anthropic.models.messages.MessageCreateParams;
import com.anthropic.models.messages.RawMessageStreamEvent;
import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.junit.QuarkusTest;
import java.util.Iterator;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Failures of every provider, as Anthropic's SDK raises them, and callers that leave. */
@QuarkusTest
class AnthropicSdkFailureTest {

    private static final String REASON = "The reason is known only to the provider.";

    ScriptedUpstream upstream;

    private AnthropicClient client;

    @BeforeEach
    void connect() {
        client = Gateway.anthropicSdk();
    }

    private static MessageCreateParams.Builder ask(Native provider, String model) {
        return MessageCreateParams.builder()
                .model(provider.named(model))
                .maxTokens(2048)
                .addUserMessage("Which weather?");
    }

    private static Class<? extends AnthropicServiceException> raised(int status) {
        return switch (status) {
            case 400 -> BadRequestException.class;
            case 403 -> PermissionDeniedException.class;
            case 404 -> NotFoundException.class;
            case 429 -> RateLimitException.class;
            case 503 -> ServiceUnavailableException.class;
            case 529 -> OverloadedException.class;
            default -> InternalServerException.class;
        };
    }

    private static ErrorType type(int status) {
        return switch (status) {
            case 400 -> ErrorType.INVALID_REQUEST_ERROR;
            case 403 -> ErrorType.PERMISSION_ERROR;
            case 404 -> ErrorType.NOT_FOUND_ERROR;
            case 429 -> ErrorType.RATE_LIMIT_ERROR;
            case 503, 529 -> ErrorType.OVERLOADED_ERROR;
            default -> ErrorType.API_ERROR;
        };
    }

    private static void assertRaised(AnthropicServiceException failure, Native provider, int status) {
        // Anthropic's own callers know its own status for being overloaded.
        int shown = status == 529 ? status : Native.shown(status);
        assertThat(failure).isInstanceOf(raised(shown));
        assertThat(failure.statusCode()).isEqualTo(shown);
        // Anthropic itself has no type for 503, and its errors pass.
        if (provider != Native.ANTHROPIC || status != 503) {
            assertThat(failure.type()).contains(type(shown));
        }
        if (status == 401) {
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
                        AnthropicServiceException.class,
                        () -> client.messages().create(ask(provider, model).build())),
                provider,
                status);
        assertRaised(
                catchThrowableOfType(
                        AnthropicServiceException.class,
                        () -> client.messages()
                                .createStreaming(ask(provider, model).build())),
                provider,
                status);
    }

    @ParameterizedTest
    @EnumSource
    void a_stream_that_fails_is_raised(Native provider) {
        CompletableFuture<Void> seen = new CompletableFuture<>();
        String model = provider.model(upstream, provider.api().failing("Clear", seen, REASON));

        SseException failure;
        try (StreamResponse<RawMessageStreamEvent> stream =
                client.messages().createStreaming(ask(provider, model).build())) {
            Iterator<RawMessageStreamEvent> events = stream.stream().iterator();
            while (events.next().contentBlockDelta().isEmpty()) {
                // Its beginning.
            }
            seen.complete(null);
            failure = catchThrowableOfType(SseException.class, () -> events.forEachRemaining(event -> {}));
        }

        assertThat(failure).hasMessageContaining(REASON);
    }

    @ParameterizedTest
    @EnumSource
    void nobody_goes_on_for_a_caller_who_has_left(Native provider) {
        String model = provider.model(upstream, provider.api().endless("On and on and on. ".repeat(100)));
        String conversation = Gateway.newConversation();

        try (StreamResponse<RawMessageStreamEvent> stream = client.messages()
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
