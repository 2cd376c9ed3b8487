package dev.comporta.core;

import org.jspecify.annotations.Nullable;

/**
 * What the caller said about a request so that its cost can be attributed. All optional, all bounded, none of it
 * reaches a provider.
 *
 * @param metadata a JSON object as text, or null
 */
public record Attribution(
        @Nullable String conversationId,
        @Nullable String phone,
        @Nullable String userId,
        @Nullable String teamId,
        @Nullable String projectId,
        @Nullable String appId,
        @Nullable String taskType,
        @Nullable String metadata) {

    public static final Attribution NONE = new Attribution(null, null, null, null, null, null, null, null);
}
