package dev.comporta.dialect.gemini;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.dialect.Dropped;
import dev.comporta.dialect.Json;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Google's contents as messages. Calls without an id get one that follows from their place in the conversation, so that
 * the same request always reads to the same ids; results without an id belong to the first call of their name that has
 * none yet.
 */
final class ContentsReader {

    private final Dropped dropped;
    private final PartReader parts;
    private final ArrayNode messages = Json.array();
    private final Set<String> ids = new HashSet<>();
    /** The calls of the last model turn, in their order; those that have a result are passed over. */
    private final Map<String, Queue<Call>> byId = new HashMap<>();

    private final Map<String, Queue<Call>> byName = new HashMap<>();

    private int calls;

    private static final class Call {
        private final String id;
        private boolean answered;

        Call(String id) {
            this.id = id;
        }
    }

    ContentsReader(Dropped dropped) {
        this.dropped = dropped;
        parts = new PartReader(dropped);
    }

    ArrayNode read(ObjectNode request) {
        JsonNode instruction = Given.any(request, "systemInstruction");
        if (instruction != null) {
            system(instruction);
        }
        ArrayNode contents = Given.array(request, "contents", "contents");
        if (contents == null || contents.isEmpty()) {
            throw Given.invalid("contents", "must hold at least one content");
        }
        for (int i = 0; i < contents.size(); i++) {
            String path = "contents[%d]".formatted(i);
            content(Given.asObject(contents.get(i), path), path);
        }
        return messages;
    }

    /** SDKs send a content, and people write a string. */
    private void system(JsonNode instruction) {
        String path = "systemInstruction";
        ArrayNode said = Json.array();
        if (instruction.isTextual()) {
            said.add(PartReader.text(instruction.textValue()));
        } else {
            ObjectNode content = Given.asObject(instruction, path);
            for (JsonNode part : array(content, path + ".parts")) {
                ObjectNode named = Camel.names(Given.asObject(part, path + ".parts"));
                String text = Given.string(named, "text", path + ".parts[].text");
                if (text == null) {
                    throw Given.invalid(path + ".parts", "must hold text only");
                }
                said.add(PartReader.text(text));
            }
        }
        if (!said.isEmpty()) {
            say("system", said);
        }
    }

    private static ArrayNode array(ObjectNode content, String path) {
        ArrayNode found = Given.array(content, "parts", path);
        if (found == null || found.isEmpty()) {
            throw Given.invalid(path, "must hold at least one part");
        }
        return found;
    }

    private void content(ObjectNode content, String path) {
        String role = Given.string(content, "role", path + ".role");
        ArrayNode found = array(content, path + ".parts");
        if ("model".equals(role)) {
            model(found, path + ".parts");
        } else if (role == null || Set.of("user", "function", "tool", "").contains(role)) {
            user(found, path + ".parts");
        } else {
            throw Given.invalid(path + ".role", "must be user or model");
        }
    }

    /** Results come first, since they must directly follow the calls. */
    private void user(ArrayNode found, String path) {
        ArrayNode said = Json.array();
        for (int i = 0; i < found.size(); i++) {
            String at = "%s[%d]".formatted(path, i);
            ObjectNode part = Camel.names(Given.asObject(found.get(i), at));
            ObjectNode response = Given.object(part, "functionResponse", at + ".functionResponse");
            if (response == null) {
                said.add(parts.read(part, at));
            } else {
                result(Camel.names(response), at + ".functionResponse");
            }
        }
        if (!said.isEmpty()) {
            say("user", said);
        }
    }

    private void result(ObjectNode response, String path) {
        String name = Given.requiredString(response, "name", path + ".name");
        Call call = open(Given.string(response, "id", path + ".id"), name);
        if (call == null) {
            throw Given.invalid(path, "belongs to no function call of the turn before it");
        }
        call.answered = true;
        ObjectNode message = messages.addObject().put("role", "tool").put("tool_call_id", call.id);
        ObjectNode value = Given.object(response, "response", path + ".response");
        ArrayNode said = Json.array();
        said.add(PartReader.text(value == null ? "" : result(value, message)));
        ArrayNode shown = Given.array(response, "parts", path + ".parts");
        if (shown != null) {
            for (int i = 0; i < shown.size(); i++) {
                String at = "%s.parts[%d]".formatted(path, i);
                said.add(parts.read(Camel.names(Given.asObject(shown.get(i), at)), at));
            }
        }
        message.set("content", shortest(said));
        if (Given.any(response, "scheduling") != null) {
            dropped.add("contents[].parts[].functionResponse.scheduling");
        }
    }

