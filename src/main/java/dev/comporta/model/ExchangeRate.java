package dev.comporta.model;

import java.math.BigDecimal;
import java.time.LocalDate;

/**
 * What one US dollar is worth.
 *
 * @param usdToEur euros for one dollar
 * @param usdToBrl reais for one dollar
 * @param date the day that the rates are of, in UTC
 * @param source where they came from; {@code fallback} for the configured constants
 */
public record ExchangeRate(BigDecimal usdToEur, BigDecimal usdToBrl, LocalDate date, String source) {}
