package dev.comporta.dialect.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import dev.comporta.core.TokenUsage;
import dev.comporta.dialect.AnswerReader;
import dev.comporta.dialect.AnswerSink;
import dev.comporta.dialect.FinishReason;
import dev.comporta.dialect.Json;
import dev.comporta.dialect.ProviderError;
import java.io.IOException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads one answer of Anthropic's, as a stream or whole. Usage is told once the output is known: what
 * {@code message_start} says of it would bill an answer that breaks off as if it had hardly begun.
 *
 * @see <a href="https://platform.claude.com/docs/en/build-with-claude/streaming">Anthropic's streams</a>
 */
final class AnthropicReader implements AnswerReader {

    private static final int CHOICE = 0;
    private static final String DONE = "[DONE]";

    private final AnswerSink sink;
    private final AnswerBlocks blocks;
    private final AnthropicUsage usage = new AnthropicUsage();
    private boolean started;
    private boolean finished;
    private boolean stopped;
    private boolean failed;

    /** @param ids makes up the id of a tool call that has none */
    AnthropicReader(AnswerSink sink, Supplier<String> ids) {
        this.sink = sink;
        blocks = new AnswerBlocks(sink, ids);
    }

    @Override
    public void data(byte[] data) throws IOException {
        if (isDone()) {
            return;
        }
        if (data.length == DONE.length() && data[0] == '[') {
            // Not Anthropic's, but said by some who speak like it.
            return;
        }
        AnthropicEvent event = AnthropicEvent.of(data);
        switch (event.type()) {
            case AnthropicEvent.PIECE -> piece(event, data);
            case "message_start" -> {
                JsonNode message = Json.tree(data).path("message");
                start(message);
                usage.read(message.path("usage"));
            }
            case "content_block_start" -> {
                if (!finished) {
                    begin();
                    blocks.start(event.index(), Json.tree(data).path("content_block"));
                }
            }
            case "content_block_stop" -> {
                if (!finished) {
                    blocks.stop(event.index());
                }
            }
            case "message_delta" -> {
                JsonNode tree = Json.tree(data);
                usage.read(tree.path("usage"));
                finish(tree.path("delta"));
                tellUsage();
            }
            case "message_stop" -> {
                finish(null);
                stopped = true;
            }
            case "error" -> fail(Json.tree(data));
            default -> {
                // ping, and what came later than this code.
            }
        }
    }

    private void piece(AnthropicEvent event, byte[] data) throws IOException {
        if (finished) {
            return;
        }
        if (event.delta().equals("citations_delta")) {
            blocks.citation(event.index(), Json.tree(data).path("delta").path("citation"));
        } else {
            blocks.piece(event.index(), event.delta(), event.piece());
        }
    }

    /**
     * Reads a whole answer.
     *
     * @throws IOException if it is not one
     */
    void whole(byte[] body) throws IOException {
        JsonNode message = Json.tree(body);
        if (message.path("type").asText().equals("error")) {
            fail(message);
            return;
        }
        if (!message.path("content").isArray()) {
            throw new IOException("not a message");
        }
        start(message);
        int index = 0;
        for (JsonNode block : message.path("content")) {
            blocks.start(index, block);
            blocks.stop(index++);
        }
        finish(message);
        finish(null);
        usage.read(message.path("usage"));
        tellUsage();
        stopped = true;
    }

    private void start(JsonNode message) {
        if (!started) {
            started = true;
            sink.start(message.path("id").textValue(), message.path("model").textValue(), 0);
        }
    }

    private void begin() {
        start(Json.object());
    }

    /**
     * Tells why the model stopped, once.
     *
     * @param end has {@code stop_reason}; null if the answer is over, whether it said so or not
     */
    private void finish(@Nullable JsonNode end) {
        String reason = end == null ? "" : end.path("stop_reason").asText();
        if (finished || !started || end != null && !end.path("stop_reason").isTextual()) {
            return;
        }
        blocks.stopAll();
        String explanation =
                end == null ? "" : end.path("stop_details").path("explanation").asText();
        if (reason.equals("refusal") && !explanation.isEmpty()) {
            sink.refusal(CHOICE, explanation);
        }
        finished = true;
        sink.finish(CHOICE, reason(reason));
    }

    /** A model that has only called the tool whose input is the answer waits for nothing. */
    private FinishReason reason(String reason) {
        return switch (reason) {
            case "max_tokens", "model_context_window_exceeded" -> FinishReason.LENGTH;
            case "refusal" -> FinishReason.CONTENT_FILTER;
            case "tool_use", "" -> blocks.hasToolCalls() ? FinishReason.TOOL_CALLS : FinishReason.STOP;
            default -> FinishReason.STOP;
        };
    }

    private void tellUsage() {
        TokenUsage total = usage.total();
        if (total != null) {
            sink.usage(total);
        }
    }

    private void fail(JsonNode event) {
        failed = true;
        ProviderError error = AnthropicError.read(200, event);
        sink.error(
                error == null
                        ? ProviderError.of(502, "server_error", "provider_failed", "The provider reported an error.")
                        : error);
    }

    @Override
    public void end() {
        // Anthropic says itself when an answer is over; one that ends without is broken.
    }

    @Override
    public boolean isWhole() {
        return started && stopped;
    }

    @Override
    public boolean isDone() {
        return stopped || failed;
    }
}
