package dev.comporta.dialect.openai;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.comporta.core.TokenUsage;
import dev.comporta.dialect.Json;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What the gateway reads from a whole answer.
 *
 * @param usage what the provider says was used, or null if it does not say
 * @param error whether the body is an error, whatever the status said
 */
public record ChatCompletion(@Nullable TokenUsage usage, boolean error) {

    /**
     * Reads an answer.
     *
     * @return null if it is not one JSON object
     */
    public static @Nullable ChatCompletion parse(byte[] body) {
        TokenUsage usage = null;
        boolean error = false;
        boolean choices = false;
        try (JsonParser json = Json.parser(body)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                return null;
            }
            String name;
            while ((name = json.nextFieldName()) != null) {
                JsonToken value = json.nextToken();
                if (name.equals("usage") && value == JsonToken.START_OBJECT) {
                    usage = Usage.read(json);
                } else {
                    error |= name.equals("error") && value != JsonToken.VALUE_NULL;
                    choices |= name.equals("choices");
                    json.skipChildren();
                }
            }
            return json.nextToken() == null ? new ChatCompletion(usage, error && !choices) : null;
        } catch (IOException e) {
            return null;
        }
    }

    /** What the model wrote in an answer, to be counted where there is no usage. */
    public static String text(byte[] body) {
        StringBuilder text = new StringBuilder();
        try (JsonParser json = Json.parser(body)) {
            json.nextToken();
            String name;
            while ((name = json.nextFieldName()) != null) {
                if (json.nextToken() == JsonToken.START_ARRAY && name.equals("choices")) {
                    GeneratedText.read(json, text, new Choices());
                } else {
                    json.skipChildren();
                }
            }
        } catch (IOException e) {
            return text.toString();
        }
        return text.toString();
    }
}
