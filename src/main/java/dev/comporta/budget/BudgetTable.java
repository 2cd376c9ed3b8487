package dev.comporta.budget;

import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.core.SpendingUnit;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import io.vertx.sqlclient.data.Numeric;
import java.math.BigDecimal;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The statements about {@code client_budgets}. */
final class BudgetTable {

    private BudgetTable() {}

    /** Fails with {@link ErrorCode#CLIENT_NOT_FOUND} if there is no such client, or it is deleted. */
    static Future<Void> requireClient(SqlClient sql, UUID clientId) {
        return sql.preparedQuery("SELECT FROM clients WHERE id = $1 AND deleted_at IS NULL")
                .execute(Tuple.of(clientId))
                .compose(rows -> rows.size() == 0
                        ? Future.failedFuture(new GatewayError(
                                ErrorCode.CLIENT_NOT_FOUND, "There is no client with this id.", "clientId"))
                        : Future.succeededFuture());
    }

    /** Null if the client has none. */
    static Future<@Nullable BudgetView> find(SqlClient sql, UUID clientId) {
        return find(sql, clientId, "");
    }

    /** Keeps it from being changed until the transaction ends. */
    static Future<@Nullable BudgetView> lock(SqlClient sql, UUID clientId) {
        return find(sql, clientId, " FOR UPDATE");
    }

    private static Future<@Nullable BudgetView> find(SqlClient sql, UUID clientId, String locking) {
        return sql.preparedQuery("SELECT * FROM client_budgets WHERE client_id = $1" + locking)
                .execute(Tuple.of(clientId))
                .map(rows ->
                        rows.size() == 0 ? null : BudgetView.of(rows.iterator().next()));
    }

    /** Makes it, or sets what {@code settings} say and keeps the rest. */
    static Future<Void> write(SqlClient sql, UUID clientId, @Nullable BudgetView before, BudgetSettings settings) {
        try {
            return before == null ? insert(sql, clientId, settings) : update(sql, before, settings);
        } catch (GatewayError refused) {
            return Future.failedFuture(refused);
        }
    }

    private static Future<Void> insert(SqlClient sql, UUID clientId, BudgetSettings settings) {
        settings.checkNew();
        checkWhole(settings.budgetType, settings.budgetLimit);
        return sql.preparedQuery("""
                        INSERT INTO client_budgets (client_id, budget_type, budget_limit, budget_period,
                            alert_threshold_80, alert_threshold_90, alert_threshold_100, pause_at_limit, is_paused,
                            notification_email, notification_webhook, webhook_secret)
                        VALUES ($1, $2, $3, $4, coalesce($5, true), coalesce($6, true), coalesce($7, true),
                            coalesce($8, true), coalesce($9, false), nullif($10, ''), nullif($11, ''), nullif($12, ''))
                        """).execute(values(clientId, settings)).mapEmpty();
    }

    private static Future<Void> update(SqlClient sql, BudgetView before, BudgetSettings settings) {
        String type = settings.budgetType == null ? before.budgetType() : settings.budgetType;
        BigDecimal limit = settings.budgetLimit == null ? before.budgetLimit() : settings.budgetLimit;
        checkWhole(type, limit);
        boolean pauses = settings.pauseAtLimit == null ? before.pauseAtLimit() : settings.pauseAtLimit;
        boolean countsOn = type.equals(before.budgetType())
                && (settings.budgetPeriod == null || settings.budgetPeriod.equals(before.budgetPeriod()));
        if (before.isPaused()
                && Boolean.FALSE.equals(settings.isPaused)
                && countsOn
                && pauses
                && before.currentUsage().compareTo(limit) >= 0) {
            throw new GatewayError(
                    ErrorCode.CONFLICT,
                    "The limit of %s is used up: raise budgetLimit above %s, set pauseAtLimit to false, or wait until %s."
                            .formatted(
                                    limit.toPlainString(), before.currentUsage().toPlainString(), before.nextResetAt()),
                    "isPaused");
        }
        return sql.preparedQuery("""
                        UPDATE client_budgets SET
                            budget_type = coalesce($2, budget_type),
                            budget_limit = coalesce($3, budget_limit),
                            budget_period = coalesce($4, budget_period),
                            alert_threshold_80 = coalesce($5, alert_threshold_80),
                            alert_threshold_90 = coalesce($6, alert_threshold_90),
                            alert_threshold_100 = coalesce($7, alert_threshold_100),
                            pause_at_limit = coalesce($8, pause_at_limit),
                            is_paused = coalesce($9, is_paused),
                            notification_email = nullif(coalesce($10, notification_email), ''),
                            notification_webhook = nullif(coalesce($11, notification_webhook), ''),
                            webhook_secret = nullif(coalesce($12, webhook_secret), '')
                        WHERE client_id = $1
                        """)
                .execute(values(before.clientId(), settings))
                .mapEmpty();
    }

    private static Tuple values(UUID clientId, BudgetSettings settings) {
        BigDecimal limit = settings.budgetLimit;
        return Tuple.from(new Object[] {
            clientId,
            settings.budgetType,
            limit == null
                    ? null
                    : Numeric.create(new BigDecimal(limit.stripTrailingZeros().toPlainString())),
            settings.budgetPeriod,
            settings.alertThreshold80,
            settings.alertThreshold90,
            settings.alertThreshold100,
            settings.pauseAtLimit,
            settings.isPaused,
            settings.notificationEmail,
            settings.notificationWebhook,
            settings.webhookSecret
        });
    }

    private static void checkWhole(@Nullable String type, @Nullable BigDecimal limit) {
        if (SpendingUnit.TOKENS.word().equals(type)
                && limit != null
                && limit.stripTrailingZeros().scale() > 0) {
            throw BudgetSettings.invalid("budgetLimit", "budgetLimit must be a whole number of tokens.");
        }
    }

    /** Completes with whether there was one. */
    static Future<Boolean> delete(SqlClient sql, UUID clientId) {
        return sql.preparedQuery("DELETE FROM client_budgets WHERE client_id = $1")
                .execute(Tuple.of(clientId))
                .map(rows -> rows.rowCount() > 0);
    }
}
