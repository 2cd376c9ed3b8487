package dev.comporta.dialect.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import dev.comporta.core.TokenUsage;
import org.jspecify.annotations.Nullable;

/**
 * What an answer says that it used, as OpenAI counts: Anthropic's {@code input_tokens} are those that were neither read
 * from the cache nor written to it. A stream tells the input first and the output last, both as sums so far, of which
 * the largest counts.
 */
final class AnthropicUsage {

    private static final long ABSENT = -1;
    /** More than any model takes or writes, and few enough that sums of it stay numbers. */
    private static final long MOST = 1_000_000_000_000L;

    private long input = ABSENT;
    private long cacheWrite = ABSENT;
    private long cacheRead = ABSENT;
    private long output = ABSENT;
    private long thinking = ABSENT;

    void read(JsonNode usage) {
        input = Math.max(input, count(usage.path("input_tokens")));
        cacheWrite = Math.max(cacheWrite, count(usage.path("cache_creation_input_tokens")));
        cacheRead = Math.max(cacheRead, count(usage.path("cache_read_input_tokens")));
        output = Math.max(output, count(usage.path("output_tokens")));
        thinking = Math.max(thinking, count(usage.path("output_tokens_details").path("thinking_tokens")));
    }

    /** The whole, or null as long as input or output are not known. */
    @Nullable
    TokenUsage total() {
        if (input < 0 || output < 0) {
            return null;
        }
        long read = Math.max(cacheRead, 0);
        long written = Math.max(cacheWrite, 0);
        return new TokenUsage(input + read + written, read, written, output, Math.min(Math.max(thinking, 0), output));
    }

    private static long count(JsonNode number) {
        double value = number.isNumber() ? number.doubleValue() : ABSENT;
        return value >= 0 && value <= MOST && value == Math.rint(value) ? (long) value : ABSENT;
    }
}
