package dev.comporta.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.Map;
import java.util.Set;

/**
 * The text of a request that a model reads as input, in whatever dialect, for estimating its tokens where the provider
 * does not count them. Images, audio and files are no text and not in it.
 */
public final class PromptText {

    /** Members whose strings are read. */
    private static final Set<String> READ = Set.of(
            "arguments",
            "content",
            "context",
            "description",
            "input",
            "instructions",
            "name",
            "output",
            "prompt",
            "role",
            "system",
            "text",
            "thinking",
            "title");

    /** Members that are read as the JSON they are. */
    private static final Set<String> JSON = Set.of(
            "args",
            "input",
            "input_schema",
            "parameters",
            "parametersJsonSchema",
            "response",
            "responseSchema",
            "schema");

    /** Members at the top that are for the provider, not for the model. */
    private static final Set<String> UNREAD = Set.of("metadata", "labels", "mcp_servers", "container");

    private PromptText() {}

    /** The text of a whole request body; empty if it is not JSON. */
    public static String of(byte[] body) {
        StringBuilder text = new StringBuilder();
        try {
            for (Map.Entry<String, JsonNode> member : Json.tree(body).properties()) {
                if (!UNREAD.contains(member.getKey())) {
                    read(member.getKey(), member.getValue(), text);
                }
            }
        } catch (IOException e) {
            return "";
        }
        return text.toString();
    }

    private static void read(String name, JsonNode value, StringBuilder text) {
        if (value.isTextual()) {
            if (READ.contains(name)) {
                text.append(value.textValue()).append('\n');
            }
        } else if (value.isObject() && JSON.contains(name)) {
            text.append(Json.text(value)).append('\n');
        } else if (value.isArray()) {
            value.forEach(element -> read(name, element, text));
        } else if (value.path("type").asText().equals("text")
                && value.path("data").isTextual()) {
            // The source of a document that is text; the data of others is base64.
            text.append(value.path("data").textValue()).append('\n');
        } else {
            value.properties().forEach(member -> read(member.getKey(), member.getValue(), text));
        }
    }
}
