package dev.comporta.dialect.anthropic;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.core.GatewayError;
import dev.comporta.dialect.Json;
import dev.comporta.dialect.ProviderError;
import io.vertx.core.buffer.Buffer;
import org.jspecify.annotations.Nullable;

/**
 * Errors as Anthropic writes them, {@code {"type":"error","error":{"type","message"}}}, and in {@code error} besides
 * the {@code code} and {@code param} that tell more than Anthropic's few types.
 *
 * @see <a href="https://platform.claude.com/docs/en/api/errors">Errors</a>
 */
final class MessagesError {

    private MessagesError() {}

    static ObjectNode of(GatewayError error) {
        return of(error.code().status(), error.getMessage(), error.code().code(), error.param());
    }

    static ObjectNode of(ProviderError error) {
        return of(error.status(), error.message(), error.code(), error.param());
    }

    /** The end of a stream that failed after it began; SDKs raise on it. */
    static Buffer event(ProviderError error) {
        return Buffer.buffer("event: error\ndata: ")
                .appendBytes(Json.bytes(of(error)))
                .appendString("\n\n");
    }

    private static ObjectNode of(int status, String message, @Nullable String code, @Nullable String param) {
        ObjectNode body = Json.object().put("type", "error");
        ObjectNode error = body.putObject("error").put("type", type(status)).put("message", message);
        if (code != null) {
            error.put("code", code);
        }
        if (param != null) {
            error.put("param", param);
        }
        return body;
    }

    private static String type(int status) {
        return switch (status) {
            case 401 -> "authentication_error";
            case 402 -> "billing_error";
            case 403 -> "permission_error";
            case 404 -> "not_found_error";
            case 408, 504 -> "timeout_error";
            case 409 -> "conflict_error";
            case 413 -> "request_too_large";
            case 429 -> "rate_limit_error";
            case 503, 529 -> "overloaded_error";
            default -> status >= 500 ? "api_error" : "invalid_request_error";
        };
    }
}
