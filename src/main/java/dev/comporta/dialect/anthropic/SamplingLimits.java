package dev.comporta.dialect.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.dialect.Dropped;
import dev.comporta.dialect.Json;
import org.jspecify.annotations.Nullable;

/** {@code temperature}, {@code top_p} and {@code top_k}, as far as the model takes them. */
final class SamplingLimits {

    private static final double MOST_OF_OPENAI = 2;
    private static final double LEAST_TOP_P = 0.99;
    private static final double LEAST_TOP_P_THINKING = 0.95;

    private SamplingLimits() {}

    static void write(Fields chat, ModelRules.Sampling sampling, boolean thinking, Dropped dropped, ObjectNode body) {
        JsonNode temperature = number(chat, "temperature", MOST_OF_OPENAI);
        JsonNode topP = number(chat, "top_p", 1);
        Integer topK = chat.whole("top_k", 0);
        boolean fixed = thinking || sampling == ModelRules.Sampling.FIXED;
        if (temperature != null && fixed && temperature.doubleValue() != 1) {
            dropped.add("temperature");
            temperature = null;
        }
        double least = sampling == ModelRules.Sampling.FIXED ? LEAST_TOP_P : thinking ? LEAST_TOP_P_THINKING : 0;
        if (topP != null && topP.doubleValue() < least) {
            dropped.add("top_p");
            topP = null;
        }
        if (temperature != null && topP != null && sampling == ModelRules.Sampling.ONE) {
            if (temperature.doubleValue() == 1) {
                temperature = null;
            } else {
                if (topP.doubleValue() != 1) {
                    dropped.add("top_p");
                }
                topP = null;
            }
        }
        if (topK != null && fixed) {
            dropped.add("top_k");
            topK = null;
        }
        if (temperature != null) {
            body.set(
                    "temperature", temperature.doubleValue() > 1 ? Json.object().numberNode(1) : temperature);
        }
        if (topP != null) {
            body.set("top_p", topP);
        }
        if (topK != null) {
            body.put("top_k", topK);
        }
    }

    private static @Nullable JsonNode number(Fields chat, String name, double most) {
        JsonNode value = chat.take(name);
        if (value == null) {
            return null;
        }
        if (!value.isNumber() || !(value.doubleValue() >= 0 && value.doubleValue() <= most)) {
            throw Refusal.invalid(name, "must be a number from 0 to %d".formatted((int) most));
        }
        return value;
    }
}
