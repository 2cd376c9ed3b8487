package dev.comporta.dialect.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.dialect.Dropped;
import dev.comporta.dialect.InnerJson;
import dev.comporta.dialect.Json;
import dev.comporta.dialect.Seal;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The items of a conversation as chat messages. What the model did in one turn is several items here (reasoning, text,
 * calls) and one assistant message there. One object for one request.
 */
final class ResponsesInput {

    private static final Set<String> ROLES = Set.of("user", "system", "developer");
    private static final String REASONING = "reasoning_content";

    private final ArrayNode messages = Json.array();
    private final Dropped dropped;
    private final InnerJson json = new InnerJson();
    private final Set<String> calls = new HashSet<>();
    private final Map<String, JsonNode> extras = new HashMap<>();

    /**
     * The assistant message that is last, as long as items may belong to it; {@code content} is null until it has some.
     */
    private @Nullable ObjectNode turn;

    /** What the model thought in it. */
    private final StringBuilder thoughts = new StringBuilder();

    private ResponsesInput(Dropped dropped) {
        this.dropped = dropped;
    }

    static ArrayNode messages(ResponsesField instructions, ResponsesField input, Dropped dropped) {
        return new ResponsesInput(dropped).read(instructions, input);
    }

    private ArrayNode read(ResponsesField instructions, ResponsesField input) {
        if (!instructions.isBlank()) {
            messages.addObject().put("role", "system").put("content", instructions.text());
        }
        if (input.value().isTextual()) {
            messages.addObject().put("role", "user").put("content", input.text());
        } else if (input.value().isArray() && !input.value().isEmpty()) {
            input.elements().forEach(item -> item(item.object()));
            endTurn();
        } else {
            throw input.mustBe("a string or a list of items");
        }
        return messages;
    }

    private void item(ResponsesField item) {
        ResponsesField type = item.at("type");
        String word = type.isGiven() || !item.at("role").isGiven() ? type.text() : "message";
        switch (word) {
            case "message" -> message(item);
            case "function_call" -> call(item);
            case "function_call_output" -> result(item);
            case "reasoning" -> reasoning(item);
            case "item_reference" ->
                throw type.unsupported("This model's provider keeps no items to refer to. Send the item itself.");
            default ->
                throw type.unsupported(
                        "This model's provider knows items of the types message, reasoning, function_call and function_call_output only.");
        }
    }

    private void message(ResponsesField item) {
        String role = item.at("role").text();
        ResponsesField content = item.at("content");
        if (item.at("phase").isGiven()) {
            dropped.add("input[].phase");
        }
        if (role.equals("assistant")) {
            said(new ResponsesParts(dropped).ofAssistant(content));
        } else if (ROLES.contains(role)) {
            endTurn();
            ObjectNode message = messages.addObject().put("role", role);
            message.set("content", new ResponsesParts(dropped).of(content));
            if (item.at("cache_control").isGiven()) {
                message.set("cache_control", item.at("cache_control").value());
            }
        } else {
            throw item.at("role").mustBe("user, assistant, system or developer");
        }
    }

    /** Text behind calls belongs to their message, because the results must follow that; other text has its own. */
    private void said(JsonNode content) {
        if (turn != null && hasContent(turn) && !turn.has("tool_calls")) {
            endTurn();
        }
        ObjectNode message = turn();
        if (hasContent(message)) {
            message.set("content", asParts(message.get("content")).addAll(asParts(content)));
        } else {
            message.set("content", content);
        }
    }

    private static ArrayNode asParts(JsonNode content) {
        if (content instanceof ArrayNode parts) {
            return parts;
        }
        ArrayNode parts = Json.array();
        parts.addObject().put("type", "text").set("text", content);
        return parts;
    }

    private void call(ResponsesField item) {
        ResponsesField namespace = item.at("namespace");
        if (namespace.isGiven()) {
            throw namespace.unsupported("This model's provider knows no namespaces of tools.");
        }
        String id = item.at("call_id").text();
        String arguments = item.at("arguments").textIfGiven();
        ObjectNode call =
                turn().withArrayProperty("tool_calls").addObject().put("id", id).put("type", "function");
        call.putObject("function")
                .put("name", item.at("name").text())
                .put("arguments", arguments == null || arguments.isBlank() ? "{}" : arguments);
        if (extras.containsKey(id)) {
            call.set("extra_content", extras.get(id));
        }
        calls.add(id);
    }

    private void result(ResponsesField item) {
        ResponsesField id = item.at("call_id");
        if (!calls.contains(id.text())) {
            throw id.invalid(
                    "No function_call item before this output has its call_id; this model's provider keeps none.");
        }
        endTurn();
        messages.addObject()
                .put("role", "tool")
                .put("tool_call_id", id.text())
                .set("content", new ResponsesParts(dropped).of(item.at("output")));
    }

    private void reasoning(ResponsesField item) {
        String text = text(item.at("content"));
        String shown = text.isEmpty() ? text(item.at("summary")) : text;
        JsonNode sealed = sealed(item.at("encrypted_content"));
        JsonNode blocks = sealed.path(Seal.THINKING_BLOCKS);
        if (turn != null && hasContent(turn) && !turn.has("tool_calls") && !(shown.isEmpty() && blocks.isEmpty())) {
            // Thought after that was said.
            endTurn();
        }
        if (!shown.isEmpty()) {
            // Its place among the fields; what it says is known when the turn is over.
            turn().put(REASONING, "");
            thoughts.append(thoughts.isEmpty() ? "" : "\n\n").append(shown);
        }
        for (JsonNode block : blocks) {
            if (block.isObject()) {
                turn().withArrayProperty("thinking_blocks").add(block);
            }
        }
        sealed.path(Seal.EXTRA_CONTENT).properties().forEach(extra -> {
            if (extra.getValue().isObject()) {
                extras.put(extra.getKey(), extra.getValue());
            }
        });
    }

    /** What the provider wants back; a missing node if nothing was sealed here. */
    private JsonNode sealed(ResponsesField encrypted) {
        JsonNode sealed = encrypted.isGiven() ? Seal.open(encrypted.text(), json) : MissingNode.getInstance();
        if (sealed == null) {
            dropped.add("input[].encrypted_content");
            return MissingNode.getInstance();
        }
        return sealed;
    }

    private static String text(ResponsesField parts) {
        StringBuilder text = new StringBuilder();
        if (parts.isGiven()) {
            for (ResponsesField part : parts.elements()) {
                text.append(text.isEmpty() ? "" : "\n\n")
                        .append(part.object().at("text").text());
            }
        }
        return text.toString();
    }

    private ObjectNode turn() {
        if (turn == null) {
            turn = Json.object().put("role", "assistant").putNull("content");
        }
        return turn;
    }

    private void endTurn() {
        if (turn != null) {
            if (!thoughts.isEmpty()) {
                turn.put(REASONING, thoughts.toString());
                thoughts.setLength(0);
            }
            if (hasContent(turn) || turn.has("tool_calls")) {
                messages.add(turn);
            } else {
                // The model thought, and then was cut off before it said or did anything.
                dropped.add("input[].summary");
            }
            turn = null;
        }
    }

    private static boolean hasContent(ObjectNode message) {
        return !message.path("content").isNull();
    }
}
