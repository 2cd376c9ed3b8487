package dev.comporta.dialect.openai;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.comporta.core.TokenUsage;
import dev.comporta.dialect.Json;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** What one chunk of a stream says. Not thread-safe. */
final class StreamedChunk {

    @Nullable
    TokenUsage usage;
    /** The usage member, name included. */
    Json.@Nullable Range usageRange;

    boolean error;
    boolean stopped;
    /** Mistral's kind, which is no chunk. */
    boolean isErrorAtTheTop;

    boolean hasUsageObject;
    boolean noChoices = true;

    /** Whether it is there for its usage only. */
    boolean isUsageAlone() {
        return noChoices && hasUsageObject && !error;
    }

    void read(JsonParser json, StringBuilder text, Choices choices) throws IOException {
        if (json.nextToken() != JsonToken.START_OBJECT) {
            throw new IOException("not an object");
        }
        String name;
        while ((name = json.nextFieldName()) != null) {
            int memberStart = name.equals("usage") ? Json.tokenStart(json) : 0;
            JsonToken value = json.nextToken();
            switch (name) {
                case "usage" -> {
                    hasUsageObject = value == JsonToken.START_OBJECT;
                    if (hasUsageObject) {
                        usage = Usage.read(json);
                    } else {
                        json.skipChildren();
                        json.finishToken();
                    }
                    usageRange = new Json.Range(memberStart, Json.position(json));
                }
                case "choices" -> {
                    if (value == JsonToken.START_ARRAY) {
                        noChoices = !GeneratedText.read(json, text, choices);
                    } else {
                        json.skipChildren();
                    }
                }
                case "x_groq" -> readGroq(json, value);
                case "object" -> {
                    isErrorAtTheTop =
                            value == JsonToken.VALUE_STRING && json.getText().equals("error");
                    stopped |= isErrorAtTheTop;
                    json.skipChildren();
                }
                case "error" -> {
                    error |= value != JsonToken.VALUE_NULL;
                    json.skipChildren();
                }
                default -> json.skipChildren();
            }
        }
    }

    /** Groq's final chunk says the token usage in {@code x_groq.usage}, or why it is the final one. */
    private void readGroq(JsonParser json, JsonToken value) throws IOException {
        if (value != JsonToken.START_OBJECT) {
            json.skipChildren();
            return;
        }
        String name;
        while ((name = json.nextFieldName()) != null) {
            JsonToken said = json.nextToken();
            if (said == JsonToken.START_OBJECT && name.equals("usage") && usage == null) {
                usage = Usage.read(json);
            } else {
                stopped |= said == JsonToken.VALUE_STRING && name.equals("error");
                json.skipChildren();
            }
        }
    }
}
