package dev.comporta.dialect.gemini;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.core.TokenUsage;
import dev.comporta.dialect.Json;
import org.jspecify.annotations.Nullable;

/**
 * Google's count of tokens. What tools added to the prompt is counted beside it, and so are thoughts beside the answer;
 * what was read from the cache is part of the prompt.
 */
final class UsageMetadata {

    /** More than any model takes or writes, and few enough that sums of it stay numbers. */
    private static final double MOST = 1e12;

    private UsageMetadata() {}

    /** Null if it does not say the prompt's tokens. */
    static @Nullable TokenUsage read(JsonNode usage) {
        if (!usage.path("promptTokenCount").isNumber()) {
            return null;
        }
        long input = count(usage, "promptTokenCount") + count(usage, "toolUsePromptTokenCount");
        long thoughts = count(usage, "thoughtsTokenCount");
        return new TokenUsage(
                input,
                Math.min(count(usage, "cachedContentTokenCount"), input),
                0,
                count(usage, "candidatesTokenCount") + thoughts,
                thoughts);
    }

    /** Google leaves out what is zero. */
    private static long count(JsonNode usage, String name) {
        double count = usage.path(name).asDouble();
        return count >= 0 && count <= MOST ? (long) count : 0;
    }

    static ObjectNode write(TokenUsage usage) {
        ObjectNode metadata = Json.object()
                .put("promptTokenCount", usage.inputTokens())
                .put("candidatesTokenCount", usage.outputTokens() - usage.reasoningTokens())
                .put("totalTokenCount", usage.totalTokens());
        if (usage.cachedTokens() > 0) {
            metadata.put("cachedContentTokenCount", usage.cachedTokens());
        }
        if (usage.reasoningTokens() > 0) {
            metadata.put("thoughtsTokenCount", usage.reasoningTokens());
        }
        return metadata;
    }
}
