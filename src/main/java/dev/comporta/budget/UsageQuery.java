package dev.comporta.budget;

import dev.comporta.budget.Projection.Recent;
import dev.comporta.core.SpendingUnit;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Reads how much of a client's ledgers is used; their windows are open already. */
final class UsageQuery {

    private static final Duration RECENT = Duration.ofDays(7);
    private static final Duration RECENT_AT_LEAST = Duration.ofDays(1);

    private UsageQuery() {}

    /** Null if the client has no budget. */
    static Future<@Nullable CurrentUsage> run(SqlClient sql, UUID clientId, Instant now) {
        return sql.preparedQuery("""
                        SELECT ledger.*, time_zone FROM budget_ledgers AS ledger
                        JOIN clients ON clients.id = ledger.client_id
                        WHERE ledger.client_id = $1 ORDER BY ledger.name, ledger.id
                        """).execute(Tuple.of(clientId)).compose(rows -> {
            Row budget = null;
            List<CurrentUsage.Limit> limits = new ArrayList<>();
            for (Row row : rows) {
                if (row.getString("kind").equals("budget")) {
                    budget = row;
                } else {
                    limits.add(limit(row));
                }
            }
            return budget == null ? Future.succeededFuture() : usage(sql, budget, limits, now);
        });
    }

    private static Future<@Nullable CurrentUsage> usage(
            SqlClient sql, Row row, List<CurrentUsage.Limit> limits, Instant now) {
        Instant start = instant(row, "window_start");
        Instant end = instant(row, "window_end");
        return recent(sql, row, start, end, now).map(recent -> {
            SpendingUnit unit = SpendingUnit.of(row.getString("unit"));
            BigDecimal used = row.getBigDecimal("used");
            BigDecimal limit = row.getBigDecimal("spending_limit");
            return new CurrentUsage(
                    row.getUUID("client_id"),
                    unit.word(),
                    row.getString("period"),
                    used,
                    held(row),
                    limit,
                    Projection.percentage(used, limit),
                    limit.subtract(used).max(BigDecimal.ZERO),
                    start,
                    end,
                    days(now, end, Windows.zone(row.getString("time_zone"))),
                    Projection.of(used, limit, unit.isMoney(), start, end, now, recent),
                    row.getBoolean("enforced"),
                    row.getBoolean("paused"),
                    optional(row, "exhausted_at"),
                    limits);
        });
    }

    private static CurrentUsage.Limit limit(Row row) {
        BigDecimal used = row.getBigDecimal("used");
        BigDecimal limit = row.getBigDecimal("spending_limit");
        return new CurrentUsage.Limit(
                row.getUUID("id"),
                row.getString("name"),
                row.getString("unit"),
                used,
                held(row),
                limit,
                limit.signum() == 0 ? BigDecimal.valueOf(100) : Projection.percentage(used, limit),
                limit.subtract(used).max(BigDecimal.ZERO),
                instant(row, "window_start"),
                instant(row, "window_end"),
                optional(row, "exhausted_at"));
    }

    private static Future<Recent> recent(SqlClient sql, Row row, Instant start, Instant end, Instant now) {
        if (!Projection.isEarly(start, end, now)) {
            return Future.succeededFuture(Recent.NONE);
        }
        return sql.preparedQuery("""
                        SELECT coalesce(sum(comporta_amount($2, usage)), 0) AS amount, min(created_at) AS since
                        FROM gateway_usage_logs AS usage
                        WHERE client_id = $1 AND created_at >= $3 AND created_at < $4
                        """)
                .execute(Tuple.of(
                        row.getUUID("client_id"),
                        row.getString("unit"),
                        start.minus(RECENT).atOffset(ZoneOffset.UTC),
                        start.atOffset(ZoneOffset.UTC)))
                .map(rows -> {
                    Row found = rows.iterator().next();
                    Instant since = optional(found, "since");
                    if (since == null) {
                        return Recent.NONE;
                    }
                    Duration in = Duration.between(since, start);
                    return new Recent(
                            found.getBigDecimal("amount"), in.compareTo(RECENT_AT_LEAST) < 0 ? RECENT_AT_LEAST : in);
                });
    }

    /** A lease may owe for a moment what its calls used beyond it. */
    private static BigDecimal held(Row row) {
        return row.getBigDecimal("leased").max(BigDecimal.ZERO);
    }

    private static long days(Instant now, Instant end, ZoneId zone) {
        LocalDate today = now.atZone(zone).toLocalDate();
        return Math.max(0, ChronoUnit.DAYS.between(today, end.atZone(zone).toLocalDate()));
    }

    private static Instant instant(Row row, String column) {
        return row.getOffsetDateTime(column).toInstant();
    }

    private static @Nullable Instant optional(Row row, String column) {
        return row.getOffsetDateTime(column) == null ? null : instant(row, column);
    }
}
