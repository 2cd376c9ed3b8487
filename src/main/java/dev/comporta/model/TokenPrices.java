package dev.comporta.model;

import dev.comporta.core.TokenUsage;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/** The prices of tokens that hold for one size of prompt, in USD per million; null is unknown. */
record TokenPrices(
        @Nullable BigDecimal input,
        @Nullable BigDecimal output,
        @Nullable BigDecimal cachedInput,
        @Nullable BigDecimal cacheWrite,
        @Nullable BigDecimal reasoning) {

    private static final int MILLION = 6;

    /** What has no price of its own costs what its kind does. */
    TokenPrices {
        cachedInput = cachedInput == null ? input : cachedInput;
        cacheWrite = cacheWrite == null ? input : cacheWrite;
        reasoning = reasoning == null ? output : reasoning;
    }

    static TokenPrices of(PriceTier tier) {
        return new TokenPrices(tier.input(), tier.output(), tier.cachedInput(), tier.cacheWrite(), null);
    }

    /** Null if a price that this usage needs is unknown, or if neither input nor output has one. */
    @Nullable
    BigDecimal cost(TokenUsage usage) {
        if (input == null && output == null) {
            return null;
        }
        long cached = usage.cachedTokens();
        long written = usage.cacheWriteTokens();
        long reasoned = usage.reasoningTokens();
        // A provider that counts more parts than there is of the whole must not lower the bill.
        long fresh = Math.max(0, usage.inputTokens() - cached - written);
        long said = Math.max(0, usage.outputTokens() - reasoned);
        BigDecimal sum = add(BigDecimal.ZERO, fresh, input);
        sum = add(sum, cached, cachedInput);
        sum = add(sum, written, cacheWrite);
        sum = add(sum, said, output);
        sum = add(sum, reasoned, reasoning);
        return inDollars(sum);
    }

    /** The most that so many tokens cost, whatever of them is cached, written or reasoning; null if that is unknown. */
    @Nullable
    BigDecimal most(long inputTokens, long outputTokens) {
        BigDecimal sum = add(BigDecimal.ZERO, inputTokens, dearest(input, cachedInput, cacheWrite));
        return inDollars(add(sum, outputTokens, dearest(output, reasoning)));
    }

    private static @Nullable BigDecimal dearest(@Nullable BigDecimal... prices) {
        BigDecimal dearest = BigDecimal.ZERO;
        for (BigDecimal price : prices) {
            if (price == null) {
                return null;
            }
            dearest = dearest.max(price);
        }
        return dearest;
    }

    /** Null, once unknown, stays unknown. */
    private static @Nullable BigDecimal add(@Nullable BigDecimal sum, long tokens, @Nullable BigDecimal price) {
        if (sum == null || tokens == 0) {
            return sum;
        }
        return price == null ? null : sum.add(price.multiply(BigDecimal.valueOf(tokens)));
    }

    private static @Nullable BigDecimal inDollars(@Nullable BigDecimal perMillion) {
        return perMillion == null ? null : Decimals.plain(perMillion.movePointLeft(MILLION));
    }
}
