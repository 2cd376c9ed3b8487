package dev.comporta.model;

import java.math.BigDecimal;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a price source says about one model.
 *
 * @param provider in our words
 * @param name the provider's own name of the model
 * @param prices by the names of {@link PriceFields}; zeros included
 * @param flaws fields with a value that is no price, and why: {@code not_a_number}, {@code negative},
 *     {@code too_large}, {@code too_many}
 * @param capabilities those that it is said to have
 */
record OfferedModel(
        String provider,
        String name,
        Map<String, BigDecimal> prices,
        Map<String, String> flaws,
        @Nullable Integer contextWindow,
        @Nullable Integer maxOutputTokens,
        Map<String, Boolean> capabilities) {

    String identifier() {
        return provider + "/" + name;
    }
}
