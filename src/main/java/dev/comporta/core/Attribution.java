package dev.comporta.core;

import org.jspecify.annotations.Nullable;

/**
 * What the caller said about a request so that its cost can be attributed. All optional, all bounded, none of it
 * reaches a provider.
 *
 * @param metadata a JSON object as text, or null
 * @param promptHash which prompt it was, without saying it: hexadecimal, the same for the same prompt of one client
 */
public record Attribution(
        @Nullable String conversationId,
        @Nullable String phone,
        @Nullable String userId,
        @Nullable String teamId,
        @Nullable String projectId,
        @Nullable String appId,
        @Nullable String taskType,
        @Nullable String metadata,
        @Nullable String promptHash) {

    public static final Attribution NONE = new Attribution(null, null, null, null, null, null, null, null, null);

    /** What the caller said, and nothing about the prompt. */
    public Attribution(
            @Nullable String conversationId,
            @Nullable String phone,
            @Nullable String userId,
            @Nullable String teamId,
            @Nullable String projectId,
            @Nullable String appId,
            @Nullable String taskType,
            @Nullable String metadata) {
        this(conversationId, phone, userId, teamId, projectId, appId, taskType, metadata, null);
    }

    /** The same with the hash of the prompt, or null. */
    public Attribution asking(@Nullable String hash) {
        return hash == null
                ? this
                : new Attribution(conversationId, phone, userId, teamId, projectId, appId, taskType, metadata, hash);
    }
}
