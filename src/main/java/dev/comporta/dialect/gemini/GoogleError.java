package dev.comporta.dialect.gemini;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.core.GatewayError;
import dev.comporta.dialect.Json;
import dev.comporta.dialect.ProviderError;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
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

    /** Such as {@code 34.074s}; more digits than a delay has are none. */
    private static final Pattern DELAY = Pattern.compile("(\\d{1,9})(\\.\\d{1,9})?s");

    private static final String TOO_LONG = "exceeds the maximum number of tokens";

    private static final Map<Integer, String> STATUSES = Map.ofEntries(
            Map.entry(401, "UNAUTHENTICATED"),
            Map.entry(403, "PERMISSION_DENIED"),
            Map.entry(404, "NOT_FOUND"),
            Map.entry(408, "DEADLINE_EXCEEDED"),
            Map.entry(409, "ABORTED"),
            Map.entry(429, "RESOURCE_EXHAUSTED"),
            Map.entry(499, "CANCELLED"),
            Map.entry(501, "UNIMPLEMENTED"),
            Map.entry(502, "UNAVAILABLE"),
            Map.entry(503, "UNAVAILABLE"),
            Map.entry(504, "DEADLINE_EXCEEDED"));

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
        if (googles.equals("CANCELLED") || code == 499) {
            return 502;
        }
        if (code >= 400 && code < 600) {
            return code;
        }
        return STATUSES.entrySet().stream()
                .filter(status -> status.getValue().equals(googles) && status.getKey() != 408 && status.getKey() != 502)
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse(googles.equals("INVALID_ARGUMENT") || googles.equals("FAILED_PRECONDITION") ? 400 : 502);
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
        if (!parsed.matches()) {
            return null;
        }
        return Long.parseLong(parsed.group(1)) + (parsed.group(2) == null ? 0 : 1);
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
                .put("status", STATUSES.getOrDefault(status, status >= 500 ? "INTERNAL" : "INVALID_ARGUMENT"));
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
