package dev.comporta.dialect.openai;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.comporta.core.TokenUsage;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** What the gateway reads of a response object, without keeping the rest of it. */
final class ResponsesHead {

    @Nullable
    String id;

    @Nullable
    String model;

    long createdSeconds;
    boolean isResponse;

    @Nullable
    TokenUsage usage;

    boolean hasError;

    /**
     * Reads the object at whose start {@code json} stands, to its end.
     *
     * @param text takes what the model wrote; or null, if nobody counts it
     */
    static ResponsesHead read(JsonParser json, @Nullable StringBuilder text) throws IOException {
        ResponsesHead head = new ResponsesHead();
        String name;
        while ((name = json.nextFieldName()) != null) {
            head.member(json, name, json.nextToken(), text);
        }
        return head;
    }

    private void member(JsonParser json, String name, JsonToken value, @Nullable StringBuilder text)
            throws IOException {
        switch (name) {
            case "id" -> id = string(json, value);
            case "model" -> model = string(json, value);
            case "object" -> isResponse = "response".equals(string(json, value));
            case "created_at" -> createdSeconds = value.isNumeric() ? (long) json.getDoubleValue() : 0;
            case "usage" -> {
                if (value == JsonToken.START_OBJECT) {
                    usage = ResponsesUsage.read(json);
                }
            }
            case "error" -> hasError = value != JsonToken.VALUE_NULL;
            case "output" -> {
                if (text != null && value == JsonToken.START_ARRAY) {
                    ResponsesText.read(json, text);
                }
            }
            default -> {
                // Not acted on.
            }
        }
        // Where nothing has been read of an object or a list, it is left out here.
        json.skipChildren();
    }

    static @Nullable String string(JsonParser json, JsonToken value) throws IOException {
        return value == JsonToken.VALUE_STRING ? json.getText() : null;
    }
}
