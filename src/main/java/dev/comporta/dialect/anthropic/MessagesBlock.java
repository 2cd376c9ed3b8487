package dev.comporta.dialect.anthropic;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.dialect.Json;
import org.jspecify.annotations.Nullable;

/** A content block of a stream that has not ended yet, and what it must hold until those before it have. */
final class MessagesBlock {

    /** What blocks there are, and what their deltas are called. */
    enum Kind {
        TEXT("text_delta", "text"),
        THINKING("thinking_delta", "thinking"),
        TOOL_USE("input_json_delta", "partial_json"),
        /** Comes in one piece. */
        WHOLE("", "");

        private final byte[] delta;

        Kind(String type, String member) {
            delta = MessagesEvents.delta(type, member);
        }

        /** The beginning of a delta, up to its text. */
        byte[] delta() {
            return delta;
        }
    }

    private final Kind kind;
    private final ObjectNode start;
    private final StringBuilder held = new StringBuilder();
    private final MessagesArguments arguments = new MessagesArguments();
    private @Nullable String signature;
    private boolean spoken;
    private boolean ended;

    private MessagesBlock(Kind kind, ObjectNode start) {
        this.kind = kind;
        this.start = start;
    }

    static MessagesBlock text() {
        return new MessagesBlock(Kind.TEXT, Json.object().put("type", "text").put("text", ""));
    }

    static MessagesBlock thinking() {
        return new MessagesBlock(
                Kind.THINKING,
                Json.object().put("type", "thinking").put("thinking", "").put("signature", ""));
    }

    static MessagesBlock toolUse(String id, String name) {
        ObjectNode start = Json.object().put("type", "tool_use").put("id", id).put("name", name);
        start.putObject("input");
        return new MessagesBlock(Kind.TOOL_USE, start);
    }

    static MessagesBlock whole(ObjectNode block) {
        return new MessagesBlock(Kind.WHOLE, block);
    }

    Kind kind() {
        return kind;
    }

    /** The {@code content_block} it starts with. */
    ObjectNode start() {
        return start;
    }

    void hold(String piece) {
        held.append(piece);
    }

    /** What it held until now. */
    String release() {
        String all = held.toString();
        held.setLength(0);
        return all;
    }

    /** Looks at a piece, whether it is written now or held. */
    void look(String piece) {
        spoken = true;
        if (kind == Kind.TOOL_USE) {
            arguments.take(piece);
        }
    }

    /** Whether it got a piece at all. */
    boolean hasSpoken() {
        return spoken;
    }

    void end() {
        ended = true;
    }

    /** Whether what comes for it now comes too late, such as white space behind arguments. */
    boolean hasEnded() {
        return ended;
    }

    /** Says the provider's signature, behind which nothing is said. */
    void seal(String with) {
        signature = with;
    }

    @Nullable
    String signature() {
        return signature;
    }

    /** Whether it can take another piece of a kind that does not say where it belongs. */
    boolean continues(Kind other) {
        return kind == other && signature == null;
    }

    /** Whether it ends when another begins; pieces of different tool calls may interleave. */
    boolean isComplete() {
        return kind != Kind.TOOL_USE || arguments.isComplete();
    }
}
