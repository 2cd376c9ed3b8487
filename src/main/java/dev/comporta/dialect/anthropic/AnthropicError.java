package dev.comporta.dialect.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.dialect.Json;
import dev.comporta.dialect.ProviderError;
import java.io.IOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Errors as Anthropic writes them: {@code {"type":"error","error":{"type","message"}}}.
 *
 * @see <a href="https://platform.claude.com/docs/en/api/errors">Anthropic's errors</a>
 */
final class AnthropicError {

    private static final String INVALID = "invalid_request_error";
    private static final String SERVER = "server_error";
    private static final String QUOTA = "insufficient_quota";

    private AnthropicError() {}

    /**
     * Reads an error.
     *
     * @param status as the provider sent it; where that is a success, the error's type says what it should have been
     * @return null if the body is no error of Anthropic's
     */
    static @Nullable ProviderError read(int status, byte[] body) {
        try {
            return read(status, Json.tree(body));
        } catch (IOException e) {
            return null;
        }
    }

    static @Nullable ProviderError read(int status, JsonNode body) {
        JsonNode error = body.path("error");
        if (!body.path("type").asText().equals("error") || !error.path("type").isTextual()) {
            return null;
        }
        String said = error.path("message").asText();
        String message = said.isBlank() ? "The provider gave no reason." : said;
        return switch (error.path("type").textValue()) {
            case "invalid_request_error" ->
                ProviderError.of(
                        status >= 400 && status < 500 ? status : 400,
                        INVALID,
                        isTooLong(message) ? "context_length_exceeded" : null,
                        message);
            case "authentication_error" -> ProviderError.of(401, INVALID, "invalid_api_key", message);
            case "billing_error" -> ProviderError.of(429, QUOTA, QUOTA, message);
            case "permission_error" -> ProviderError.of(403, INVALID, "permission_denied", message);
            case "not_found_error" -> ProviderError.of(404, INVALID, "model_not_found", message);
            case "conflict_error" -> ProviderError.of(409, INVALID, "conflict", message);
            case "request_too_large" -> ProviderError.of(413, INVALID, "request_too_large", message);
            case "rate_limit_error" -> ProviderError.of(429, "rate_limit_error", "rate_limit_exceeded", message);
            case "timeout_error" -> ProviderError.of(504, SERVER, "timeout", message);
            case "overloaded_error" -> ProviderError.of(503, SERVER, "server_is_overloaded", message);
            default -> unknown(status, message);
        };
    }

    /** A failure of the API, or a type that came later than this code. */
    private static ProviderError unknown(int status, String message) {
        if (status == 529) {
            return ProviderError.of(503, SERVER, "server_is_overloaded", message);
        }
        return status >= 400 && status < 500
                ? ProviderError.of(status, INVALID, null, message)
                : ProviderError.of(status > 500 && status <= 504 ? status : 500, SERVER, SERVER, message);
    }

    private static boolean isTooLong(String message) {
        String lower = message.toLowerCase(Locale.ROOT);
        return lower.contains("prompt is too long") || lower.contains("exceed context limit");
    }

    /** Writes an error as the data of an event or a body. */
    static ObjectNode write(ProviderError error) {
        ObjectNode body = Json.object().put("type", "error");
        body.putObject("error").put("type", type(error)).put("message", error.message());
        return body;
    }

    private static String type(ProviderError error) {
        if (QUOTA.equals(error.code())) {
            return "billing_error";
        }
        return switch (error.status()) {
            case 401 -> "authentication_error";
            case 403 -> "permission_error";
            case 404 -> "not_found_error";
            case 409 -> "conflict_error";
            case 413 -> "request_too_large";
            case 429 -> "rate_limit_error";
            case 503 -> "overloaded_error";
            case 504 -> "timeout_error";
            default -> error.status() >= 400 && error.status() < 500 ? INVALID : "api_error";
        };
    }
}
