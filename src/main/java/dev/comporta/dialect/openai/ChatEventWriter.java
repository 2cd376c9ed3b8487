package dev.comporta.dialect.openai;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.core.TokenUsage;
import dev.comporta.dialect.CallerApi.AnswerContext;
import dev.comporta.dialect.CallerApi.EventWriter;
import dev.comporta.dialect.FinishReason;
import dev.comporta.dialect.ProviderError;
import io.vertx.core.buffer.Buffer;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes a stream of {@code chat.completion.chunk}s. Every chunk begins with the same bytes, which are written once.
 *
 * @see <a href="https://platform.openai.com/docs/api-reference/chat-streaming">Chat completion chunks</a>
 */
final class ChatEventWriter implements EventWriter {

    private static final byte[] ROLE = JsonBytes.ascii("\"role\":\"assistant\",\"content\":\"\"");
    private static final byte[] CONTENT = JsonBytes.ascii("\"content\":");
    private static final byte[] REFUSAL = JsonBytes.ascii("\"refusal\":");
    private static final byte[] REASONING = JsonBytes.ascii("\"reasoning_content\":");
    private static final byte[] CALL = JsonBytes.ascii("\"tool_calls\":[{\"index\":");
    private static final byte[] ARGUMENTS = JsonBytes.ascii(",\"function\":{\"arguments\":");
    private static final byte[] CALL_END = JsonBytes.ascii("}}]");

    private static final byte[] DELTA = JsonBytes.ascii(",\"delta\":{");
    private static final byte[] GOES_ON = JsonBytes.ascii("},\"finish_reason\":null}]}\n\n");
    private static final byte[] GOES_ON_TO_USAGE = JsonBytes.ascii("},\"finish_reason\":null}],\"usage\":null}\n\n");
    private static final byte[] DONE = JsonBytes.ascii("data: [DONE]\n\n");

    private final AnswerContext context;
    private final boolean includeUsage;
    private final byte[] goesOn;
    private final JsonBytes out = new JsonBytes();
    private final Map<Integer, Choice> choices = new HashMap<>();

    /** From {@code data:} to the array of choices. */
    private byte @Nullable [] head;

    ChatEventWriter(AnswerContext context) {
        this.context = context;
        includeUsage = context.request().includeUsage();
        goesOn = includeUsage ? GOES_ON_TO_USAGE : GOES_ON;
    }

    /** The reason as this API has it. */
    static String word(FinishReason reason) {
        return switch (reason) {
            case STOP -> "stop";
            case LENGTH -> "length";
            case TOOL_CALLS -> "tool_calls";
            case CONTENT_FILTER -> "content_filter";
        };
    }

    @Override
    public void start(@Nullable String id, @Nullable String model, long createdSeconds) {
        head = head(id, model, createdSeconds);
        choice(0);
    }

    private byte[] head(@Nullable String id, @Nullable String model, long created) {
        return new JsonBytes()
                .raw("data: {\"id\":")
                .quoted(id == null ? "chatcmpl-" + context.id() : id)
                .raw(",\"object\":\"chat.completion.chunk\",\"created\":")
                .number(created == 0 ? context.createdSeconds() : created)
                .raw(",\"model\":")
                .quoted(model == null ? context.model() : model)
                .raw(",\"choices\":[")
                .takeBytes();
    }

    private JsonBytes chunk() {
        if (head == null) {
            head = head(null, null, 0);
        }
        return out.raw(head);
    }

    private JsonBytes delta(int choice) {
        return chunk().raw("{\"index\":").number(choice).raw(DELTA);
    }

    /** A choice says its role before anything else. */
    private Choice choice(int choice) {
        Choice known = choices.get(choice);
        if (known == null) {
            known = new Choice();
            choices.put(choice, known);
            delta(choice).raw(ROLE).raw(goesOn);
        }
        return known;
    }

    private void say(int choice, byte[] name, String text) {
        if (!text.isEmpty()) {
            choice(choice);
            delta(choice).raw(name).quoted(text).raw(goesOn);
        }
    }

    @Override
    public void text(int choice, String text) {
        say(choice, CONTENT, text);
    }

    @Override
    public void refusal(int choice, String text) {
        say(choice, REFUSAL, text);
    }

    @Override
    public void reasoning(int choice, String text) {
        say(choice, REASONING, text);
    }

    @Override
    public void reasoningBlock(int choice, ObjectNode block) {
        choice(choice);
        delta(choice).raw("\"thinking_blocks\":[").tree(block).raw("]").raw(goesOn);
    }

    @Override
    public void toolCall(int choice, int index, String id, String name, @Nullable ObjectNode extra) {
        choice(choice).withoutArguments.set(index);
        JsonBytes json = delta(choice)
                .raw(CALL)
                .number(index)
                .raw(",\"id\":")
                .quoted(id)
                .raw(",\"type\":\"function\",\"function\":{\"name\":")
                .quoted(name)
                .raw(",\"arguments\":\"\"}");
        if (extra != null) {
            json.raw(",\"extra_content\":").tree(extra);
        }
        json.raw("}]").raw(goesOn);
    }

    @Override
    public void toolArguments(int choice, int index, String fragment) {
        if (!fragment.isEmpty()) {
            choice(choice).withoutArguments.clear(index);
            delta(choice)
                    .raw(CALL)
                    .number(index)
                    .raw(ARGUMENTS)
                    .quoted(fragment)
                    .raw(CALL_END)
                    .raw(goesOn);
        }
    }

    @Override
    public void annotation(int choice, ObjectNode annotation) {
        choice(choice);
        delta(choice).raw("\"annotations\":[").tree(annotation).raw("]").raw(goesOn);
    }

    @Override
    public void finish(int choice, FinishReason reason) {
        BitSet withoutArguments = choice(choice).withoutArguments;
        for (int call = withoutArguments.nextSetBit(0); call >= 0; call = withoutArguments.nextSetBit(call + 1)) {
            // What SDKs put together must be JSON.
            toolArguments(choice, call, "{}");
        }
        delta(choice)
                .raw("},\"finish_reason\":\"")
                .raw(word(reason))
                .raw(includeUsage ? "\"}],\"usage\":null}\n\n" : "\"}]}\n\n");
    }

    @Override
    public void usage(TokenUsage usage) {
        // The end says what was recorded.
    }

    @Override
    public void error(ProviderError error) {
        // Told by fail().
    }

    @Override
    public Buffer take() {
        return out.take();
    }

    @Override
    public Buffer close(TokenUsage usage) {
        if (includeUsage) {
            chunk().raw("],\"usage\":");
            Usage.write(usage, out);
            out.raw("}\n\n");
        }
        return out.raw(DONE).take();
    }

    @Override
    public Buffer fail(ProviderError error) {
        return out.take().appendBuffer(OpenAiError.terminalEvents(error));
    }

    private static final class Choice {

        /** The tool calls that have begun, but not said any argument. */
        private final BitSet withoutArguments = new BitSet();
    }
}
