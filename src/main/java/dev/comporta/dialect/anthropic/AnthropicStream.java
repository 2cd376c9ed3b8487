package dev.comporta.dialect.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import dev.comporta.core.TokenUsage;
import dev.comporta.dialect.Json;
import dev.comporta.dialect.PassedStream;
import dev.comporta.dialect.ProviderError;
import dev.comporta.dialect.sse.SseEvent;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A stream on its way to a caller of the same dialect. Events pass as the bytes they came in; {@code message_stop} is
 * held back, so that usage can be recorded before the caller knows that the stream is over.
 */
public final class AnthropicStream extends PassedStream {

    private static final String FAILED = "The provider reported an error.";

    private final AnthropicUsage counts = new AnthropicUsage();

    private @Nullable TokenUsage usage;
    private @Nullable ProviderError error;
    private boolean stopped;
    /** Whether the caller has seen the provider's error. */
    private boolean told;

    /** @param secret what an error must not repeat, or null */
    public AnthropicStream(@Nullable String secret) {
        super(secret);
    }

    @Override
    protected void read(SseEvent event, byte[] data) throws IOException {
        AnthropicEvent read = AnthropicEvent.of(data);
        switch (read.type()) {
            case AnthropicEvent.PIECE -> {
                if (read.isGenerated()) {
                    text.append(read.piece());
                }
                pass(event);
            }
            case "message_start" -> {
                JsonNode message = Json.tree(data).path("message");
                counts.read(message.path("usage"));
                pass(event);
            }
            case "content_block_start" -> {
                JsonNode block = Json.tree(data).path("content_block");
                text.append(block.path("name").asText())
                        .append(block.path("text").asText());
                pass(event);
            }
            case "message_delta" -> {
                counts.read(Json.tree(data).path("usage"));
                usage = counts.total();
                pass(event);
            }
            case "message_stop" -> {
                stopped = true;
                finish();
                hold(event);
            }
            case "error" -> fail(event, data);
            default -> pass(event);
        }
    }

    /** An error ends the stream as surely as the provider's last event does. */
    private void fail(SseEvent event, byte[] data) throws IOException {
        ProviderError read = AnthropicError.read(200, Json.tree(data));
        finish();
        error = read == null ? ProviderError.of(502, "server_error", "provider_failed", FAILED) : read;
        told = !repeatsSecret(data) && !repeatsSecret(error.message());
        if (told) {
            pass(event);
        } else {
            error = ProviderError.of(error.status(), error.type(), error.code(), FAILED);
        }
    }

    @Override
    public boolean isWhole() {
        return stopped && error == null;
    }

    @Override
    public @Nullable TokenUsage usage() {
        return usage;
    }

    @Override
    public @Nullable ProviderError error() {
        return error;
    }

    /** Nothing, if the caller has already seen the provider's own error. */
    @Override
    public Buffer fail(ProviderError failure) {
        return told
                ? Buffer.buffer(0)
                : Buffer.buffer("event: error\ndata: ")
                        .appendBytes(Json.bytes(AnthropicError.write(failure)))
                        .appendString("\n\n");
    }
}
