package dev.comporta.dialect.openai;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.core.TokenUsage;
import dev.comporta.dialect.CallerApi.AnswerContext;
import dev.comporta.dialect.CallerApi.BodyWriter;
import dev.comporta.dialect.FinishReason;
import dev.comporta.dialect.Json;
import dev.comporta.dialect.ProviderError;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Writes a whole {@code chat.completion}. What the provider does not say of itself is said of the call.
 *
 * @see <a href="https://platform.openai.com/docs/api-reference/chat/object">The chat completion object</a>
 */
final class ChatBodyWriter implements BodyWriter {

    private final AnswerContext context;
    private final SortedMap<Integer, Choice> choices = new TreeMap<>();
    private @Nullable String id;
    private @Nullable String model;
    private long created;
    private @Nullable TokenUsage usage;

    ChatBodyWriter(AnswerContext context) {
        this.context = context;
    }

    @Override
    public void start(@Nullable String id, @Nullable String model, long createdSeconds) {
        this.id = id;
        this.model = model;
        created = createdSeconds;
    }

    private Choice choice(int choice) {
        return choices.computeIfAbsent(choice, index -> new Choice());
    }

    @Override
    public void text(int choice, String text) {
        choice(choice).content.append(text);
    }

    @Override
    public void refusal(int choice, String text) {
        choice(choice).refusal.append(text);
    }

    @Override
    public void reasoning(int choice, String text) {
        choice(choice).reasoning.append(text);
    }

    @Override
    public void reasoningBlock(int choice, ObjectNode block) {
        choice(choice).blocks.add(block);
    }

    @Override
    public void toolCall(int choice, int index, String id, String name, @Nullable ObjectNode extra) {
        choice(choice).calls.add(new ToolCall(id, name, extra, new StringBuilder()));
    }

    @Override
    public void toolArguments(int choice, int index, String fragment) {
        choice(choice).calls.get(index).arguments.append(fragment);
    }

    @Override
    public void annotation(int choice, ObjectNode annotation) {
        choice(choice).annotations.add(annotation);
    }

    @Override
    public void finish(int choice, FinishReason reason) {
        choice(choice).finish = reason;
    }

    @Override
    public void usage(TokenUsage usage) {
        this.usage = usage;
    }

    @Override
    public void error(ProviderError error) {
        // Then there is no answer, and nobody asks for its body.
    }

    @Override
    public Buffer body() {
        JsonBytes json = new JsonBytes()
                .raw("{\"id\":")
                .quoted(id == null ? "chatcmpl-" + context.id() : id)
                .raw(",\"object\":\"chat.completion\",\"created\":")
                .number(created == 0 ? context.createdSeconds() : created)
                .raw(",\"model\":")
                .quoted(model == null ? context.model() : model)
                .raw(",\"system_fingerprint\":null,\"choices\":[");
        String separator = "";
        for (Map.Entry<Integer, Choice> entry : choices.entrySet()) {
            json.raw(separator).raw("{\"index\":").number(entry.getKey());
            entry.getValue().write(json);
            separator = ",";
        }
        json.raw("]");
        if (usage != null) {
            json.raw(",\"usage\":");
            Usage.write(usage, json);
        }
        return json.raw("}").take();
    }

    private static final class Choice {

        private final StringBuilder content = new StringBuilder();
        private final StringBuilder refusal = new StringBuilder();
        private final StringBuilder reasoning = new StringBuilder();
        private final ArrayNode blocks = Json.array();
        private final List<ToolCall> calls = new ArrayList<>();
        private final ArrayNode annotations = Json.array();
        private FinishReason finish = FinishReason.STOP;

        void write(JsonBytes json) {
            json.raw(",\"message\":{\"role\":\"assistant\",\"content\":");
            boolean silent = content.isEmpty() && !(calls.isEmpty() && refusal.isEmpty());
            orNull(json, silent ? null : content);
            json.raw(",\"refusal\":");
            orNull(json, refusal.isEmpty() ? null : refusal);
            if (!reasoning.isEmpty()) {
                json.raw(",\"reasoning_content\":").quoted(reasoning);
            }
            if (!blocks.isEmpty()) {
                json.raw(",\"thinking_blocks\":").tree(blocks);
            }
            if (!calls.isEmpty()) {
                json.raw(",\"tool_calls\":[");
                String separator = "";
                for (ToolCall call : calls) {
                    call.write(json.raw(separator));
                    separator = ",";
                }
                json.raw("]");
            }
            if (!annotations.isEmpty()) {
                json.raw(",\"annotations\":").tree(annotations);
            }
            json.raw("},\"logprobs\":null,\"finish_reason\":\"")
                    .raw(ChatEventWriter.word(finish))
                    .raw("\"}");
        }

        private static void orNull(JsonBytes json, @Nullable CharSequence text) {
            if (text == null) {
                json.raw("null");
            } else {
                json.quoted(text);
            }
        }
    }

    private record ToolCall(
            String id, String name, @Nullable ObjectNode extra, StringBuilder arguments) {

        void write(JsonBytes json) {
            json.raw("{\"id\":")
                    .quoted(id)
                    .raw(",\"type\":\"function\",\"function\":{\"name\":")
                    .quoted(name)
                    .raw(",\"arguments\":")
                    .quoted(arguments.isEmpty() ? "{}" : arguments)
                    .raw("}");
            if (extra != null) {
                json.raw(",\"extra_content\":").tree(extra);
            }
            json.raw("}");
        }
    }
}
