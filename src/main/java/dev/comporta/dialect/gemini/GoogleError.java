package dev.comporta.dialect.gemini;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.core.GatewayError;
import dev.comporta.dialect.Json;
import dev.comporta.dialect.ProviderError;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An error in Google's shape.
 *
 * @see <a href="https://cloud.google.com/apis/design/errors">Google's error model</a>
 */
final class GoogleError {

    private static final String INVALID_REQUEST = "invalid_request_error";
    private static final String SERVER = "server_error";
    private static final String ERROR_INFO = "type.googleapis.com/google.rpc.ErrorInfo";
    private static final String RETRY_INFO = "type.googleapis.com/google.rpc.RetryInfo";

    private static final int CANCELLED = 499;

    /** Such as {@code 34.074s}; more digits than a delay has are none. */
    private static final Pattern DELAY = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,9})?)s");

    private static final String TOO_LONG = "exceeds the maximum number of tokens";

    /** Google's words, where a status alone must say what happened. */
    private static final Map<String, Integer> CODES = Map.ofEntries(
            Map.entry("INVALID_ARGUMENT", 400),
            Map.entry("FAILED_PRECONDITION", 400),
            Map.entry("OUT_OF_RANGE", 400),
            Map.entry("UNAUTHENTICATED", 401),
            Map.entry("PERMISSION_DENIED", 403),
            Map.entry("NOT_FOUND", 404),
            Map.entry("ABORTED", 409),
            Map.entry("RESOURCE_EXHAUSTED", 429),
            Map.entry("INTERNAL", 500),
            Map.entry("UNAVAILABLE", 503),
            Map.entry("DEADLINE_EXCEEDED", 504));

    private GoogleError() {}

    /**
     * Reads an error, which may be wrapped in an array of one.
     *
     * @param status as the provider sent it, or 200 for one that came in an answer or a stream
     * @return null if it is none
     */
    static @Nullable ProviderError read(int status, byte[] body) {
        try {
            return read(status, Json.tree(body));
        } catch (IOException e) {
            return null;
        }
    }

    static @Nullable ProviderError read(int status, JsonNode body) {
        JsonNode error = (body.isArray() ? body.path(0) : body).path("error");
        return error.isObject() ? read(status, (ObjectNode) error) : null;
    }

    private static ProviderError read(int status, ObjectNode error) {
        String googles = error.path("status").asText("");
        String message = error.path("message").asText("");
        boolean badKey = false;
        Long retryAfter = null;
        for (JsonNode detail : error.path("details")) {
            badKey |= detail.path("reason").asText("").equals("API_KEY_INVALID");
            if (detail.path("retryDelay").isTextual()) {
                retryAfter = seconds(detail.path("retryDelay").textValue());
            }
        }
        int code = status >= 400 ? status : error.path("code").asInt(0);
        int http = badKey ? 401 : known(code, googles);
        return new ProviderError(
                http,
                type(http),
                code(http, message),
                null,
                message.isEmpty() ? "The provider gave no reason." : message,
                retryAfter);
    }

    /** A status that every client knows: nobody but Google has 499, and what is no error says nothing. */
    private static int known(int code, String googles) {
        boolean error = code >= 400 && code < 600 && code != CANCELLED;
        return error ? code : CODES.getOrDefault(googles, 502);
    }

    private static String word(int status) {
        return switch (status) {
            case 401 -> "UNAUTHENTICATED";
            case 403 -> "PERMISSION_DENIED";
            case 404 -> "NOT_FOUND";
            case 408, 504 -> "DEADLINE_EXCEEDED";
            case 409 -> "ABORTED";
            case 429 -> "RESOURCE_EXHAUSTED";
            case 501 -> "UNIMPLEMENTED";
            case 502, 503 -> "UNAVAILABLE";
            default -> status >= 500 ? "INTERNAL" : "INVALID_ARGUMENT";
        };
    }

    private static String type(int http) {
        return http == 429 ? "rate_limit_error" : http >= 500 ? SERVER : INVALID_REQUEST;
    }

    private static @Nullable String code(int http, String message) {
        return switch (http) {
            case 400, 413 -> message.contains(TOO_LONG) ? "context_length_exceeded" : null;
            case 401 -> "invalid_api_key";
            case 404 -> "model_not_found";
            case 429 -> "rate_limit_exceeded";
            case 503 -> "server_is_overloaded";
            default -> http >= 500 ? SERVER : null;
        };
    }

    private static @Nullable Long seconds(String delay) {
        Matcher parsed = DELAY.matcher(delay);
        return parsed.matches()
                ? new BigDecimal(parsed.group(1))
                        .setScale(0, RoundingMode.CEILING)
                        .longValueExact()
                : null;
    }

    static Buffer body(GatewayError error) {
        return Buffer.buffer(Json.bytes(
                shape(error.code().status(), error.getMessage(), error.code().code(), error.param(), null)));
    }

    static Buffer body(ProviderError error) {
        return Buffer.buffer(Json.bytes(of(error)));
    }

    static ObjectNode of(ProviderError error) {
        return shape(error.status(), error.message(), error.code(), error.param(), error.retryAfterSeconds());
    }

    /** What Google's shape has no member for stands in {@code details}: the gateway's code, the field, the delay. */
    private static ObjectNode shape(
            int status, String message, @Nullable String code, @Nullable String param, @Nullable Long retryAfter) {
        ObjectNode shape = Json.object();
        ObjectNode error = shape.putObject("error")
                .put("code", status)
                .put("message", message)
                .put("status", word(status));
        ArrayNode details = Json.array();
        if (code != null) {
            ObjectNode info = details.addObject().put("@type", ERROR_INFO).put("reason", code);
            if (param != null) {
                info.putObject("metadata").put("param", param);
            }
        }
        if (retryAfter != null) {
            details.addObject().put("@type", RETRY_INFO).put("retryDelay", retryAfter + "s");
        }
        if (!details.isEmpty()) {
            error.set("details", details);
        }
        return shape;
    }
}
