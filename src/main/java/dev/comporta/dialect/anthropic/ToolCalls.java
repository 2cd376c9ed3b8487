package dev.comporta.dialect.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.dialect.Dropped;
import dev.comporta.dialect.InnerJson;
import dev.comporta.dialect.Json;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The tool calls of the messages of the assistant's, as {@code tool_use} blocks. */
final class ToolCalls {

    private static final Pattern NOT_IN_AN_ID = Pattern.compile("[^A-Za-z0-9_-]");
    /** For the deprecated {@code function_call}, which has no id. */
    private static final String LEGACY_ID = "call_";

    /**
     * Holds arguments that are no JSON object. A model once wrote them, and the caller can only repeat them: to refuse
     * them would end the conversation for good, to leave them out would hide from the model what it did.
     */
    private static final String INVALID = "invalid_arguments";

    private final InnerJson json = new InnerJson();

    /**
     * Adds what a message calls.
     *
     * @param called takes the ids, and where they stand
     */
    void add(Fields message, ArrayNode blocks, Map<String, String> called, Dropped dropped) {
        ArrayNode calls = message.array("tool_calls");
        for (int i = 0; calls != null && i < calls.size(); i++) {
            Fields call = new Fields(calls.get(i), "%s[%d]".formatted(message.path("tool_calls"), i));
            String type = call.text("type");
            if (type != null && !type.equals("function")) {
                throw Refusal.unsupported(call.path("type"), "Call functions only.");
            }
            String id = id(call.name("id"));
            if (called.put(id, call.path("id")) != null) {
                throw Refusal.invalid(call.path("id"), "must differ from the ids of the other tool calls");
            }
            blocks.add(use(id, call.object("function"), call.path("function")));
            if (call.take("extra_content") != null) {
                dropped.add("messages[].tool_calls[].extra_content");
            }
        }
        Fields legacy = message.object("function_call");
        if (legacy != null && called.isEmpty()) {
            String id = LEGACY_ID + message.path("").replaceAll("\\D", "");
            called.put(id, message.path("function_call"));
            blocks.add(use(id, legacy, message.path("function_call")));
        }
    }

    /** An id that Anthropic takes; the ids of some providers have dots and colons. */
    static String id(String given) {
        String id = NOT_IN_AN_ID.matcher(given).replaceAll("_");
        return id.equals(given) ? id : "%s_%08x".formatted(id, given.hashCode());
    }

    private ObjectNode use(String id, @Nullable Fields function, String path) {
        if (function == null) {
            throw Refusal.invalid(path, "must be an object");
        }
        ObjectNode use = Json.object().put("type", "tool_use").put("id", id).put("name", function.name("name"));
        use.set("input", input(function.take("arguments")));
        return use;
    }

    private ObjectNode input(@Nullable JsonNode arguments) {
        if (arguments == null) {
            return Json.object();
        }
        if (arguments instanceof ObjectNode already) {
            return already;
        }
        String text = arguments.isTextual() ? arguments.textValue() : Json.text(arguments);
        if (text.isBlank()) {
            return Json.object();
        }
        JsonNode read = json.treeOrNull(text);
        if (read != null && read.isNull()) {
            return Json.object();
        }
        return read instanceof ObjectNode input ? input : Json.object().put(INVALID, text);
    }
}
