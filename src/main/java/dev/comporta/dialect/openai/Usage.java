package dev.comporta.dialect.openai;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.comporta.core.TokenUsage;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Reads and writes a {@code usage} object of the OpenAI dialect, Groq's and Mistral's spellings included. */
final class Usage {

    private static final long ABSENT = -1;
    private static final long IMPOSSIBLE = -2;
    /** More than any model takes or writes, and few enough that sums of it stay numbers. */
    private static final long MOST = 1_000_000_000_000L;

    private long prompt = ABSENT;
    private long completion = ABSENT;
    private long cached;
    private long cacheWrite;
    private long reasoning;

    private Usage() {}

    /**
     * Reads the object at whose start {@code json} stands, to its end.
     *
     * @return null if it does not say both prompt and completion tokens as whole, non-negative, possible numbers; an
     *     embedding's usage has no completion tokens, which counts as zero
     */
    static @Nullable TokenUsage read(JsonParser json) throws IOException {
        Usage usage = new Usage();
        usage.readObject(json);
        if (usage.prompt < 0 || usage.completion == IMPOSSIBLE) {
            return null;
        }
        long completion = Math.max(usage.completion, 0);
        return new TokenUsage(
                usage.prompt,
                Math.min(usage.cached, usage.prompt),
                Math.min(usage.cacheWrite, usage.prompt),
                completion,
                Math.min(usage.reasoning, completion));
    }

    /** Writes the object as OpenAI does, with the details that the gateway knows. */
    static void write(TokenUsage usage, JsonBytes json) {
        json.raw("{\"prompt_tokens\":")
                .number(usage.inputTokens())
                .raw(",\"completion_tokens\":")
                .number(usage.outputTokens())
                .raw(",\"total_tokens\":")
                .number(usage.totalTokens())
                .raw(",\"prompt_tokens_details\":{\"cached_tokens\":")
                .number(usage.cachedTokens())
                .raw(",\"cache_write_tokens\":")
                .number(usage.cacheWriteTokens())
                .raw("},\"completion_tokens_details\":{\"reasoning_tokens\":")
                .number(usage.reasoningTokens())
                .raw("}}");
    }

    private void readObject(JsonParser json) throws IOException {
        String name;
        while ((name = json.nextFieldName()) != null) {
            JsonToken value = json.nextToken();
            if (value == JsonToken.START_OBJECT
                    && (name.equals("prompt_tokens_details") || name.equals("completion_tokens_details"))) {
                readObject(json);
            } else if (value != JsonToken.VALUE_NULL) {
                keep(name, value.isNumeric() ? count(json) : IMPOSSIBLE);
                json.skipChildren();
            }
        }
    }

    /** Servers in languages without integers write 9 as 9.0. */
    private static long count(JsonParser json) throws IOException {
        double number = json.getDoubleValue();
        return number >= 0 && number <= MOST && number == Math.rint(number) ? (long) number : IMPOSSIBLE;
    }

    private void keep(String name, long count) {
        switch (name) {
            case "prompt_tokens" -> prompt = count;
            case "completion_tokens" -> completion = count;
            case "cached_tokens", "num_cached_tokens" -> cached = Math.max(count, 0);
            case "cache_write_tokens" -> cacheWrite = Math.max(count, 0);
            case "reasoning_tokens" -> reasoning = Math.max(count, 0);
            default -> {
                // Sums and counts that follow from the others.
            }
        }
    }
}
