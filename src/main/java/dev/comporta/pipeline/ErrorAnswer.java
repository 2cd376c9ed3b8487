package dev.comporta.pipeline;

import dev.comporta.core.Dialect;
import dev.comporta.core.ErrorCode;
import dev.comporta.core.Secret;
import dev.comporta.dialect.ErrorTranslation;
import dev.comporta.dialect.Json;
import dev.comporta.dialect.ProviderError;
import dev.comporta.dialect.openai.OpenAiErrors;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An error of a provider, as the caller gets it: the provider's own body and status wherever a client can make sense of
 * them.
 *
 * @param code the provider's code or type, for the usage log; or null
 * @param message a description for the usage log that quotes nothing the provider wrote, because providers echo prompts
 *     and keys
 * @param retryAfterSeconds when to try again, if only the body says so; or null
 */
record ErrorAnswer(
        int status,
        Buffer body,
        @Nullable String code,
        String message,
        @Nullable Long retryAfterSeconds) {

    private static final Pattern IDENTIFIER = Pattern.compile("[A-Za-z0-9_.:/-]{1,100}");
    private static final ErrorTranslation OPENAI = new OpenAiErrors();
    private static final int UNAUTHORIZED = 401;

    /**
     * Of an answer with a status of failure.
     *
     * @param caller the dialect of the caller
     * @param key what was presented to the provider, or null
     * @param ownKey whether that is the caller's own key, in which case a refusal of it is the caller's business
     */
    static ErrorAnswer of(
            int status,
            Buffer body,
            ErrorTranslation translation,
            Dialect caller,
            @Nullable Secret key,
            boolean ownKey) {
        byte[] bytes = body.getBytes();
        ProviderError error = translation.error(status, bytes);
        if (!ownKey && (status == UNAUTHORIZED || error != null && error.status() == UNAUTHORIZED)) {
            return refusedKey(translation);
        }
        String message = "The provider answered with status " + status + ".";
        if (error == null || quotes(body.toString(), key, ownKey)) {
            ErrorCode failed = ErrorCode.PROVIDER_FAILED;
            int shown = shownStatus(status, caller);
            String type = shown < 500 ? "invalid_request_error" : "server_error";
            ProviderError said = ProviderError.of(shown, type, failed.code(), message);
            return new ErrorAnswer(shown, translation.write(said), failed.code(), message, null);
        }
        // The provider's own words and status, wherever the caller's SDK knows them.
        boolean passes = translation.isPassing();
        return new ErrorAnswer(
                passes ? shownStatus(status, caller) : error.status(),
                passes && isErrorObject(bytes) ? body : translation.write(error),
                identifier(error),
                message,
                error.retryAfterSeconds());
    }

    /** Of an answer that passes between a caller and a provider of OpenAI's dialect. */
    static ErrorAnswer passing(int status, Buffer body, @Nullable Secret key, boolean ownKey) {
        return of(status, body, OPENAI, Dialect.OPENAI, key, ownKey);
    }

    /** Of an error that came with a status of success, or as the first event of a stream. */
    static ErrorAnswer of(ProviderError error, ErrorTranslation translation, @Nullable Secret key, boolean ownKey) {
        if (!ownKey && error.status() == UNAUTHORIZED) {
            return refusedKey(translation);
        }
        String message = "The provider answered with an error.";
        ProviderError said = safe(error, key, ownKey);
        return new ErrorAnswer(
                said.status(), translation.write(said), identifier(said), message, said.retryAfterSeconds());
    }

    /** The same error, but for words that repeat the shared key. */
    static ProviderError safe(ProviderError error, @Nullable Secret key, boolean ownKey) {
        return quotes(error.message() + error.code() + error.type() + error.param(), key, ownKey)
                ? ProviderError.of(
                        error.status(),
                        "server_error",
                        ErrorCode.PROVIDER_FAILED.code(),
                        "The provider answered with an error.")
                : error;
    }

    /** Shown as it is, the caller would think that its gateway key was wrong. The body may quote the shared key. */
    private static ErrorAnswer refusedKey(ErrorTranslation translation) {
        ErrorCode refused = ErrorCode.PROVIDER_REFUSED_KEY;
        String message = "The provider refused the gateway's key; the gateway's operator has to look at it.";
        return new ErrorAnswer(
                refused.status(),
                translation.write(ProviderError.of(refused.status(), refused.type(), refused.code(), message)),
                refused.code(),
                message,
                null);
    }

    private static boolean quotes(String words, @Nullable Secret key, boolean ownKey) {
        return key != null && !ownKey && words.contains(key.reveal());
    }

    /** Statuses that only one vendor's SDKs know become what every client knows, except for those SDKs. */
    private static int shownStatus(int status, Dialect caller) {
        return switch (status) {
            case 498 -> 503;
            case 529 -> caller == Dialect.ANTHROPIC ? status : 503;
            default -> status < 400 || status > 599 ? 502 : status;
        };
    }

    /** SDKs of every dialect look for an object with an {@code error} in it. */
    private static boolean isErrorObject(byte[] body) {
        try {
            return Json.tree(body).path("error").isObject();
        } catch (IOException e) {
            return false;
        }
    }

    /** Null for what is not a code but words, which may quote a prompt or a key. */
    private static @Nullable String identifier(ProviderError error) {
        String code = error.code() == null ? error.type() : error.code();
        return IDENTIFIER.matcher(code).matches() ? code : null;
    }
}
