package dev.comporta.dialect.openai;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.dialect.Json;
import org.jspecify.annotations.Nullable;

/** One item of an answer as it grows. It has one part, or none yet: a message of text and refusal is two items. */
final class ResponsesItem {

    static final String IN_PROGRESS = "in_progress";
    static final String COMPLETED = "completed";
    static final String INCOMPLETE = "incomplete";

    /** What an item is, and what its part is called. */
    enum Kind {
        TEXT("msg", "output_text", "text", "content"),
        REFUSAL("msg", "refusal", "refusal", "content"),
        REASONING("rs", "summary_text", "text", "summary"),
        CALL("fc", "function_call", "arguments", "");

        private final String idPrefix;
        /** The type of a part. */
        final String part;
        /** The field in which a part, or a call, has its text. */
        final String text;

        private final String parts;

        Kind(String idPrefix, String part, String text, String parts) {
            this.idPrefix = idPrefix;
            this.part = part;
            this.text = text;
            this.parts = parts;
        }
    }

    final Kind kind;
    final int index;
    final String id;
    final StringBuilder text = new StringBuilder();
    /** Whether the part has begun; a call has none. */
    boolean hasPart;

    final ArrayNode annotations = Json.array();
    private String status = IN_PROGRESS;
    private @Nullable String callId;
    private @Nullable String name;
    private @Nullable String seal;

    ResponsesItem(Kind kind, int index, String answerId) {
        this.kind = kind;
        this.index = index;
        this.id = "%s_%s_%d".formatted(kind.idPrefix, answerId, index);
    }

    static ResponsesItem call(int index, String answerId, String callId, String name) {
        ResponsesItem call = new ResponsesItem(Kind.CALL, index, answerId);
        call.callId = callId;
        call.name = name;
        return call;
    }

    void seal(String content) {
        seal = content;
    }

    boolean isOpen() {
        return status.equals(IN_PROGRESS);
    }

    void end(String howItEnded) {
        status = howItEnded;
    }

    /** Some callers make a call as soon as its arguments are said to be done: half of them never are. */
    boolean isWholeCall() {
        return kind == Kind.CALL && status.equals(COMPLETED);
    }

    @Nullable
    String name() {
        return name;
    }

    /** The part as it is now. */
    ObjectNode part() {
        ObjectNode part = Json.object().put("type", kind.part).put(kind.text, text.toString());
        if (kind == Kind.TEXT) {
            part.set("annotations", annotations.deepCopy());
            part.putArray("logprobs");
        }
        return part;
    }

    /** The item as it is now. */
    ObjectNode node() {
        ObjectNode node = Json.object().put("id", id);
        switch (kind) {
            case TEXT, REFUSAL ->
                node.put("type", "message").put("status", status).put("role", "assistant");
            case REASONING -> node.put("type", "reasoning").put("status", status);
            case CALL ->
                node.put("type", "function_call")
                        .put("status", status)
                        .put("call_id", callId)
                        .put("name", name)
                        .put("arguments", text.toString());
        }
        if (kind != Kind.CALL) {
            ArrayNode parts = node.putArray(kind.parts);
            if (hasPart) {
                parts.add(part());
            }
        }
        if (seal != null) {
            node.put("encrypted_content", seal);
        }
        return node;
    }
}
