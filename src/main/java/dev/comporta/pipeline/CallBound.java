package dev.comporta.pipeline;

import dev.comporta.core.Bound;
import dev.comporta.core.Spending;
import dev.comporta.core.SpendingUnit;
import dev.comporta.core.TokenUsage;
import dev.comporta.core.Units;
import dev.comporta.model.ExchangeRate;
import dev.comporta.model.Prices;
import java.math.BigDecimal;

/**
 * The most that a call can use: no answer costs more, if the provider keeps to the limits that it is told.
 *
 * @param inputTokens of the prompt, at most
 * @param outputTokens of one answer, at most
 * @param choices how many answers there are
 * @param units what is used besides tokens, at most
 * @param rate by which the call's cost will be converted
 */
record CallBound(long inputTokens, long outputTokens, long choices, Units units, Prices prices, ExchangeRate rate) {

    /** Whether its price is known. */
    boolean isPriced() {
        return prices.most(inputTokens, outputTokens * choices, units) != null;
    }

    /** What it can use, apart. */
    Bound bound() {
        long output = outputTokens * choices;
        return new Bound(TokenUsage.of(inputTokens, output), units, prices.most(inputTokens, output, units));
    }

    /** What it can use. */
    Spending spending() {
        return spending(outputTokens);
    }

    /** What it can use if an answer is no longer than that. Money is zero where the price is unknown. */
    Spending spending(long output) {
        BigDecimal tokens = BigDecimal.valueOf(inputTokens + output * choices);
        BigDecimal usd = prices.most(inputTokens, output * choices, units);
        return usd == null
                ? new Spending(tokens, BigDecimal.ZERO, BigDecimal.ZERO, BigDecimal.ZERO)
                : new Spending(tokens, usd, usd.multiply(rate.usdToEur()), usd.multiply(rate.usdToBrl()));
    }

    /** How long an answer can be that an amount pays for: no longer than this bound's, and 0 if it pays for none. */
    long affordable(SpendingUnit unit, BigDecimal amount) {
        long low = 0;
        long high = outputTokens;
        while (low < high) {
            long middle = low + (high - low + 1) / 2;
            if (spending(middle).in(unit).compareTo(amount) <= 0) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    CallBound withOutput(long tokens) {
        return new CallBound(inputTokens, tokens, choices, units, prices, rate);
    }

    CallBound withInput(long tokens) {
        return new CallBound(tokens, outputTokens, choices, units, prices, rate);
    }
}