    private @Nullable Call open(@Nullable String id, String name) {
        Call called = id == null ? null : open(byId.get(id));
        return called == null ? open(byName.get(name)) : called;
    }

    private static @Nullable Call open(@Nullable Queue<Call> calls) {
        while (calls != null && !calls.isEmpty() && calls.element().answered) {
            calls.remove();
        }
        return calls == null ? null : calls.peek();
    }

    /** Google's words for a plain result and for a failure become what they mean; any other object stays JSON. */
    private static String result(ObjectNode value, ObjectNode message) {
        JsonNode output = value.path("output");
        JsonNode error = value.path("error");
        if (value.size() == 1 && output.isTextual()) {
            return output.textValue();
        }
        if (value.size() == 1 && !error.isMissingNode()) {
            message.put("is_error", true);
            return error.isTextual() ? error.textValue() : Json.text(error);
        }
        return Json.text(value);
    }

    private void model(ArrayNode found, String path) {
        byId.clear();
        byName.clear();
        StringBuilder text = new StringBuilder();
        StringBuilder thoughts = new StringBuilder();
        ArrayNode called = Json.array();
        for (int i = 0; i < found.size(); i++) {
            String at = "%s[%d]".formatted(path, i);
            ObjectNode part = Camel.names(Given.asObject(found.get(i), at));
            ObjectNode call = Given.object(part, "functionCall", at + ".functionCall");
            String said = Given.string(part, "text", at + ".text");
            if (call != null) {
                called.add(call(Camel.names(call), part, at));
            } else if (said != null) {
                (Given.isTrue(part, "thought", at + ".thought") ? thoughts : text).append(said);
                if (Given.any(part, "thoughtSignature") != null) {
                    dropped.add("contents[].parts[].thoughtSignature");
                }
            } else {
                throw Given.unsupported(at, "is of a kind that this model's provider does not take from a model");
            }
        }
        ObjectNode message = messages.addObject().put("role", "assistant");
        message.put("content", text.isEmpty() && !called.isEmpty() ? null : text.toString());
        if (!thoughts.isEmpty()) {
            message.put("reasoning_content", thoughts.toString());
        }
        if (!called.isEmpty()) {
            message.set("tool_calls", called);
        }
    }

    private ObjectNode call(ObjectNode call, ObjectNode part, String path) {
        String name = Given.requiredString(call, "name", path + ".functionCall.name");
        String id = Given.string(call, "id", path + ".functionCall.id");
        ObjectNode arguments = Given.object(call, "args", path + ".functionCall.args");
        Call made = new Call(id == null || id.isEmpty() ? madeUp() : id);
        ids.add(made.id);
        byId.computeIfAbsent(made.id, none -> new ArrayDeque<>(1)).add(made);
        byName.computeIfAbsent(name, none -> new ArrayDeque<>(1)).add(made);
        ObjectNode told = Json.object().put("id", made.id).put("type", "function");
        told.putObject("function").put("name", name).put("arguments", arguments == null ? "{}" : Json.text(arguments));
        String seal = Given.string(part, "thoughtSignature", path + ".thoughtSignature");
        if (seal != null) {
            told.putObject("extra_content").putObject("google").put("thought_signature", seal);
        }
        return told;
    }

    private String madeUp() {
        String id = "call_" + calls++;
        while (ids.contains(id)) {
            id = "call_" + calls++;
        }
        return id;
    }

    private void say(String role, ArrayNode content) {
        messages.addObject().put("role", role).set("content", shortest(content));
    }

    /** A single text needs no parts around it. */
    private static JsonNode shortest(ArrayNode content) {
        return content.size() == 1 && content.path(0).has("text")
                ? content.path(0).path("text")
                : content;
    }
}
