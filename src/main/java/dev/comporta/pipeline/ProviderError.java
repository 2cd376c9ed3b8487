package dev.comporta.pipeline;

import dev.comporta.core.ErrorCode;
import dev.comporta.core.Secret;
import dev.comporta.dialect.openai.OpenAiError;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An error of a provider, as the caller gets it: the provider's own body and status wherever a client can make sense of
 * them.
 *
 * @param code the provider's code or type, for the usage log; or null
 * @param message a description for the usage log that quotes nothing the provider wrote, because providers echo prompts
 *     and keys
 */
record ProviderError(int status, Buffer body, @Nullable String code, String message) {

    private static final Pattern IDENTIFIER = Pattern.compile("[A-Za-z0-9_.:/-]{1,100}");

    /**
     * @param status the provider's status; for an error that came with a status of success, 502
     * @param key what was presented to the provider, or null
     * @param ownKey whether that is the caller's own key, in which case a refusal of it is the caller's business
     */
    static ProviderError of(int status, Buffer body, @Nullable Secret key, boolean ownKey) {
        if (status == 401 && !ownKey) {
            // Shown as it is, the caller would think that its gateway key was wrong. The body may quote the shared key.
            ErrorCode refused = ErrorCode.PROVIDER_REFUSED_KEY;
            String message = "The provider refused the gateway's key; the gateway's operator has to look at it.";
            return new ProviderError(
                    refused.status(),
                    OpenAiError.body(message, refused.type(), null, refused.code()),
                    refused.code(),
                    message);
        }
        int shown = shownStatus(status);
        String message = "The provider answered with status " + status + ".";
        JsonObject error = error(body);
        if (error == null || key != null && !ownKey && body.toString().contains(key.reveal())) {
            String code = ErrorCode.PROVIDER_FAILED.code();
            return new ProviderError(shown, OpenAiError.body(message, type(shown), null, code), code, message);
        }
        return new ProviderError(shown, shownBody(body, error, shown), identifier(code(error)), message);
    }

    /** Statuses that only one provider knows become what every client knows. */
    private static int shownStatus(int status) {
        return switch (status) {
            case 498, 529 -> 503;
            default -> status < 400 || status > 599 ? 502 : status;
        };
    }

    private static Buffer shownBody(Buffer body, JsonObject error, int status) {
        if (!error.containsKey("error")) {
            return wrapped(error, status);
        }
        // SDKs look for an object, not for an array that holds one.
        return isArray(body) ? error.toBuffer() : body;
    }

    private static boolean isArray(Buffer body) {
        int at = 0;
        while (Character.isWhitespace(body.getByte(at))) {
            at++;
        }
        return body.getByte(at) == '[';
    }

    private static @Nullable JsonObject error(Buffer body) {
        try {
            Object json = body.length() == 0 ? null : Json.decodeValue(body);
            if (json instanceof JsonArray array && array.size() == 1) {
                // Google's OpenAI-compatible endpoint answers with an array of one error.
                json = array.getValue(0);
            }
            return json instanceof JsonObject object ? object : null;
        } catch (DecodeException e) {
            return null;
        }
    }

    /** Mistral and others write the error without the object around it, or as {@code detail}. */
    private static Buffer wrapped(JsonObject error, int status) {
        Object message = error.getValue("message");
        if (message == null) {
            message = error.getValue("detail");
        }
        if (message == null) {
            message = "The provider gave no reason.";
        }
        return OpenAiError.body(
                message.toString(),
                error.getValue("type") instanceof String type ? type : type(status),
                error.getValue("param") instanceof String param ? param : null,
                code(error));
    }

    private static @Nullable String code(JsonObject body) {
        JsonObject error = body.getValue("error") instanceof JsonObject nested ? nested : body;
        Object code = error.getValue("code");
        Object named = code == null ? error.getValue("type") : code;
        if (!(named instanceof String || named instanceof Number)) {
            // Absent, or a structure that may quote the request.
            return null;
        }
        return named.toString();
    }

    /** Null for what is not a code but words, which may quote a prompt or a key. */
    private static @Nullable String identifier(@Nullable String code) {
        return code != null && IDENTIFIER.matcher(code).matches() ? code : null;
    }

    private static String type(int status) {
        return status < 500 ? "invalid_request_error" : "server_error";
    }
}
