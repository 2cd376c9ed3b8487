package dev.comporta.dialect.gemini;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.dialect.Json;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The tool calls of one candidate: Google tells a call whole, so its fragments are collected here. */
final class CalledParts {

    private final SortedMap<Integer, Call> calls = new TreeMap<>();

    private record Call(String id, String name, @Nullable ObjectNode extra, StringBuilder arguments) {

        /** Null if the arguments are no object. */
        @Nullable
        ObjectNode part() {
            JsonNode read = arguments.toString().isBlank() ? Json.object() : Json.treeOrNull(arguments.toString());
            if (read == null || !read.isObject()) {
                return null;
            }
            ObjectNode part = Json.object();
            part.putObject("functionCall").put("id", id).put("name", name).set("args", read);
            String seal = extra == null
                    ? null
                    : extra.path("google").path("thought_signature").textValue();
            if (seal != null) {
                part.put("thoughtSignature", seal);
            }
            return part;
        }
    }

    void begin(int index, String id, String name, @Nullable ObjectNode extra) {
        calls.put(index, new Call(id, name, extra, new StringBuilder()));
    }

    void append(int index, String fragment) {
        Call call = calls.get(index);
        if (call != null) {
            call.arguments.append(fragment);
        }
    }

    /**
     * The calls as parts. Google has no way to tell of arguments that are no JSON object but to say that the model
     * failed.
     *
     * @return null if the arguments of a call make no object
     */
    @Nullable
    ArrayNode parts() {
        ArrayNode parts = Json.array();
        for (Call call : calls.values()) {
            ObjectNode part = call.part();
            if (part == null) {
                return null;
            }
            parts.add(part);
        }
        return parts;
    }
}
