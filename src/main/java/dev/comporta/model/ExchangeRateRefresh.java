package dev.comporta.model;

import dev.comporta.admin.Sql;
import dev.comporta.core.Job;
import dev.comporta.store.Database;
import dev.comporta.store.StartupFailure;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.interceptor.Interceptor;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import org.jboss.logging.Logger;

/**
 * Sees that there are rates of today: at start, as a job, and every {@link #PAUSE} in case that failed. Looking costs
 * nothing while there are; else all replicas together ask once in a pause, because each claims the turn in the database
 * before it asks. A failure changes nothing but the source that rows name.
 */
@ApplicationScoped
class ExchangeRateRefresh implements Job {

    /** Between two looks, and between two questions of all replicas together. */
    static final Duration PAUSE = Duration.ofMinutes(15);

    private static final Duration TURN = Duration.ofHours(6);

    /** Looks come at fixed times and answers a moment after them; none should have to wait for the look after. */
    private static final Duration MOMENT = Duration.ofMinutes(1);

    private static final Logger LOG = Logger.getLogger(ExchangeRateRefresh.class);

    private final Database database;
    private final ExchangeRates rates;
    private final ExchangeRateSource source;
    private final Duration lifetime;
    private volatile boolean failing;

    ExchangeRateRefresh(Database database, ExchangeRates rates, ExchangeRateSource source, ExchangeRateConfig config) {
        this.database = database;
        this.rates = rates;
        this.source = source;
        lifetime = config.refreshInterval();
        if (lifetime.compareTo(PAUSE) < 0) {
            throw new StartupFailure(
                    "The setting gateway.exchange-rates.refresh-interval is too short: write 15M or more.");
        }
    }

    /** Before the database is opened, so that a wrong setting is told first. */
    void start(@Observes @Priority(Interceptor.Priority.LIBRARY_BEFORE) StartupEvent event, Vertx vertx, Clock clock) {
        watch(vertx, clock);
    }

    /** Looks as soon as the database is open, and then from time to time. */
    void watch(Vertx vertx, Clock clock) {
        if (source.name().isPresent()) {
            database.opened().onSuccess(open -> {
                run(clock.instant());
                vertx.setPeriodic(PAUSE.toMillis(), look -> run(clock.instant()));
            });
        }
    }

    @Override
    public String name() {
        return "refresh-exchange-rates";
    }

    @Override
    public Duration interval() {
        return lifetime.compareTo(TURN) < 0 ? lifetime : TURN;
    }

    @Override
    public Future<String> run(Instant now) {
        if (source.name().isEmpty()) {
            return Future.succeededFuture("gateway.exchange-rates.url is empty: nobody to ask");
        }
        if (!isDue(now)) {
            return Future.succeededFuture("the rates of today are there");
        }
        Instant since = now.minus(PAUSE).plus(MOMENT);
        return Sql.run(database, pool -> ExchangeRateTable.claim(pool, now, since, now.plus(PAUSE)))
                .compose(mine -> mine
                        ? renew(now)
                        : Future.succeededFuture(
                                "asked already within the last %d minutes".formatted(PAUSE.toMinutes())));
    }

    /** What somebody else wrote lasts for its day. */
    private boolean isDue(Instant now) {
        LocalDate today = day(now);
        StoredExchangeRate newest = rates.newestUntil(today);
        return newest == null
                || !newest.rateDate().equals(today)
                || newest.source().equals(host())
                        && !newest.fetchedAt().isAfter(now.minus(lifetime).plus(MOMENT));
    }

    private Future<String> renew(Instant now) {
        LocalDate today = day(now);
        return source.ask()
                .map(asked -> asked.following(rates.at(today)))
                .onSuccess(asked -> recovered())
                .onFailure(this::failed)
                .map(asked -> new StoredExchangeRate(today, asked.eur(), asked.brl(), host(), now))
                .compose(this::store);
    }

    private Future<String> store(StoredExchangeRate rate) {
        return Sql.run(database, pool -> ExchangeRateTable.refresh(pool, rate))
                .compose(written -> rates.reload().otherwiseEmpty().map(reloaded -> written))
                .map(written -> (written
                                ? "stored the rates of %s from %s"
                                : "the rates of %s are not from %s: left alone")
                        .formatted(rate.rateDate(), rate.source()));
    }

    private void recovered() {
        if (failing) {
            failing = false;
            LOG.infof("There are exchange rates from %s again", host());
        }
    }

    /** Told once, not every quarter of an hour. */
    private void failed(Throwable failure) {
        String reason = failure instanceof ExchangeRateSource.Unusable
                ? failure.getMessage()
                : failure.getClass().getSimpleName();
        LOG.logf(
                failing ? Logger.Level.DEBUG : Logger.Level.WARN,
                "No exchange rates from %s: %s. The newest stored rates serve, else the configured ones",
                host(),
                reason);
        failing = true;
    }

    private String host() {
        return source.name().orElseThrow();
    }

    private static LocalDate day(Instant now) {
        return LocalDate.ofInstant(now, ZoneOffset.UTC);
    }
}
