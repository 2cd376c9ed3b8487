package dev.comporta.budget;

import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Opens the windows of ledgers that are over, or that are not those of their clients' time zone. */
final class Windows {

    /** A replica whose clock is ahead opens windows a little early, which the others leave as they are. */
    private static final Duration TOLERATED_SKEW = Duration.ofMinutes(10);

    private Windows() {}

    /** Opens those of one client. */
    static Future<Integer> openOf(SqlClient sql, UUID clientId, Instant now) {
        return open(sql, clientId, now);
    }

    /**
     * Opens those of all clients, whatever was missed before. Where several replicas do so, each window is opened once.
     *
     * @return how many were opened here; fails if one could not be, after the others were tried
     */
    static Future<Integer> openAll(SqlClient sql, Instant now) {
        return open(sql, null, now);
    }

    private static Future<Integer> open(SqlClient sql, @Nullable UUID clientId, Instant now) {
        return sql.preparedQuery("""
                        SELECT ledger.id, generation, period, window_start, window_end, time_zone
                        FROM budget_ledgers AS ledger JOIN clients ON clients.id = ledger.client_id
                        WHERE $1::uuid IS NULL OR ledger.client_id = $1
                        ORDER BY ledger.id
                        """).execute(Tuple.of(clientId)).compose(rows -> {
            List<Row> due = new ArrayList<>();
            for (Row row : rows) {
                if (!isCurrent(row, now)) {
                    due.add(row);
                }
            }
            return openEach(sql, due.iterator(), now, 0, null);
        });
    }

    /** One after the other: each opening keeps usage from being settled while it sums up the log. */
    private static Future<Integer> openEach(
            SqlClient sql, Iterator<Row> due, Instant now, int opened, @Nullable Throwable failure) {
        if (!due.hasNext()) {
            return failure == null ? Future.succeededFuture(opened) : Future.failedFuture(failure);
        }
        return openOne(sql, due.next(), now)
                .map(here -> here ? 1 : 0)
                .transform(result -> result.succeeded()
                        ? openEach(sql, due, now, opened + result.result(), failure)
                        : openEach(sql, due, now, opened, result.cause()));
    }

    private static Future<Boolean> openOne(SqlClient sql, Row row, Instant now) {
        Window window = window(row, now);
        return sql.preparedQuery("SELECT comporta_open_window($1, $2, $3, $4, $5)")
                .execute(Tuple.of(
                        row.getUUID("id"),
                        row.getLong("generation"),
                        window.start().atOffset(ZoneOffset.UTC),
                        window.end().atOffset(ZoneOffset.UTC),
                        window.firstDay()))
                .map(rows -> rows.iterator().next().getBoolean(0));
    }

    private static boolean isCurrent(Row row, Instant now) {
        Instant start = row.getOffsetDateTime("window_start").toInstant();
        Instant end = row.getOffsetDateTime("window_end").toInstant();
        // Else a clock that was years ahead for a moment would have switched the limit off for years.
        Instant looked = start.isAfter(now) && start.isBefore(now.plus(TOLERATED_SKEW)) ? start : now;
        Window window = window(row, looked);
        return window.start().equals(start) && window.end().equals(end);
    }

    private static Window window(Row row, Instant at) {
        return BudgetPeriod.of(row.getString("period")).window(at, zone(row.getString("time_zone")));
    }

    /** One that was misspelt by plain SQL is taken for UTC. */
    static ZoneId zone(String name) {
        try {
            return ZoneId.of(name);
        } catch (DateTimeException e) {
            return ZoneOffset.UTC;
        }
    }
}
