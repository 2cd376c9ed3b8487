package dev.comporta.model;

import io.quarkus.runtime.annotations.RegisterForReflection;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * A price that a source has otherwise than the registry.
 *
 * @param model the gateway identifier
 * @param field such as {@code inputPricePerMillion}, {@code priceTiers[200000].input} or {@code unitPrices.image}
 * @param from null if it was unknown
 * @param to null if what the source has is no price
 * @param applied whether it was written, in a dry run: whether it would be
 * @param reason why it is not applied: {@code zero}, {@code needs_approval}, {@code incomplete_tier},
 *     {@code not_a_number}, {@code negative}, {@code too_large}, {@code too_many}; null if it is
 */
@RegisterForReflection
public record PriceChange(
        String model,
        String field,
        @Nullable BigDecimal from,
        @Nullable BigDecimal to,
        boolean applied,
        @Nullable String reason) {

    PriceChange refused(String why) {
        return new PriceChange(model, field, from, to, false, why);
    }
}
