package dev.comporta.model;

import dev.comporta.core.TokenUsage;
import dev.comporta.core.Units;
import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a model's tokens cost, in USD per million. A null price is unknown, which is not the same as free. Immutable.
 *
 * @param cachedInput of prompt tokens read from the provider's cache; without it they cost {@code input}
 * @param cacheWrite of prompt tokens written to the provider's cache; without it they cost {@code input}
 * @param tiers other prices for long prompts, in any order
 * @param units what is not counted in tokens
 */
public record Prices(
        @Nullable BigDecimal input,
        @Nullable BigDecimal output,
        @Nullable BigDecimal cachedInput,
        @Nullable BigDecimal cacheWrite,
        List<PriceTier> tiers,
        UnitPrices units) {

    private static final int MILLION = 6;

    /** Nothing is known. */
    public static final Prices UNKNOWN = new Prices(null, null, null, null, List.of(), UnitPrices.UNKNOWN);

    public Prices {
        tiers = List.copyOf(tiers);
    }

    /** Of a model that is priced by tokens alone. */
    public Prices(
            @Nullable BigDecimal input,
            @Nullable BigDecimal output,
            @Nullable BigDecimal cachedInput,
            @Nullable BigDecimal cacheWrite,
            List<PriceTier> tiers) {
        this(input, output, cachedInput, cacheWrite, tiers, UnitPrices.UNKNOWN);
    }

    /** Whether it is known to cost nothing, whatever is used. */
    public boolean isFree() {
        return input != null
                && input.signum() == 0
                && (output == null || output.signum() == 0)
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
        return tier == null
                ? cost(usage, input, output, cachedInput, cacheWrite)
                : cost(usage, tier.input(), tier.output(), tier.cachedInput(), tier.cacheWrite());
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

    private static @Nullable BigDecimal cost(
            TokenUsage usage,
            @Nullable BigDecimal input,
            @Nullable BigDecimal output,
            @Nullable BigDecimal cachedInput,
            @Nullable BigDecimal cacheWrite) {
        if (input == null && output == null) {
            return null;
        }
        long cached = usage.cachedTokens();
        long written = usage.cacheWriteTokens();
        // A provider that counts more cached than sent tokens must not lower the bill.
        long fresh = Math.max(0, usage.inputTokens() - cached - written);
        BigDecimal sum = add(BigDecimal.ZERO, fresh, input);
        sum = add(sum, cached, cachedInput == null ? input : cachedInput);
        sum = add(sum, written, cacheWrite == null ? input : cacheWrite);
        sum = add(sum, usage.outputTokens(), output);
        return sum == null ? null : Decimals.plain(sum.movePointLeft(MILLION));
    }

    /** Null, once unknown, stays unknown. */
    private static @Nullable BigDecimal add(@Nullable BigDecimal sum, long tokens, @Nullable BigDecimal price) {
        if (sum == null || tokens == 0) {
            return sum;
        }
        return price == null ? null : sum.add(price.multiply(BigDecimal.valueOf(tokens)));
    }
}
