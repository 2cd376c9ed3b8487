package dev.comporta.dialect.anthropic;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.core.TokenUsage;
import dev.comporta.dialect.Json;

/** Usage as Anthropic counts it: what the cache gave or took is not part of {@code input_tokens}, but beside it. */
final class MessagesUsage {

    private MessagesUsage() {}

    static ObjectNode of(TokenUsage usage) {
        long beside = usage.cachedTokens() + usage.cacheWriteTokens();
        ObjectNode json = Json.object()
                .put("input_tokens", Math.max(0, usage.inputTokens() - beside))
                .put("cache_creation_input_tokens", usage.cacheWriteTokens())
                .put("cache_read_input_tokens", usage.cachedTokens())
                .put("output_tokens", usage.outputTokens());
        if (usage.reasoningTokens() > 0) {
            json.putObject("output_tokens_details").put("thinking_tokens", usage.reasoningTokens());
        }
        return json;
    }
}
