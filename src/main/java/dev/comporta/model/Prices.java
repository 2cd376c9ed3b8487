package dev.comporta.model;

import dev.comporta.core.TokenUsage;
import dev.comporta.core.Units;
import java.math.BigDecimal;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a model's tokens cost, in USD per million. A null price is unknown, which is not the same as free. Immutable.
 *
 * @param cachedInput of prompt tokens read from the provider's cache; without it they cost {@code input}
 * @param cacheWrite of prompt tokens written to the provider's cache; without it they cost {@code input}
 * @param reasoning of the answer's reasoning tokens; without it they cost {@code output}, as most vendors have it
 * @param tiers other prices for long prompts, in any order
 * @param units what is not counted in tokens
 */
public record Prices(
        @Nullable BigDecimal input,
        @Nullable BigDecimal output,
        @Nullable BigDecimal cachedInput,
        @Nullable BigDecimal cacheWrite,
        @Nullable BigDecimal reasoning,
        List<PriceTier> tiers,
        UnitPrices units) {

    /** Nothing is known. */
    public static final Prices UNKNOWN = new Prices(null, null, null, null, null, List.of(), UnitPrices.UNKNOWN);

    public Prices {
        tiers = List.copyOf(tiers);
    }

    /** Of a model that is priced by tokens alone, and whose reasoning costs what other output does. */
    public Prices(
            @Nullable BigDecimal input,
            @Nullable BigDecimal output,
            @Nullable BigDecimal cachedInput,
            @Nullable BigDecimal cacheWrite,
            List<PriceTier> tiers) {
        this(input, output, cachedInput, cacheWrite, null, tiers, UnitPrices.UNKNOWN);
    }

    /** Whether it is known to cost nothing, whatever is used. */
    public boolean isFree() {
        return input != null
                && input.signum() == 0
                && Stream.of(output, cachedInput, cacheWrite, reasoning)
                        .allMatch(price -> price == null || price.signum() == 0)
                && tiers.isEmpty()
                && units.isUnknown();
    }

    /**
     * The cost in USD of tokens and of what is not counted in tokens. Units without a price are left out where others,
     * or tokens, have one: a model is priced by what its price list names.
     *
     * @return null if the price of the tokens is unknown, or if nothing that was used has a price
     */
    public @Nullable BigDecimal cost(TokenUsage usage, Units used) {
        BigDecimal byUnit = units.cost(used);
        if (usage.totalTokens() == 0) {
            return byUnit == null ? (used.isNone() || isFree() ? cost(usage) : null) : Decimals.plain(byUnit);
        }
        BigDecimal byToken = cost(usage);
        return byToken == null || byUnit == null ? byToken : Decimals.plain(byToken.add(byUnit));
    }

    /**
     * The exact cost in USD, never rounded, without trailing zeros. The highest tier that the whole prompt exceeds
     * prices every token of the request. Write it with {@link BigDecimal#toPlainString()}.
     *
     * @return null if a price that this usage needs is unknown, or if no price is known at all: then even a call that
     *     used no tokens may have cost something, such as minutes of audio
     */
    public @Nullable BigDecimal cost(TokenUsage usage) {
        PriceTier tier = tierOf(usage.inputTokens());
        return (tier == null ? base() : TokenPrices.of(tier)).cost(usage);
    }

    /**
     * The most that a call can cost in USD: no usage of at most so many tokens and units, however its prompt is split
     * into fresh, cached and written tokens and its answer into text and reasoning, has a {@link #cost} above it. It
     * counts the dearest price of every tier that such a prompt can reach.
     *
     * @param inputTokens at least 0; with 0 the price of input need not be known, and so for the others
     * @return null if a price that such a call can need is unknown
     */
    public @Nullable BigDecimal most(long inputTokens, long outputTokens, Units used) {
        if (inputTokens == 0 && outputTokens == 0) {
            return cost(TokenUsage.NONE, used);
        }
        BigDecimal most = base().most(inputTokens, outputTokens);
        for (PriceTier tier : tiers) {
            if (most != null && inputTokens > tier.abovePromptTokens()) {
                BigDecimal inTier = TokenPrices.of(tier).most(inputTokens, outputTokens);
                most = inTier == null ? null : most.max(inTier);
            }
        }
        BigDecimal byUnit = units.cost(used);
        return most == null || byUnit == null ? most : Decimals.plain(most.add(byUnit));
    }

    private TokenPrices base() {
        return new TokenPrices(input, output, cachedInput, cacheWrite, reasoning);
    }

    private @Nullable PriceTier tierOf(long promptTokens) {
        PriceTier highest = null;
        for (PriceTier tier : tiers) {
            if (promptTokens > tier.abovePromptTokens()
                    && (highest == null || tier.abovePromptTokens() > highest.abovePromptTokens())) {
                highest = tier;
            }
        }
        return highest;
    }
}
