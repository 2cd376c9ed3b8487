package dev.comporta.model;

import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.LocalDate;
import java.time.ZoneOffset;

/** The rates by which costs are converted. Thread-safe; never waits. */
@ApplicationScoped
public class ExchangeRates {

    private static final String FALLBACK = "fallback";

    private final ExchangeRateConfig config;
    private final Clock clock;

    ExchangeRates(ExchangeRateConfig config, Clock clock) {
        this.config = config;
        this.clock = clock;
    }

    /** The rates of today. */
    public ExchangeRate current() {
        LocalDate today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
        return new ExchangeRate(config.fallback().usdToEur(), config.fallback().usdToBrl(), today, FALLBACK);
    }
}
