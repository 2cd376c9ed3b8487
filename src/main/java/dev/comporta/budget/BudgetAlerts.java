package dev.comporta.budget;

import dev.comporta.alert.Alerts;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Tells of thresholds that were reached: the database notes them in {@code budget_alerts} with the usage that reaches
 * them, and here each is raised once. Where several were passed since the last look, one alert tells of the highest.
 */
final class BudgetAlerts {

    /** The index of what was not raised makes this cheap however often it is asked. */
    private static final String PENDING = """
            SELECT DISTINCT budget_id, period_start FROM budget_alerts WHERE raised_at IS NULL
            ORDER BY budget_id, period_start
            """;

    /** Whoever comes second waits here, and finds nothing left. */
    private static final String LOCK = """
            SELECT threshold FROM budget_alerts
            WHERE budget_id = $1 AND period_start = $2 AND raised_at IS NULL ORDER BY threshold FOR UPDATE
            """;

    private static final String REACHED = """
            SELECT alert.*, clients.name AS client, budget.budget_period, budget.pause_at_limit, budget.next_reset_at,
                budget.period_start_date = alert.period_start AS is_current,
                budget.notification_email, budget.notification_webhook, budget.webhook_secret
            FROM budget_alerts AS alert
            JOIN client_budgets AS budget ON budget.id = alert.budget_id
            JOIN clients ON clients.id = budget.client_id
            WHERE alert.budget_id = $1 AND alert.period_start = $2 AND alert.threshold = $3
                AND NOT EXISTS (
                    SELECT FROM budget_alerts AS higher
                    WHERE higher.budget_id = $1 AND higher.period_start = $2 AND higher.threshold > $3)
            """;

    private static final String RAISED = """
            UPDATE budget_alerts SET raised_at = $4, raised_as = (
                SELECT max(threshold) FROM budget_alerts WHERE budget_id = $1 AND period_start = $2)
            WHERE budget_id = $1 AND period_start = $2 AND threshold <= $3 AND raised_at IS NULL
            """;

    private final Pool pool;
    private final Alerts alerts;

    BudgetAlerts(Pool pool, Alerts alerts) {
        this.pool = pool;
        this.alerts = alerts;
    }

    /** @return how many alerts were raised; fails if one could not be, after the others were tried */
    Future<Integer> raise(Instant now) {
        return pool.query(PENDING).execute().compose(rows -> {
            List<Row> pending = new ArrayList<>();
            rows.forEach(pending::add);
            return raiseEach(pending.iterator(), now, 0, null);
        });
    }

    private Future<Integer> raiseEach(Iterator<Row> pending, Instant now, int raised, @Nullable Throwable failure) {
        if (!pending.hasNext()) {
            return failure == null ? Future.succeededFuture(raised) : Future.failedFuture(failure);
        }
        Row next = pending.next();
        return pool.withTransaction(
                        sql -> raise(sql, next.getUUID("budget_id"), next.getLocalDate("period_start"), now))
                .map(isNew -> isNew ? 1 : 0)
                .transform(result -> result.succeeded()
                        ? raiseEach(pending, now, raised + result.result(), failure)
                        : raiseEach(pending, now, raised, result.cause()));
    }

    private Future<Boolean> raise(SqlClient sql, UUID budgetId, LocalDate periodStart, Instant now) {
        return sql.preparedQuery(LOCK).execute(Tuple.of(budgetId, periodStart)).compose(rows -> {
            short highest = 0;
            for (Row row : rows) {
                highest = row.getShort("threshold");
            }
            return highest == 0
                    ? Future.succeededFuture(false)
                    : raise(sql, Tuple.of(budgetId, periodStart, highest), now);
        });
    }

    private Future<Boolean> raise(SqlClient sql, Tuple threshold, Instant now) {
        Tuple raised = Tuple.tuple(new ArrayList<>(List.of(
                threshold.getValue(0), threshold.getValue(1), threshold.getValue(2), now.atOffset(ZoneOffset.UTC))));
        return sql.preparedQuery(REACHED)
                .execute(threshold)
                .compose(rows -> {
                    if (rows.size() == 0) {
                        // Somebody was told of a higher one already.
                        return Future.succeededFuture(false);
                    }
                    ReachedThreshold reached =
                            ReachedThreshold.of(rows.iterator().next());
                    return alerts.raise(sql, reached.alert(), reached.recipients());
                })
                .compose(isNew -> sql.preparedQuery(RAISED).execute(raised).map(isNew));
    }
}
