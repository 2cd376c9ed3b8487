package dev.comporta.dialect.openai;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.comporta.core.TokenUsage;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What the gateway reads from a whole answer.
 *
 * @param usage what the provider says was used, or null if it does not say
 * @param error whether the body is an error, whatever the status said
 * @param text the generated text, kept only where there is no usage and it must be counted
 */
public record ChatCompletion(@Nullable TokenUsage usage, boolean error, String text) {

    /**
     * Reads an answer.
     *
     * @return null if it is not one JSON object
     */
    public static @Nullable ChatCompletion parse(byte[] body) {
        TokenUsage usage = null;
        boolean error = false;
        boolean choices = false;
        StringBuilder text = new StringBuilder();
        try (JsonParser json = Json.parser(body)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                return null;
            }
            String name;
            while ((name = json.nextFieldName()) != null) {
                JsonToken value = json.nextToken();
                if (name.equals("usage") && value == JsonToken.START_OBJECT) {
                    usage = Usage.read(json);
                } else if (name.equals("error") && value != JsonToken.VALUE_NULL) {
                    error = true;
                    json.skipChildren();
                } else if (name.equals("choices") && value == JsonToken.START_ARRAY) {
                    choices = true;
                    GeneratedText.read(json, text);
                } else {
                    json.skipChildren();
                }
            }
            return json.nextToken() == null ? new ChatCompletion(usage, error && !choices, text.toString()) : null;
        } catch (IOException e) {
            return null;
        }
    }
}
