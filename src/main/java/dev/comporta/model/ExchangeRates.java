package dev.comporta.model;

import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.store.Database;
import dev.comporta.store.Live;
import io.quarkus.runtime.Startup;
import io.vertx.core.Future;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The rates by which costs are converted, in memory. Thread-safe; never waits. A change of the table, by whomever,
 * holds within a second.
 */
@ApplicationScoped
@Startup(ModelRegistry.BEFORE_THE_DATABASE_OPENS)
public class ExchangeRates {

    /** Rates can be written for so many days to come: each holds from its day on. */
    static final int DAYS_AHEAD = 7;

    /** More than a year, in which reports look back; the days ahead included. */
    private static final int DAYS_IN_MEMORY = 400;

    private final ExchangeRateConfig config;
    private final Clock clock;
    private final Live<List<StoredExchangeRate>> newestFirst;

    ExchangeRates(Database database, ExchangeRateConfig config, Clock clock) {
        this.config = config;
        this.clock = clock;
        newestFirst = database.live(
                "the exchange rates",
                Set.of(ExchangeRateTable.NAME),
                sql -> ExchangeRateTable.newest(sql, today().plusDays(DAYS_AHEAD), DAYS_IN_MEMORY));
    }

    /**
     * The rates of today. A call asks once and is priced by what it got, also when the day or the rates change
     * meanwhile.
     */
    public ExchangeRate current() {
        return at(today());
    }

    /**
     * The rates of a day in UTC: those stored for it, else the newest before it, else the configured constants. Days
     * more than a year ago are no longer in memory.
     */
    public ExchangeRate at(LocalDate day) {
        StoredExchangeRate stored = newestUntil(day);
        return stored == null
                ? new ExchangeRate(
                        config.fallback().usdToEur(), config.fallback().usdToBrl(), day, ExchangeRate.FALLBACK)
                : stored.usedOn(day);
    }

    /** Today in UTC. */
    LocalDate today() {
        return LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
    }

    /** The newest stored rates of this day or one before it. */
    @Nullable
    StoredExchangeRate newestUntil(LocalDate day) {
        for (StoredExchangeRate rate : stored()) {
            if (!rate.rateDate().isAfter(day)) {
                return rate;
            }
        }
        return null;
    }

    /** What is stored from this day on, newest first. */
    List<StoredExchangeRate> since(LocalDate day) {
        return newestFirst.get().stream()
                .filter(rate -> !rate.rateDate().isBefore(day))
                .toList();
    }

    /** Completes when what was written before this call can be read here. */
    Future<Void> reload() {
        return newestFirst.reload();
    }

    /** None while the database was never reached: a rate is no reason to fail. */
    private List<StoredExchangeRate> stored() {
        try {
            return newestFirst.get();
        } catch (GatewayError unreached) {
            if (unreached.code() != ErrorCode.ACCOUNTING_UNAVAILABLE) {
                throw unreached;
            }
            return List.of();
        }
    }
}
