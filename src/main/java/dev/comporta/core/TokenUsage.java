package dev.comporta.core;

/**
 * The tokens of one call. {@code cachedTokens} and {@code cacheWriteTokens} are part of {@code inputTokens},
 * {@code reasoningTokens} are part of {@code outputTokens}, as OpenAI counts; dialects that count apart are normalised
 * to this.
 *
 * @param inputTokens the whole prompt
 * @param cachedTokens of the prompt, read from the provider's cache
 * @param cacheWriteTokens of the prompt, written to the provider's cache
 * @param outputTokens the whole answer
 * @param reasoningTokens of the answer, reasoning that is billed but not shown
 */
public record TokenUsage(
        long inputTokens, long cachedTokens, long cacheWriteTokens, long outputTokens, long reasoningTokens) {

    /** Nothing was used. */
    public static final TokenUsage NONE = new TokenUsage(0, 0, 0, 0, 0);

    public static TokenUsage of(long inputTokens, long outputTokens) {
        return new TokenUsage(inputTokens, 0, 0, outputTokens, 0);
    }

    public long totalTokens() {
        return inputTokens + outputTokens;
    }
}
