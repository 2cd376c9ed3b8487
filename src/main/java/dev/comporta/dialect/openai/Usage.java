package dev.comporta.dialect.openai;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.comporta.core.TokenUsage;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Reads a {@code usage} object of the OpenAI dialect, Groq's and Mistral's spellings included. */
final class Usage {

    private long prompt = -1;
    private long completion = -1;
    private long cached;
    private long cacheWrite;
    private long reasoning;

    private Usage() {}

    /**
     * Reads the object at whose start {@code json} stands, to its end.
     *
     * @return null if it does not say both prompt and completion tokens as whole, non-negative numbers; an embedding's
     *     usage has no completion tokens and counts as zero
     */
    static @Nullable TokenUsage read(JsonParser json) throws IOException {
        Usage usage = new Usage();
        usage.readObject(json);
        if (usage.prompt < 0) {
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

    private void readObject(JsonParser json) throws IOException {
        String name;
        while ((name = json.nextFieldName()) != null) {
            JsonToken value = json.nextToken();
            if (value == JsonToken.VALUE_NUMBER_INT) {
                readNumber(name, json);
            } else if (value == JsonToken.START_OBJECT
                    && (name.equals("prompt_tokens_details") || name.equals("completion_tokens_details"))) {
                readObject(json);
            } else {
                json.skipChildren();
            }
        }
    }

    private void readNumber(String name, JsonParser json) throws IOException {
        switch (name) {
            case "prompt_tokens" -> prompt = json.getLongValue();
            case "completion_tokens" -> completion = json.getLongValue();
            case "cached_tokens", "num_cached_tokens" -> cached = Math.max(json.getLongValue(), 0);
            case "cache_write_tokens" -> cacheWrite = Math.max(json.getLongValue(), 0);
            case "reasoning_tokens" -> reasoning = Math.max(json.getLongValue(), 0);
            default -> {
                // Sums and counts that follow from the others.
            }
        }
    }
}
