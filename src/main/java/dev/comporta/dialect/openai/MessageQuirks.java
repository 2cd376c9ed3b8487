package dev.comporta.dialect.openai;

import static dev.comporta.dialect.openai.QuirkRule.keepOnly;
import static dev.comporta.dialect.openai.QuirkRule.unsupported;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.dialect.Dropped;

/**
 * What to do with the messages and tools of a request. Immutable.
 *
 * <ul>
 *   <li>{@code roles}: other words for them
 *   <li>{@code messages}, {@code parts}: the fields of each role and of each type of part; others are left out and
 *       reported, other roles and types are refused
 *   <li>{@code calls}, {@code tools}, {@code functions}: their fields
 *   <li>{@code toolTypes}, {@code toolChoices}: the types that are not refused
 *   <li>{@code toolIdLength}: the length of the ids of calls, in letters and digits
 *   <li>{@code functionsNeedParameters}: no parameters must be said to be none
 *   <li>{@code prefix}: a last message of the assistant is what the answer begins with, and must say so
 *   <li>{@code documents}: the type of a part that is a document by its URL
 * </ul>
 */
final class MessageQuirks {

    private final JsonNode rules;

    MessageQuirks(JsonNode rules) {
        this.rules = rules;
    }

    /** Whether there are any, so that messages must be looked at. */
    boolean exist() {
        return rules.has("messages");
    }

    void apply(ObjectNode chat, Dropped dropped) {
        if (!exist()) {
            return;
        }
        JsonNode messages = chat.path("messages");
        for (JsonNode message : messages) {
            if (message instanceof ObjectNode object) {
                message(object, dropped);
            }
        }
        if (rules.path("prefix").asBoolean()
                && messages.path(messages.size() - 1) instanceof ObjectNode last
                && last.path("role").asText().equals("assistant")
                && !last.has("tool_calls")) {
            last.put("prefix", true);
        }
        for (JsonNode tool : chat.path("tools")) {
            if (tool instanceof ObjectNode object) {
                tool(object, dropped);
            }
        }
        JsonNode choice = chat.path("tool_choice");
        if (choice.isObject() && rules.has("toolChoices") && !lists("toolChoices", choice.path("type"))) {
            throw unsupported("tool_choice");
        }
    }

    private boolean lists(String list, JsonNode value) {
        for (JsonNode known : rules.path(list)) {
            if (known.equals(value)) {
                return true;
            }
        }
        return false;
    }

    private void message(ObjectNode message, Dropped dropped) {
        JsonNode role = rules.path("roles").path(message.path("role").asText());
        if (role.isTextual()) {
            message.set("role", role);
        }
        JsonNode fields = rules.path("messages").path(message.path("role").asText());
        if (fields.isMissingNode()) {
            throw unsupported("messages[].role");
        }
        keepOnly(message, fields, "messages[].", dropped);
        for (JsonNode part : message.path("content")) {
            if (part instanceof ObjectNode object) {
                part(object, dropped);
            }
        }
        JsonNode calls = message.path("tool_calls");
        if (calls.isArray() && calls.isEmpty() || calls.isNull()) {
            message.remove("tool_calls");
        }
        for (JsonNode call : calls) {
            if (call instanceof ObjectNode object) {
                call(object, dropped);
            }
        }
        shorten(message, "tool_call_id");
    }

    private void call(ObjectNode call, Dropped dropped) {
        if (call.has("type") && !call.path("type").asText().equals("function")) {
            throw unsupported("messages[].tool_calls[].type");
        }
        keepOnly(call, rules.path("calls"), "messages[].tool_calls[].", dropped);
        shorten(call, "id");
    }

    private void shorten(ObjectNode object, String field) {
        if (rules.has("toolIdLength") && object.path(field).isTextual()) {
            object.put(
                    field,
                    ToolIds.shortened(
                            object.path(field).asText(),
                            rules.path("toolIdLength").intValue()));
        }
    }

    private void part(ObjectNode part, Dropped dropped) {
        switch (part.path("type").asText()) {
            case "refusal" -> {
                JsonNode said = part.path("refusal");
                part.removeAll();
                part.put("type", "text").set("text", said);
            }
            case "file" -> document(part);
            case "input_audio" -> {
                if (rules.has("documents") && part.path("input_audio").isObject()) {
                    // Mistral takes the bytes alone.
                    part.set("input_audio", part.path("input_audio").path("data"));
                }
            }
            default -> {
                // As it is.
            }
        }
        JsonNode fields = rules.path("parts").path(part.path("type").asText());
        if (fields.isMissingNode()) {
            throw unsupported("messages[].content[].type");
        }
        keepOnly(part, fields, "messages[].content[].", dropped);
    }

    /** A file in itself is a URL, too. */
    private void document(ObjectNode part) {
        JsonNode file = part.path("file");
        if (!rules.has("documents") || !file.isObject()) {
            return;
        }
        String type = rules.path("documents").asText();
        JsonNode url = file.hasNonNull("file_data") ? file.path("file_data") : file.path("file_url");
        if (url.isTextual()) {
            part.remove("file");
            part.put("type", type).set(type, url);
            if (file.path("filename").isTextual()) {
                part.set("document_name", file.path("filename"));
            }
        } else {
            part.remove("file");
            part.set("file_id", file.path("file_id"));
        }
    }

    private void tool(ObjectNode tool, Dropped dropped) {
        QuirkRule.drop(tool, "cache_control", "tools[].", dropped);
        if (rules.has("toolTypes") && !lists("toolTypes", tool.path("type"))) {
            throw unsupported("tools[].type");
        }
        if (rules.has("tools")) {
            keepOnly(tool, rules.path("tools"), "tools[].", dropped);
        }
        if (!(tool.path("function") instanceof ObjectNode function)) {
            return;
        }
        if (rules.has("functions")) {
            keepOnly(function, rules.path("functions"), "tools[].function.", dropped);
        }
        if (rules.path("functionsNeedParameters").asBoolean()
                && !function.path("parameters").isObject()) {
            function.putObject("parameters").put("type", "object").putObject("properties");
        }
    }
}
