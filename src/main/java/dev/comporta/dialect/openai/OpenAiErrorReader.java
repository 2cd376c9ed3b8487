package dev.comporta.dialect.openai;

import com.fasterxml.jackson.databind.JsonNode;
import dev.comporta.dialect.Json;
import dev.comporta.dialect.ProviderError;
import java.io.IOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads errors of OpenAI and of those who speak its dialect with an accent: Mistral writes the error without the object
 * around it, FastAPI servers write {@code detail}, Google puts it into an array, some write only a string.
 */
final class OpenAiErrorReader {

    private static final String NO_REASON = "The provider gave no reason.";
    private static final int OVERLOADED = 503;
    private static final int FAILED = 502;
    /** Google's RetryInfo. */
    private static final Pattern DELAY = Pattern.compile("(\\d{1,6})(?:\\.\\d+)?s");

    private OpenAiErrorReader() {}

    /**
     * @param status as the provider sent it, or 200
     * @return null if the body is no error
     */
    static @Nullable ProviderError read(int status, byte[] body) {
        try {
            return read(status, Json.tree(body));
        } catch (IOException e) {
            return null;
        }
    }

    static @Nullable ProviderError read(int status, JsonNode body) {
        JsonNode tree = body.isArray() && body.size() == 1 ? body.path(0) : body;
        if (!tree.isObject()) {
            return null;
        }
        JsonNode error = tree.path("error");
        if (error.isObject()) {
            return read(status, error, message(error));
        }
        if (error.isTextual()) {
            return read(status, tree, error.asText());
        }
        boolean said = tree.path("object").asText().equals("error") || status >= 400;
        if (said && (tree.hasNonNull("message") || tree.hasNonNull("detail"))) {
            return read(status, tree, message(tree));
        }
        return null;
    }

    /** The error that an event of a stream is said to be. */
    static ProviderError inStream(byte[] data) {
        ProviderError error;
        try {
            JsonNode event = Json.tree(data);
            error = inGroq(event);
            error = error == null ? read(200, event) : error;
        } catch (IOException e) {
            error = null;
        }
        return error == null ? ProviderError.of(FAILED, "server_error", "provider_failed", NO_REASON) : error;
    }

    /** What Groq says when it stops early; null if it does not. */
    static @Nullable ProviderError inGroq(JsonNode chunk) {
        String error = text(chunk.path("x_groq").path("error"));
        return error == null ? null : ProviderError.of(FAILED, "server_error", "provider_failed", error);
    }

    /** The error that an answer or a stream's event is instead of what it should be; null if it is none. */
    static @Nullable ProviderError inAnswer(JsonNode event) {
        if (event.has("choices") && !event.path("choices").isEmpty()) {
            JsonNode error = event.path("error");
            return error.isObject() && !error.isEmpty() || error.isTextual() ? read(200, event) : null;
        }
        ProviderError error = read(200, event);
        boolean odd = error == null && event.hasNonNull("error");
        return odd ? ProviderError.of(FAILED, "server_error", "provider_failed", NO_REASON) : error;
    }

    private static ProviderError read(int status, JsonNode error, String message) {
        String code = code(error);
        String type = text(error.path("type"));
        int shown = shown(status, error, code, type);
        String param = text(error.path("param"));
        return new ProviderError(
                shown,
                type == null ? type(status, shown) : type,
                code == null ? code(status, shown) : code,
                param == null ? place(details(error)) : param,
                message,
                retryAfter(error.path("details")));
    }

    /** Statuses that only one provider knows become what every client knows. */
    private static int shown(int status, JsonNode error, @Nullable String code, @Nullable String type) {
        return switch (status) {
            case 498, 529 -> OVERLOADED;
            case 402 -> 429;
            default -> {
                if (status >= 200 && status < 300) {
                    yield hidden(error.path("code"), code, type);
                }
                yield status < 400 || status > 599 ? FAILED : status;
            }
        };
    }

