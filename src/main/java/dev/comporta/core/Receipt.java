package dev.comporta.core;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * What a call used and cost, as it was recorded.
 *
 * @param provider the provider that answered
 * @param model the model's name as that provider knows it
 * @param tokens what was used
 * @param source how that is known
 * @param costUsd exact, as the amounts after it; all three are null where the price is unknown
 */
public record Receipt(
        String provider,
        String model,
        TokenUsage tokens,
        UsageSource source,
        @Nullable BigDecimal costUsd,
        @Nullable BigDecimal costEur,
        @Nullable BigDecimal costBrl) {}
