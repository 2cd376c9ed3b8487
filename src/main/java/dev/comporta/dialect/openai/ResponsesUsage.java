package dev.comporta.dialect.openai;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.comporta.core.TokenUsage;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Reads a {@code usage} object of the Responses API. */
final class ResponsesUsage {

    private static final long UNKNOWN = -1;
    /** More than any model takes or writes, and few enough that sums of it stay numbers. */
    private static final long MOST = 1_000_000_000_000L;

    private long input = UNKNOWN;
    private long output = UNKNOWN;
    private long cached;
    private long cacheWrite;
    private long reasoning;

    private ResponsesUsage() {}

    /**
     * Reads the object at whose start {@code json} stands, to its end.
     *
     * @return null if it does not say both input and output tokens as whole, non-negative, possible numbers
     */
    static @Nullable TokenUsage read(JsonParser json) throws IOException {
        ResponsesUsage usage = new ResponsesUsage();
        usage.readObject(json);
        if (usage.input < 0 || usage.output < 0) {
            return null;
        }
        return new TokenUsage(
                usage.input,
                Math.min(usage.cached, usage.input),
                Math.min(usage.cacheWrite, usage.input),
                usage.output,
                Math.min(usage.reasoning, usage.output));
    }

    private void readObject(JsonParser json) throws IOException {
        String name;
        while ((name = json.nextFieldName()) != null) {
            JsonToken value = json.nextToken();
            if (value == JsonToken.START_OBJECT
                    && (name.equals("input_tokens_details") || name.equals("output_tokens_details"))) {
                readObject(json);
            } else {
                if (value.isNumeric()) {
                    keep(name, count(json));
                }
                json.skipChildren();
            }
        }
    }

    /** Servers in languages without integers write 9 as 9.0. */
    private static long count(JsonParser json) throws IOException {
        double number = json.getDoubleValue();
        return number >= 0 && number <= MOST && number == Math.rint(number) ? (long) number : UNKNOWN;
    }

    private void keep(String name, long count) {
        switch (name) {
            case "input_tokens" -> input = count;
            case "output_tokens" -> output = count;
            case "cached_tokens" -> cached = Math.max(count, 0);
            case "cache_write_tokens" -> cacheWrite = Math.max(count, 0);
            case "reasoning_tokens" -> reasoning = Math.max(count, 0);
            default -> {
                // Sums, which follow from the others.
            }
        }
    }
}
