package dev.comporta.model;

import io.quarkus.runtime.annotations.RegisterForReflection;
import java.math.BigDecimal;
import java.time.LocalDate;

/**
 * What one US dollar is worth. Immutable; a call is priced with one of these.
 *
 * @param usdToEur euros for one dollar
 * @param usdToBrl reais for one dollar
 * @param date the day that the rates are of, in UTC
 * @param source where they came from: the host that was asked or {@code manual} for rates of the day itself, the same
 *     with {@link #STORED} appended for the newest ones before it, {@link #FALLBACK} for the configured constants
 */
@RegisterForReflection
public record ExchangeRate(BigDecimal usdToEur, BigDecimal usdToBrl, LocalDate date, String source) {

    /** The source of the configured constants, which hold while no others are known. */
    public static final String FALLBACK = "fallback";

    /** What a source ends with if the rates are older than the day that they are used for. */
    public static final String STORED = " (stored)";
}
