package dev.comporta.dialect;

import org.jspecify.annotations.Nullable;

/**
 * An error of a provider, in the words of OpenAI's API, which every dialect can be written from.
 *
 * @param status an HTTP status that every client knows, whatever the provider's own was: 529 is 503
 * @param type such as {@code invalid_request_error} or {@code server_error}
 * @param code machine-readable, or null
 * @param param the field to blame, or null
 * @param message for the caller; what the provider wrote, so it may quote the request
 * @param retryAfterSeconds when to try again, if the body says so, or null
 */
public record ProviderError(
        int status,
        String type,
        @Nullable String code,
        @Nullable String param,
        String message,
        @Nullable Long retryAfterSeconds) {

    public static ProviderError of(int status, String type, @Nullable String code, String message) {
        return new ProviderError(status, type, code, null, message, null);
    }
}
