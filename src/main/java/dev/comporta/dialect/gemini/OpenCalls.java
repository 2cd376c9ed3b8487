package dev.comporta.dialect.gemini;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.dialect.InnerJson;
import dev.comporta.dialect.Json;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The calls of an assistant's message that wait for their results. Results are told in the order of the calls, whatever
 * order they came in, because Google's contents carry no ids of ours: calls of one function are told apart by order.
 */
final class OpenCalls {

    /** The one call of a message in the form that OpenAI had before there were tools, and its result. */
    private static final String LEGACY = "function_call";

    private final Map<String, Call> calls = new LinkedHashMap<>();
    private final Parts parts;
    private final InnerJson json;

    OpenCalls(Parts parts, InnerJson json) {
        this.parts = parts;
        this.json = json;
    }

    private static final class Call {
        private final String name;
        private final String path;
        private @Nullable ArrayNode result;

        Call(String name, String path) {
            this.name = name;
            this.path = path;
        }
    }

    void call(ObjectNode call, String name, String path) {
        String id = path.endsWith(LEGACY) ? LEGACY : Given.requiredString(call, "id", path + ".id");
        if (calls.put(id, new Call(name, path)) != null) {
            throw Given.invalid(path + ".id", "must differ from those of the other calls");
        }
    }

    /** Of two results for one call the first one counts. */
    void result(ObjectNode message, String path) {
        boolean legacy = "function".equals(message.path("role").textValue());
        String field = path + (legacy ? ".name" : ".tool_call_id");
        String id = legacy ? LEGACY : Given.requiredString(message, "tool_call_id", field);
        Call call = calls.get(id);
        if (call == null) {
            throw Given.invalid(field, "belongs to no call of the assistant's message before it");
        }
        if (call.result == null) {
            call.result = result(call.name, message, path);
        }
    }

    /** What a tool shows goes beside its result, which holds nothing but JSON. */
    private ArrayNode result(String name, ObjectNode message, String path) {
        ArrayNode shown = Json.array();
        StringBuilder text = new StringBuilder();
        for (JsonNode part : parts.of(message.get("content"), path + ".content")) {
            if (part.has("text")) {
                text.append(part.get("text").textValue());
            } else {
                shown.add(part);
            }
        }
        ArrayNode result = Json.array();
        result.addObject()
                .putObject("functionResponse")
                .put("name", name)
                .set("response", response(text.toString(), Given.isTrue(message, "is_error", path + ".is_error")));
        return result.addAll(shown);
    }

    private JsonNode response(String text, boolean error) {
        if (error) {
            return Json.object().put("error", text);
        }
        JsonNode response = json.treeOrNull(text);
        return response != null && response.isObject()
                ? response
                : Json.object().put("output", text);
    }

    /**
     * The results as parts of one content: first those that Google counts, then what the tools show.
     *
     * @throws dev.comporta.core.GatewayError if one is missing
     */
    ArrayNode close() {
        ArrayNode responses = Json.array();
        ArrayNode shown = Json.array();
        for (Call call : calls.values()) {
            if (call.result == null) {
                throw Given.invalid(call.path, "must be answered by a tool message behind it");
            }
            call.result.forEach(part -> (part.has("functionResponse") ? responses : shown).add(part));
        }
        calls.clear();
        return responses.addAll(shown);
    }
}
