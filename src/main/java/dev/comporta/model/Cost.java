package dev.comporta.model;

import java.math.BigDecimal;

/**
 * One amount in three currencies, exact: nothing is rounded. Write amounts with {@link BigDecimal#toPlainString()}.
 *
 * @param rate by which {@code eur} and {@code brl} were made from {@code usd}
 */
public record Cost(BigDecimal usd, BigDecimal eur, BigDecimal brl, ExchangeRate rate) {

    public static Cost of(BigDecimal usd, ExchangeRate rate) {
        return new Cost(
                usd,
                Decimals.plain(usd.multiply(rate.usdToEur())),
                Decimals.plain(usd.multiply(rate.usdToBrl())),
                rate);
    }
}
