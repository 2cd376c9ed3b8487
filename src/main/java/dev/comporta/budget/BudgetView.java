package dev.comporta.budget;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.vertx.sqlclient.Row;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A budget as the admin API shows it: the columns of {@code client_budgets} in camel case, without the secret.
 *
 * @param periodStartDate the first day of the period, in the client's time zone
 */
@RegisterForReflection
record BudgetView(
        UUID id,
        UUID clientId,
        String budgetType,
        BigDecimal budgetLimit,
        String budgetPeriod,
        BigDecimal currentUsage,
        BigDecimal usagePercentage,
        @Nullable LocalDate periodStartDate,
        @Nullable Instant nextResetAt,
        boolean alertThreshold80,
        boolean alertThreshold90,
        boolean alertThreshold100,
        boolean pauseAtLimit,
        @JsonProperty("isPaused") boolean isPaused,
        @Nullable String notificationEmail,
        @Nullable String notificationWebhook,
        boolean webhookSecretSet,
        Instant createdAt,
        Instant updatedAt) {

    static BudgetView of(Row row) {
        return new BudgetView(
                row.getUUID("id"),
                row.getUUID("client_id"),
                row.getString("budget_type"),
                row.getBigDecimal("budget_limit"),
                row.getString("budget_period"),
                row.getBigDecimal("current_usage"),
                row.getBigDecimal("usage_percentage"),
                row.getLocalDate("period_start_date"),
                row.getOffsetDateTime("next_reset_at") == null
                        ? null
                        : row.getOffsetDateTime("next_reset_at").toInstant(),
                row.getBoolean("alert_threshold_80"),
                row.getBoolean("alert_threshold_90"),
                row.getBoolean("alert_threshold_100"),
                row.getBoolean("pause_at_limit"),
                row.getBoolean("is_paused"),
                row.getString("notification_email"),
                row.getString("notification_webhook"),
                row.getString("webhook_secret") != null,
                row.getOffsetDateTime("created_at").toInstant(),
                row.getOffsetDateTime("updated_at").toInstant());
    }
}
