package dev.comporta.dialect.openai;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.comporta.dialect.ProviderError;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Errors that the Responses API reports with a status of success: in a stream, or in a body that is no response. */
final class ResponsesFault {

    private static final int UNAVAILABLE = 503;
    private static final int BAD_GATEWAY = 502;

    /** What the status would have been. */
    private static final Map<String, Integer> STATUSES = Map.of(
            "invalid_request_error", 400,
            "invalid_prompt", 400,
            "context_length_exceeded", 400,
            "model_not_found", 404,
            "rate_limit_exceeded", 429,
            "insufficient_quota", 429,
            "server_is_overloaded", UNAVAILABLE,
            "slow_down", UNAVAILABLE);

    private ResponsesFault() {}

    /** What is said of an error, in whichever of its shapes; a string is its message. */
    static final class Words {

        @Nullable
        String type;

        @Nullable
        String code;

        @Nullable
        String param;

        @Nullable
        String message;

        void keep(String name, String value) {
            switch (name) {
                case "type" -> type = value;
                case "code" -> code = value;
                case "param" -> param = value;
                case "message" -> message = value;
                default -> {
                    // Not known.
                }
            }
        }

        ProviderError asError() {
            Integer byCode = code == null ? null : STATUSES.get(code);
            Integer byType = type == null ? null : STATUSES.get(type);
            int status = byCode != null ? byCode : byType != null ? byType : BAD_GATEWAY;
            return new ProviderError(
                    status,
                    type != null ? type : status == 400 || status == 404 ? "invalid_request_error" : "server_error",
                    code,
                    param,
                    message == null ? "The provider reported an error and did not say which." : message,
                    null);
        }
    }

    /**
     * Reads the value at whose start {@code json} stands, to its end.
     *
     * @return null if it is null
     */
    static @Nullable Words read(JsonParser json, JsonToken value) throws IOException {
        if (value == JsonToken.VALUE_NULL) {
            return null;
        }
        Words words = new Words();
        if (value == JsonToken.VALUE_STRING) {
            words.message = json.getText();
        } else if (value == JsonToken.START_OBJECT) {
            String name;
            while ((name = json.nextFieldName()) != null) {
                if (json.nextToken() == JsonToken.VALUE_STRING) {
                    words.keep(name, json.getText());
                } else {
                    json.skipChildren();
                }
            }
        } else {
            json.skipChildren();
        }
        return words;
    }
}
