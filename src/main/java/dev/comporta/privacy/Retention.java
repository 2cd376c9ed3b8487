package dev.comporta.privacy;

import dev.comporta.core.Job;
import dev.comporta.store.Database;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/**
 * Lets go of rows that are older than the settings say. Usage and costs go by whole months, whose tables are dropped;
 * payloads to the day. Budgets count the usage of their present period anew when they must, so what may belong to one
 * stays.
 */
@ApplicationScoped
public class Retention implements Job {

    private static final int BATCH = 10_000;
    /** The time zones farthest from Greenwich: where a month begins first, and where it ends last. */
    private static final Duration EARLIEST_MIDNIGHT = Duration.ofHours(14);

    private static final Duration LATEST_MIDNIGHT = Duration.ofHours(12);
    private static final Duration WEEK = Duration.ofDays(9);

    private final Database database;
    private final RetentionConfig config;

    Retention(Database database, RetentionConfig config) {
        this.database = database;
        this.config = config;
    }

    @Override
    public String name() {
        return "apply-retention";
    }

    @Override
    public Duration interval() {
        return Duration.ofDays(1);
    }

    @Override
    public Future<String> run(Instant now) {
        Instant beforePeriods = beforePeriods(now);
        List<String> done = new ArrayList<>();
        return months("gateway_usage_logs", config.usageLogs(), now, beforePeriods, done)
                .compose(usage -> forgetInSums(config.usageLogs(), now, beforePeriods))
                .compose(sums -> months("cost_events", config.costEvents(), now, beforePeriods, done))
                .compose(costs -> days("gateway_payloads", config.payloads(), now, done))
                .map(all -> done.isEmpty() ? "nothing is old enough" : String.join(", ", done));
    }

    /** Before the first moment that may belong to the present day, week or month of anybody. */
    static Instant beforePeriods(Instant now) {
        Instant month = now.minus(LATEST_MIDNIGHT)
                .atOffset(ZoneOffset.UTC)
                .truncatedTo(ChronoUnit.DAYS)
                .withDayOfMonth(1)
                .toInstant()
                .minus(EARLIEST_MIDNIGHT);
        Instant week = now.minus(WEEK);
        return month.isBefore(week) ? month : week;
    }

    private Future<Void> months(String table, Duration keep, Instant now, Instant latest, List<String> done) {
        if (isForEver(keep)) {
            return Future.succeededFuture();
        }
        Instant wanted = now.minus(keep);
        OffsetDateTime before = (wanted.isBefore(latest) ? wanted : latest).atOffset(ZoneOffset.UTC);
        return drop(table, before, done).compose(dropped -> delete(table, before, false, 0, done));
    }

    /** Whom the log has forgotten, the sums that were made of it forget too; how much it was they keep. */
    private Future<Void> forgetInSums(Duration keep, Instant now, Instant latest) {
        if (isForEver(keep)) {
            return Future.succeededFuture();
        }
        Instant wanted = now.minus(keep);
        return sql().preparedQuery("SELECT comporta_forget_rollups($1)")
                .execute(Tuple.of(LocalDate.ofInstant(wanted.isBefore(latest) ? wanted : latest, ZoneOffset.UTC)))
                .mapEmpty();
    }

    private Future<Void> days(String table, Duration keep, Instant now, List<String> done) {
        if (isForEver(keep)) {
            return Future.succeededFuture();
        }
        OffsetDateTime before = now.minus(keep).atOffset(ZoneOffset.UTC);
        return drop(table, before, done).compose(dropped -> delete(table, before, true, 0, done));
    }

    private static boolean isForEver(Duration keep) {
        return keep.isZero() || keep.isNegative();
    }

    private Future<Void> drop(String table, OffsetDateTime before, List<String> done) {
        return sql().preparedQuery("SELECT comporta_drop_months($1, $2)")
                .execute(Tuple.of(table, before))
                .map(rows -> {
                    for (String month : rows.iterator().next().getArrayOfStrings(0)) {
                        done.add("dropped " + month);
                    }
                    return null;
                });
    }

    /** In batches, so that nobody waits for long. */
    private Future<Void> delete(
            String table, OffsetDateTime before, boolean everywhere, long sofar, List<String> done) {
        return sql().preparedQuery("SELECT comporta_delete_older($1, $2, $3, $4)")
                .execute(Tuple.of(table, before, everywhere, BATCH))
                .compose(rows -> {
                    long batch = rows.iterator().next().getLong(0);
                    if (batch == BATCH) {
                        return delete(table, before, everywhere, sofar + batch, done);
                    }
                    if (sofar + batch > 0) {
                        done.add("deleted %d rows of %s".formatted(sofar + batch, table));
                    }
                    return Future.succeededFuture();
                });
    }

    private SqlClient sql() {
        return database.pool();
    }
}
