package dev.comporta.dialect.openai;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.comporta.dialect.Json;
import java.io.IOException;
import java.util.Set;

/**
 * The text of a chat request that a model reads as input: messages, tool calls and tool definitions. Read only where
 * tokens must be estimated.
 */
public final class PromptText {

    private static final Set<String> READ = Set.of("content", "text", "arguments", "name", "description", "role");

    private PromptText() {}

    /** The text of a whole request body, or of as much of it as can be read. */
    public static String of(byte[] body) {
        StringBuilder text = new StringBuilder();
        try (JsonParser json = Json.parser(body)) {
            JsonToken token;
            while ((token = json.nextToken()) != null) {
                if (token == JsonToken.VALUE_STRING) {
                    String name = json.currentName();
                    // Elements of an array of strings have no name of their own.
                    if (name != null && READ.contains(name)) {
                        text.append(json.getTextCharacters(), json.getTextOffset(), json.getTextLength())
                                .append('\n');
                    }
                }
            }
        } catch (IOException e) {
            return text.toString();
        }
        return text.toString();
    }
}
