package dev.comporta.dialect.anthropic;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.comporta.core.TokenUsage;
import dev.comporta.dialect.CallerApi;
import dev.comporta.dialect.FinishReason;
import dev.comporta.dialect.Json;
import dev.comporta.dialect.ProviderError;
import dev.comporta.dialect.anthropic.MessagesBlock.Kind;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes a stream of a message. Its content blocks follow each other: the first that is not complete is written as it
 * comes, and those behind it, such as a parallel tool call, are held until it is.
 *
 * @see <a href="https://platform.claude.com/docs/en/build-with-claude/streaming">Streaming messages</a>
 */
final class MessagesEvents implements CallerApi.EventWriter {

    /** Characters that may wait behind a block that does not end. */
    private static final int MOST_HELD = 16 << 20;

    private static final byte[] DELTA =
            ascii("event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":");
    private static final byte[] SIGNATURE = delta("signature_delta", "signature");
    private static final byte[] DELTA_END = ascii("\"}}\n\n");

    private final CallerApi.AnswerContext context;
    private final Deque<MessagesBlock> blocks = new ArrayDeque<>();
    private final Map<Integer, MessagesBlock> tools = new HashMap<>();
    private final MessagesStop stop = new MessagesStop();
    private Buffer out = Buffer.buffer();
    private TokenUsage usage = TokenUsage.NONE;
    private @Nullable String model;
    private boolean begun;
    private int held;

    /** Of the block that is written. */
    private int index;

    MessagesEvents(CallerApi.AnswerContext context) {
        this.context = context;
    }

    @Override
    public void start(@Nullable String id, @Nullable String model, long createdSeconds) {
        this.model = model;
    }

    @Override
    public void text(int choice, String text) {
        if (choice == 0 && !text.isEmpty()) {
            say(Kind.TEXT, text);
        }
    }

    @Override
    public void refusal(int choice, String text) {
        stop.refused(choice);
        text(choice, text);
    }

    @Override
    public void reasoning(int choice, String text) {
        if (choice == 0 && !text.isEmpty()) {
            say(Kind.THINKING, text);
        }
    }

    private void say(Kind kind, String text) {
        MessagesBlock last = blocks.peekLast();
        if (last == null || !last.continues(kind)) {
            last = kind == Kind.TEXT ? MessagesBlock.text() : MessagesBlock.thinking();
            add(last);
        }
        piece(last, text);
    }

    @Override
    public void reasoningBlock(int choice, ObjectNode block) {
        if (choice != 0) {
            return;
        }
        if (!block.path("type").asText().equals("thinking")) {
            add(MessagesBlock.whole(block));
            return;
        }
        MessagesBlock last = blocks.peekLast();
        if (last == null || !last.continues(Kind.THINKING)) {
            last = MessagesBlock.thinking();
            add(last);
            piece(last, block.path("thinking").asText());
        }
        last.seal(block.path("signature").asText());
    }

    @Override
    public void toolCall(int choice, int tool, String id, String name, @Nullable ObjectNode extra) {
        if (choice == 0) {
            if (extra != null) {
                MessagesBlock seal = MessagesBlock.thinking();
                add(seal);
                seal.seal(MessagesApi.seal(id, extra));
            }
            MessagesBlock block = MessagesBlock.toolUse(id, name);
            tools.put(tool, block);
            add(block);
        }
    }

    @Override
    public void toolArguments(int choice, int tool, String fragment) {
        MessagesBlock block = choice == 0 ? tools.get(tool) : null;
        if (block != null) {
            piece(block, fragment);
            proceed();
        }
    }

    /** Anthropic's citations carry an index that only Anthropic can make. */
    @Override
    public void annotation(int choice, ObjectNode annotation) {}

    @Override
    public void finish(int choice, FinishReason reason) {
        if (choice == 0) {
            endBlocks();
            stop.finish(choice, reason);
        }
    }

    @Override
    public void usage(TokenUsage used) {
        usage = used;
    }

    /** The stream's owner tells the caller. */
    @Override
    public void error(ProviderError error) {}

    @Override
    public Buffer take() {
        Buffer taken = out;
        out = Buffer.buffer();
        return taken;
    }

    @Override
    public Buffer close(TokenUsage usage) {
        begin();
        endBlocks();
        ObjectNode delta = Json.object().put("type", "message_delta");
        delta.putObject("delta").put("stop_reason", stop.reason()).putNull("stop_sequence");
        delta.set("usage", MessagesUsage.of(usage));
        event(delta);
        event(Json.object().put("type", "message_stop"));
        return take();
    }

    @Override
    public Buffer fail(ProviderError error) {
        return take().appendBuffer(MessagesError.event(error));
    }

    private void begin() {
        if (!begun) {
            begun = true;
            ObjectNode message = MessagesApi.message(context, model);
            message.set("usage", MessagesUsage.of(usage));
            ObjectNode start = Json.object().put("type", "message_start");
            start.set("message", message);
            event(start);
        }
    }

    private void add(MessagesBlock block) {
        begin();
        blocks.addLast(block);
        if (blocks.size() == 1) {
            startBlock(block);
        } else {
            proceed();
        }
    }

    private void proceed() {
        while (blocks.size() > 1 && blocks.getFirst().isComplete()) {
            next();
        }
    }

    private void endBlocks() {
        while (!blocks.isEmpty()) {
            next();
        }
    }

    private void next() {
        endBlock(blocks.removeFirst());
        index++;
        if (!blocks.isEmpty()) {
            startBlock(blocks.getFirst());
        }
    }

    private void piece(MessagesBlock block, String text) {
        if (text.isEmpty()) {
            return;
        }
        block.look(text);
        if (block == blocks.peekFirst()) {
            delta(block.kind().delta(), text);
        } else if (!block.hasEnded()) {
            held += text.length();
            if (held > MOST_HELD) {
                throw new IllegalStateException("too much waits behind a content block that does not end");
            }
            block.hold(text);
        }
    }

    private void startBlock(MessagesBlock block) {
        ObjectNode start = Json.object().put("type", "content_block_start").put("index", index);
        start.set("content_block", block.start());
        event(start);
        String waiting = block.release();
        if (!waiting.isEmpty()) {
            held -= waiting.length();
            delta(block.kind().delta(), waiting);
        }
    }

    private void endBlock(MessagesBlock block) {
        if (block.kind() == Kind.TOOL_USE && !block.hasSpoken()) {
            // No arguments are an empty object, which is not what all clients make of nothing.
            delta(Kind.TOOL_USE.delta(), "{}");
        }
        String signature = block.signature();
        if (signature != null) {
            delta(SIGNATURE, signature);
        }
        block.end();
        event(Json.object().put("type", "content_block_stop").put("index", index));
    }

    /** Most of a stream: written without a tree. */
    private void delta(byte[] opening, String text) {
        out.appendBytes(DELTA)
                .appendString(Integer.toString(index))
                .appendBytes(opening)
                .appendBytes(escaped(text))
                .appendBytes(DELTA_END);
    }

    /** The beginning of a delta, from its index to its text. */
    static byte[] delta(String type, String member) {
        return ascii(",\"delta\":{\"type\":\"" + type + "\",\"" + member + "\":\"");
    }

    private void event(ObjectNode data) {
        out.appendString("event: ")
                .appendString(data.path("type").textValue())
                .appendString("\ndata: ")
                .appendBytes(Json.bytes(data))
                .appendString("\n\n");
    }

    private static byte[] escaped(String text) {
        try {
            return JsonStringEncoder.getInstance().quoteAsUTF8(text);
        } catch (IllegalArgumentException e) {
            // Half a character, whose other half may be in the next piece: kept as an escape sequence.
            byte[] quoted = Json.bytes(TextNode.valueOf(text));
            return Arrays.copyOfRange(quoted, 1, quoted.length - 1);
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
