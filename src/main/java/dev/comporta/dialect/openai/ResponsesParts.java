package dev.comporta.dialect.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.comporta.core.GatewayError;
import dev.comporta.dialect.Dropped;
import dev.comporta.dialect.Json;
import java.util.List;

/** The content of an item as the content of a chat message: a string, or parts. */
final class ResponsesParts {

    private static final List<String> CACHE_MARKS = List.of("cache_control", "prompt_cache_breakpoint");

    private final Dropped dropped;

    ResponsesParts(Dropped dropped) {
        this.dropped = dropped;
    }

    /** What was said to the model, or is a tool's result. */
    JsonNode of(ResponsesField content) {
        return read(content, false);
    }

    /** What the model said. */
    JsonNode ofAssistant(ResponsesField content) {
        return read(content, true);
    }

    private JsonNode read(ResponsesField content, boolean assistant) {
        if (content.value().isTextual()) {
            return content.value();
        }
        ArrayNode parts = Json.array();
        for (ResponsesField part : content.elements()) {
            parts.add(part(part.object(), assistant));
        }
        if (parts.isEmpty()) {
            throw content.invalid("The field %s must not be empty.".formatted(content.path()));
        }
        return simplest(parts);
    }

    /** One part of plain text is a string: every provider takes that in every message. */
    private static JsonNode simplest(ArrayNode parts) {
        JsonNode first = parts.get(0);
        return parts.size() == 1 && first.size() == 2 && first.path("text") instanceof TextNode text ? text : parts;
    }

    private ObjectNode part(ResponsesField part, boolean assistant) {
        ResponsesField type = part.at("type");
        ObjectNode result = switch (type.text()) {
            case "input_text", "output_text", "text" ->
                Json.object().put("type", "text").put("text", part.at("text").text());
            case "refusal" -> {
                if (!assistant) {
                    throw unknown(type);
                }
                yield Json.object()
                        .put("type", "refusal")
                        .put("refusal", part.at("refusal").text());
            }
            case "input_image" -> image(part);
            case "input_file" -> file(part);
            case "input_audio" -> {
                ObjectNode audio = Json.object().put("type", "input_audio");
                audio.set("input_audio", part.at("input_audio").object().value());
                yield audio;
            }
            default -> throw unknown(type);
        };
        for (String mark : CACHE_MARKS) {
            if (part.at(mark).isGiven()) {
                result.set(mark, part.at(mark).value());
            }
        }
        return result;
    }

    private static GatewayError unknown(ResponsesField type) {
        return type.unsupported(
                "The field %s names no kind of content that this model's provider can be told.".formatted(type.path()));
    }

    private ObjectNode image(ResponsesField part) {
        refuseId(part);
        ObjectNode result = Json.object().put("type", "image_url");
        ObjectNode image =
                result.putObject("image_url").put("url", part.at("image_url").text());
        String detail = part.at("detail").textIfGiven();
        if ("original".equals(detail)) {
            dropped.add("input[].content[].detail");
        } else if (detail != null) {
            image.put("detail", detail);
        }
        return result;
    }

    private ObjectNode file(ResponsesField part) {
        refuseId(part);
        ObjectNode result = Json.object().put("type", "file");
        ObjectNode file = result.putObject("file");
        for (String name : new String[] {"filename", "file_data", "file_url"}) {
            String value = part.at(name).textIfGiven();
            if (value != null) {
                file.put(name, value);
            }
        }
        if (file.has("file_data") == file.has("file_url")) {
            throw part.invalid("The field %s must have either file_data or file_url.".formatted(part.path()));
        }
        if (part.at("detail").isGiven()) {
            dropped.add("input[].content[].detail");
        }
        return result;
    }

    private static void refuseId(ResponsesField part) {
        ResponsesField id = part.at("file_id");
        if (id.isGiven()) {
            throw id.unsupported(
                    "This model's provider does not have the files of another. Send the content itself, or a URL.");
        }
    }
}
