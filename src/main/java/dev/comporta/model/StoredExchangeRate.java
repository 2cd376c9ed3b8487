package dev.comporta.model;

import io.quarkus.runtime.annotations.RegisterForReflection;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;

/**
 * A row of {@code exchange_rates}, and what the API shows of it.
 *
 * @param rateDate the day, in UTC
 * @param usdToEur euros for one dollar
 * @param usdToBrl reais for one dollar
 * @param source the host that was asked, or {@code manual}
 * @param fetchedAt when it was written
 */
@RegisterForReflection
public record StoredExchangeRate(
        LocalDate rateDate, BigDecimal usdToEur, BigDecimal usdToBrl, String source, Instant fetchedAt) {

    /** The source of what an administrator wrote. */
    static final String MANUAL = "manual";

    /** This rate used on a day, which is its own or a later one. */
    ExchangeRate usedOn(LocalDate day) {
        return new ExchangeRate(
                usdToEur, usdToBrl, rateDate, rateDate.equals(day) ? source : source + ExchangeRate.STORED);
    }
}
