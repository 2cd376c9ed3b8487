package dev.comporta.dialect.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.core.TokenUsage;
import dev.comporta.dialect.AnswerReader;
import dev.comporta.dialect.AnswerSink;
import dev.comporta.dialect.FinishReason;
import dev.comporta.dialect.Json;
import dev.comporta.dialect.ProviderError;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Reads the chunks of a stream, or one completion, of the OpenAI dialect.
 *
 * <p>One object for one answer; not thread-safe.
 */
final class OpenAiReader implements AnswerReader {

    private static final byte[] DONE = {'[', 'D', 'O', 'N', 'E', ']'};

    private final AnswerSink sink;
    private final Map<Integer, Choice> choices = new HashMap<>();
    /** Tells this answer from others. */
    private @Nullable String id;

    private boolean started;
    private boolean done;
    private boolean failed;
    private int unfinished;

    OpenAiReader(AnswerSink sink) {
        this.sink = sink;
    }

    @Override
    public void data(byte[] data) throws IOException {
        if (done || failed) {
            return;
        }
        if (Arrays.equals(data, DONE)) {
            finish();
        } else if (Json.tree(data) instanceof ObjectNode chunk) {
            ProviderError stopped = OpenAiErrorReader.inGroq(chunk);
            if (stopped == null) {
                // Of a whole answer, what stands here is no count of tokens.
                usage(chunk.path("x_groq").path("usage"));
                read(chunk);
            } else {
                fail(stopped);
            }
        }
    }

    /**
     * Reads a whole answer.
     *
     * @throws IOException if it is none
     */
    void whole(byte[] body) throws IOException {
        if (!(Json.tree(body) instanceof ObjectNode answer)) {
            throw new IOException("not an object");
        }
        read(answer);
        if (failed) {
            return;
        }
        if (!answer.path("choices").isArray()) {
            throw new IOException("no choices");
        }
        finish();
    }

    private void read(ObjectNode chunk) {
        ProviderError error = OpenAiErrorReader.inAnswer(chunk);
        if (error != null) {
            fail(error);
            return;
        }
        JsonNode found = chunk.path("choices");
        if (!started && (!found.isEmpty() || chunk.path("usage").isObject())) {
            start(text(chunk.path("id")), text(chunk.path("model")), chunk.path("created"));
        }
        usage(chunk.path("usage"));
        for (JsonNode choice : found) {
            if (!failed && choice.isObject()) {
                read(choice);
            }
        }
    }

    private void start(@Nullable String id, @Nullable String model, JsonNode created) {
        started = true;
        this.id = id;
        sink.start(id, model, created.isIntegralNumber() ? Math.max(created.longValue(), 0) : 0);
    }

    private void usage(JsonNode usage) {
        if (!(usage instanceof ObjectNode)) {
            return;
        }
        try (var json = usage.traverse()) {
            json.nextToken();
            TokenUsage read = Usage.read(json);
            if (read != null) {
                if (!started) {
                    start(null, null, usage);
                }
                sink.usage(read);
            }
        } catch (IOException e) {
            throw new IllegalStateException("a tree can always be read", e);
        }
    }

    private void read(JsonNode said) {
        JsonNode place = said.path("index");
        int index = place.isInt() ? Math.max(0, Math.min(place.intValue(), Choices.MOST)) : 0;
        Choice choice = choices.get(index);
        if (choice == null) {
            choice = new Choice(index);
            choices.put(index, choice);
            unfinished++;
        }
        if (!choice.finished) {
            choice.read(said.path("delta").isObject() ? said.path("delta") : said.path("message"));
            JsonNode reason = said.path("finish_reason");
            if (reason.isTextual()) {
                choice.finish(reason.asText());
            }
        }
    }

    /** The provider has said all. */
    private void finish() {
        if (!started) {
            start(null, null, Json.object());
        }
        if (choices.isEmpty()) {
            sink.finish(0, FinishReason.STOP);
        }
        for (Choice choice : choices.values()) {
            if (!choice.finished && !failed) {
                choice.finish("stop");
            }
        }
        done = true;
    }

    private void fail(ProviderError error) {
        failed = true;
        sink.error(error);
    }

    @Override
    public void end() {
        // Every chunk has been told when it came.
    }

    @Override
    public boolean isWhole() {
        return !failed && (done || !choices.isEmpty() && unfinished == 0);
    }

    @Override
    public boolean isDone() {
        return done;
    }

    private String callId(int choice, int call) {
        if (id == null) {
            id = UUID.randomUUID().toString();
        }
        return ToolIds.madeUp(id, choice, call);
    }

    private static @Nullable String text(JsonNode node) {
        return node.isTextual() && !node.asText().isEmpty() ? node.asText() : null;
    }

    private final class Choice {

        private final int index;
        private final ToolCalls calls;
        private boolean finished;

        Choice(int index) {
            this.index = index;
            calls = new ToolCalls(sink, index, call -> callId(index, call));
        }

        void read(JsonNode said) {
            JsonNode reasoning = said.path("reasoning_content");
            think(text(reasoning.isTextual() ? reasoning : said.path("reasoning")));
            for (JsonNode block : said.path("thinking_blocks")) {
                if (block instanceof ObjectNode object) {
                    sink.reasoningBlock(index, object);
                }
            }
            JsonNode content = said.path("content");
            if (content.isArray()) {
                ContentParts.read(content, this::say, this::think);
            } else {
                say(text(content));
            }
            String refusal = text(said.path("refusal"));
            if (refusal != null) {
                sink.refusal(index, refusal);
            }
            said.path("tool_calls").forEach(calls::add);
            calls.addLegacy(said.path("function_call"));
            for (JsonNode annotation : said.path("annotations")) {
                if (annotation instanceof ObjectNode object) {
                    sink.annotation(index, object);
                }
            }
        }

        private void say(@Nullable String piece) {
            if (piece != null && !piece.isEmpty()) {
                sink.text(index, piece);
            }
        }

        private void think(@Nullable String piece) {
            if (piece != null && !piece.isEmpty()) {
                sink.reasoning(index, piece);
            }
        }

        void finish(String reason) {
            if (reason.equals("error")) {
                // Mistral's; what it has said so far is no answer.
                fail(ProviderError.of(502, "server_error", "provider_failed", "The provider broke off with an error."));
                return;
            }
            finished = true;
            unfinished--;
            sink.finish(
                    index,
                    switch (reason) {
                        case "length", "model_length" -> FinishReason.LENGTH;
                        case "content_filter" -> FinishReason.CONTENT_FILTER;
                        // Google's says stop after tool calls; others say tool_calls and send none.
                        default -> calls.any() ? FinishReason.TOOL_CALLS : FinishReason.STOP;
                    });
        }
    }
}
