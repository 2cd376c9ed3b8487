package dev.comporta.core;

import java.math.BigDecimal;

/**
 * What a call uses, in every unit in which it can be limited. Exact.
 *
 * @param tokens input and output together
 */
public record Spending(BigDecimal tokens, BigDecimal usd, BigDecimal eur, BigDecimal brl) {

    /** Nothing. */
    public static final Spending NONE =
            new Spending(BigDecimal.ZERO, BigDecimal.ZERO, BigDecimal.ZERO, BigDecimal.ZERO);

    /** The amount in a unit. */
    public BigDecimal in(SpendingUnit unit) {
        return switch (unit) {
            case TOKENS -> tokens;
            case USD -> usd;
            case EUR -> eur;
            case BRL -> brl;
        };
    }
}
