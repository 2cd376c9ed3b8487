package dev.comporta.dialect;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The text of a request that a model reads as input, in whatever dialect, for estimating its tokens where the provider
 * does not count them. Images, audio and files are no text and not in it, and take no memory here.
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

    private final byte[] body;
    private final JsonParser json;
    private final StringBuilder text;
    /** The depths at which an object has said that it is text: the data of such a source is, of others it is base64. */
    private final BitSet texts = new BitSet();

    private int depth;

    private PromptText(byte[] body, JsonParser json, StringBuilder text) {
        this.body = body;
        this.json = json;
        this.text = text;
    }

    /** The text of a whole request body, or of as much of it as is JSON. */
    public static String of(byte[] body) {
        StringBuilder text = new StringBuilder();
        try (JsonParser json = Json.parser(body)) {
            new PromptText(body, json, text).read();
        } catch (IOException broken) {
            return text.toString();
        }
        return text.toString();
    }

    private void read() throws IOException {
        // The member whose value is being read; the elements of an array have no name of their own.
        String name = null;
        JsonToken token;
        while ((token = json.nextToken()) != null) {
            switch (token) {
                case FIELD_NAME -> name = json.currentName();
                case START_OBJECT -> object(name);
                case START_ARRAY -> depth++;
                case END_OBJECT, END_ARRAY -> depth--;
                case VALUE_STRING -> string(name);
                default -> {
                    // Numbers and the like are not read.
                }
            }
            if (token == JsonToken.END_ARRAY || token == JsonToken.END_OBJECT) {
                name = json.getParsingContext().getCurrentName();
            }
        }
    }

    private void object(@Nullable String name) throws IOException {
        if (name != null && depth == 1 && UNREAD.contains(name)) {
            json.skipChildren();
        } else if (name != null
                && JSON.contains(name)
                && !json.getParsingContext().getParent().inArray()) {
            int start = Json.tokenStart(json);
            json.skipChildren();
            text.append(new String(body, start, Json.position(json) - start, StandardCharsets.UTF_8))
                    .append('\n');
        } else {
            depth++;
            texts.clear(depth);
        }
    }

    private void string(@Nullable String name) throws IOException {
        if (name == null) {
            return;
        }
        if (name.equals("type") && json.getTextLength() == 4 && json.getText().equals("text")) {
            texts.set(depth);
        } else if (READ.contains(name) || name.equals("data") && texts.get(depth)) {
            text.append(json.getTextCharacters(), json.getTextOffset(), json.getTextLength())
                    .append('\n');
        }
    }
}