    /** What the status should have been, of an error that came with one of success. */
    private static int hidden(JsonNode number, @Nullable String code, @Nullable String type) {
        if (number.isInt() && number.intValue() >= 400 && number.intValue() <= 599) {
            int status = number.intValue();
            return status == 498 || status == 529 ? OVERLOADED : status;
        }
        for (String word : new String[] {String.valueOf(code), String.valueOf(type)}) {
            switch (word) {
                case "rate_limit_exceeded", "rate_limit_error", "insufficient_quota" -> {
                    return 429;
                }
                case "server_is_overloaded", "slow_down", "capacity_exceeded" -> {
                    return OVERLOADED;
                }
                case "invalid_request_error" -> {
                    return 400;
                }
                default -> {
                    // Another word may say more.
                }
            }
        }
        return FAILED;
    }

    private static String type(int status, int shown) {
        if (status == 402) {
            return "insufficient_quota";
        }
        return shown == 429 ? "rate_limit_error" : shown < 500 ? "invalid_request_error" : "server_error";
    }

    private static @Nullable String code(int status, int shown) {
        return switch (status) {
            case 402 -> "insufficient_quota";
            case 498 -> "capacity_exceeded";
            case 529 -> "server_is_overloaded";
            default -> shown == 429 ? "rate_limit_exceeded" : null;
        };
    }

    /** Google's code is the status again, and its status is the code. */
    private static @Nullable String code(JsonNode error) {
        JsonNode code = error.path("code");
        String status = text(error.path("status"));
        if (code.isNumber()) {
            boolean http = code.isInt() && code.intValue() >= 400 && code.intValue() <= 599;
            return status != null ? status : http ? null : code.asText();
        }
        return text(code);
    }

    /** What says what is wrong: Mistral's may be within the message. */
    private static JsonNode details(JsonNode error) {
        JsonNode message = error.path("message");
        JsonNode said = message.isMissingNode() || message.isNull() ? error.path("detail") : message;
        return said.isObject() && said.has("detail") ? said.path("detail") : said;
    }

    private static String message(JsonNode error) {
        JsonNode said = details(error);
        if (said.isArray() && !said.isEmpty()) {
            return list(said);
        }
        if (said.isTextual()) {
            return said.asText();
        }
        return said.isContainerNode() && !said.isEmpty() ? Json.text(said) : NO_REASON;
    }

    /** FastAPI's list of what was wrong. */
    private static String list(JsonNode list) {
        StringBuilder message = new StringBuilder();
        for (JsonNode detail : list) {
            String what = text(detail.path("msg"));
            String place = place(detail);
            message.append(message.isEmpty() ? "" : "; ")
                    .append(place == null ? "" : place + ": ")
                    .append(what == null ? detail.isTextual() ? detail.asText() : "is wrong" : what);
        }
        return message.toString();
    }

    /** The field to blame, such as {@code messages.0.name}. */
    private static @Nullable String place(JsonNode detail) {
        JsonNode first = detail.isArray() ? detail.path(0) : detail;
        StringBuilder place = new StringBuilder();
        for (JsonNode step : first.path("loc")) {
            if (!(place.isEmpty() && step.asText().equals("body"))) {
                place.append(place.isEmpty() ? "" : ".").append(step.asText());
            }
        }
        return place.isEmpty() ? null : place.toString();
    }

    private static @Nullable Long retryAfter(JsonNode details) {
        for (JsonNode detail : details) {
            Matcher delay = DELAY.matcher(detail.path("retryDelay").asText());
            if (delay.matches()) {
                // Too early would be refused again.
                return Long.parseLong(delay.group(1)) + (delay.group().indexOf('.') < 0 ? 0 : 1);
            }
        }
        return null;
    }

    private static @Nullable String text(JsonNode node) {
        return node.isTextual() && !node.asText().isEmpty() ? node.asText() : null;
    }
}
