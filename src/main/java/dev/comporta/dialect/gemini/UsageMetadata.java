package dev.comporta.dialect.gemini;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.core.TokenUsage;
import dev.comporta.dialect.Json;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Google's count of tokens. What tools added to the prompt is counted beside it, and so are thoughts beside the answer;
 * what was read from the cache is part of the prompt.
 */
final class UsageMetadata {

    /** More than any model takes or writes, and few enough that sums of it stay numbers. */
    private static final double MOST = 1e12;

    private long prompt = -1;
    private long tools;
    private long cached;
    private long answer;
    private long thoughts;

    private UsageMetadata() {}

    /** Null if it does not say the prompt's tokens. */
    static @Nullable TokenUsage read(JsonNode usage) {
        if (!usage.path("promptTokenCount").isNumber()) {
            return null;
        }
        UsageMetadata counts = new UsageMetadata();
        usage.properties()
                .forEach(count -> counts.keep(count.getKey(), count.getValue().asDouble()));
        return counts.usage();
    }

    /**
     * Reads the object at whose start {@code json} stands, to its end.
     *
     * @return as above
     */
    static @Nullable TokenUsage read(JsonParser json) throws IOException {
        UsageMetadata counts = new UsageMetadata();
        String name;
        while ((name = json.nextFieldName()) != null) {
            if (json.nextToken().isNumeric()) {
                counts.keep(name, json.getDoubleValue());
            } else {
                json.skipChildren();
            }
        }
        return counts.prompt < 0 ? null : counts.usage();
    }

    /** Google leaves out what is zero. */
    private void keep(String name, double given) {
        long count = given >= 0 && given <= MOST ? (long) given : 0;
        switch (name) {
            case "promptTokenCount" -> prompt = count;
            case "toolUsePromptTokenCount" -> tools = count;
            case "cachedContentTokenCount" -> cached = count;
            case "candidatesTokenCount" -> answer = count;
            case "thoughtsTokenCount" -> thoughts = count;
            default -> {
                // Sums and details that follow from the others.
            }
        }
    }

    private TokenUsage usage() {
        long input = Math.max(prompt, 0) + tools;
        return new TokenUsage(input, Math.min(cached, input), 0, answer + thoughts, thoughts);
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
