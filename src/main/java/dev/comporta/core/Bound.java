package dev.comporta.core;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * What a call uses at most, as it was reckoned when something was reserved for it.
 *
 * @param tokens at most
 * @param units what is used besides tokens, at most
 * @param usd what that costs; null if its price is unknown
 */
public record Bound(
        TokenUsage tokens, Units units, @Nullable BigDecimal usd) {}
