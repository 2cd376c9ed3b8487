package dev.comporta.dialect.gemini;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.dialect.Dropped;
import dev.comporta.dialect.InnerJson;
import dev.comporta.dialect.Json;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The messages of a chat as Google's contents.
 *
 * <p>Neighbours of one role become one content, except that the results of tools stay in one of their own: Google
 * counts them against the calls. A turn with function calls must directly follow a user's turn or results. Merging sees
 * to that, but for a chat that begins with calls: it is refused, because any turn put in front of them would be the
 * gateway's invention.
 *
 * <p>An assistant's message without content says nothing and is left out; a user's is refused, as Google would.
 */
final class Conversation {

    /** Stands for a signature where there is none, such as on calls that another model made. */
    private static final String UNSEALED = "skip_thought_signature_validator";

    private static final String MODEL = "model";
    private static final String USER = "user";

    /** Fields of a message that are read, or say nothing to a model. */
    private static final Set<String> KNOWN = Set.of(
            "role", "content", "refusal", "tool_calls", "tool_call_id", "function_call", "is_error", "annotations");

    private final boolean sealsCalls;
    private final Dropped dropped;
    private final Parts parts;
    private final ArrayNode system = Json.array();
    private final ArrayNode contents = Json.array();
    private final OpenCalls open;
    private final InnerJson json = new InnerJson();
    /** The parts of the last content, to which those of the same role are added; null behind results. */
    private @Nullable ArrayNode last;

    private String lastRole = "";

    Conversation(GeminiModel model, Dropped dropped) {
        sealsCalls = model.sealsCalls();
        this.dropped = dropped;
        parts = new Parts(dropped);
        open = new OpenCalls(parts, json);
    }

    /** Reads the messages, and writes {@code systemInstruction} and {@code contents}. */
    void write(ObjectNode chat, ObjectNode body) {
        ArrayNode messages = Given.array(chat, "messages", "messages");
        if (messages == null || messages.isEmpty()) {
            throw Given.invalid("messages", "must hold at least one message");
        }
        for (int i = 0; i < messages.size(); i++) {
            String path = "messages[%d]".formatted(i);
            read(Given.asObject(messages.get(i), path), path);
        }
        closeCalls();
        if (contents.isEmpty()) {
            if (system.isEmpty()) {
                throw Given.invalid("messages", "must hold a message that is not empty");
            }
            contents.addObject().put("role", USER).set("parts", system);
        } else if (!system.isEmpty()) {
            body.putObject("systemInstruction").set("parts", system);
        }
        body.set("contents", contents);
    }

    private void read(ObjectNode message, String path) {
        report(message, path);
        String role = Given.requiredString(message, "role", path + ".role");
        switch (role) {
            case "system", "developer" -> system(message.get("content"), path + ".content");
            case "tool", "function" -> open.result(message, path);
            case "assistant" -> {
                closeCalls();
                assistant(message, path);
            }
            case USER -> {
                closeCalls();
                user(message.get("content"), path + ".content");
            }
            default ->
                throw Given.invalid(
                        path + ".role", "must be one of system, developer, user, assistant, tool and function");
        }
    }

    private void report(ObjectNode message, String path) {
        if (Given.any(message, "audio") != null) {
            throw Given.unsupported(path + ".audio", "names audio that this model's provider does not have");
        }
        message.properties().forEach(field -> {
            boolean read = KNOWN.contains(field.getKey()) || field.getKey().equals("name") && names(message);
            if (!read && !field.getValue().isNull()) {
                dropped.add("messages[]." + field.getKey());
            }
        });
    }

    /** Whether a message's name is that of a function, not of who is speaking. */
    private static boolean names(ObjectNode message) {
        String role = message.path("role").asText("");
        return role.equals("function") || role.equals("tool");
    }

    private void system(@Nullable JsonNode content, String path) {
        String text = parts.textOf(content, path);
        if (!text.isBlank()) {
            system.add(Parts.text(text));
        }
    }

    private void user(@Nullable JsonNode content, String path) {
        ArrayNode said = parts.of(content, path);
        if (said.isEmpty()) {
            throw Given.invalid(path, "must not be empty");
        }
        turn(USER).addAll(said);
    }

    private void assistant(ObjectNode message, String path) {
        ArrayNode said = parts.of(message.get("content"), path + ".content");
        String refusal = Given.string(message, "refusal", path + ".refusal");
        if (refusal != null && !refusal.isEmpty()) {
            said.add(Parts.text(refusal));
        }
        ArrayNode calls = Given.array(message, "tool_calls", path + ".tool_calls");
        ObjectNode legacy = Given.object(message, "function_call", path + ".function_call");
        boolean first = true;
        if (calls != null) {
            for (int i = 0; i < calls.size(); i++) {
                String at = "%s.tool_calls[%d]".formatted(path, i);
                said.add(call(Given.asObject(calls.get(i), at), at, first));
                first = false;
            }
        }
        if (legacy != null && first) {
            said.add(call(Json.object().set("function", legacy), path + ".function_call", true));
            first = false;
        }
        if (!first && contents.isEmpty()) {
            throw Given.invalid(path, "must not begin the chat, because it calls tools");
        }
        if (!said.isEmpty()) {
            turn(MODEL).addAll(said);
        }
    }

    private ObjectNode call(ObjectNode call, String path, boolean first) {
        String type = Given.string(call, "type", path + ".type");
        if (type != null && !type.equals("function")) {
            throw Given.unsupported(path + ".type", "must be function for this model's provider");
        }
        ObjectNode function = Given.requiredObject(call, "function", path + ".function");
        String name = Given.requiredString(function, "name", path + ".function.name");
        open.call(call, name, path);
        ObjectNode part = Json.object();
        part.putObject("functionCall").put("name", name).set("args", arguments(function, path + ".function.arguments"));
        String seal = call.path("extra_content")
                .path("google")
                .path("thought_signature")
                .textValue();
        if (seal != null && !seal.isEmpty()) {
            part.put("thoughtSignature", seal);
        } else if (first && sealsCalls) {
            // Of the calls that a model makes at once only the first one is sealed.
            part.put("thoughtSignature", UNSEALED);
        }
        return part;
    }

    private JsonNode arguments(ObjectNode function, String path) {
        String text = Given.string(function, "arguments", path);
        if (text == null || text.isBlank()) {
            return Json.object();
        }
        JsonNode arguments = json.treeOrNull(text);
        if (arguments == null || !arguments.isObject()) {
            throw Given.invalid(path, "must be a JSON object for this model's provider");
        }
        return arguments;
    }

    private void closeCalls() {
        ArrayNode results = open.close();
        if (!results.isEmpty()) {
            contents.addObject().put("role", USER).set("parts", results);
            last = null;
        }
    }

    private ArrayNode turn(String role) {
        if (last == null || !lastRole.equals(role)) {
            last = contents.addObject().put("role", role).putArray("parts");
            lastRole = role;
        }
        return last;
    }
}
