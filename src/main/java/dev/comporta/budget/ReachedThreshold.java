package dev.comporta.budget;

import dev.comporta.alert.Alert;
import dev.comporta.alert.Recipient;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A threshold of a budget that was reached in a period, and what is to be said about it. */
record ReachedThreshold(
        UUID budgetId,
        UUID clientId,
        String client,
        LocalDate periodStart,
        int threshold,
        String type,
        String period,
        BigDecimal limit,
        BigDecimal usage,
        boolean pausesAtLimit,
        boolean isCurrent,
        OffsetDateTime nextResetAt,
        @Nullable String email,
        @Nullable String webhook,
        @Nullable String webhookSecret) {

    static ReachedThreshold of(Row row) {
        return new ReachedThreshold(
                row.getUUID("budget_id"),
                row.getUUID("client_id"),
                row.getString("client").replaceAll("\\p{Cntrl}", " "),
                row.getLocalDate("period_start"),
                row.getShort("threshold"),
                row.getString("budget_type"),
                row.getString("budget_period"),
                row.getBigDecimal("budget_limit"),
                row.getBigDecimal("usage"),
                row.getBoolean("pause_at_limit"),
                row.getBoolean("is_current"),
                row.getOffsetDateTime("next_reset_at"),
                row.getString("notification_email"),
                row.getString("notification_webhook"),
                row.getString("webhook_secret"));
    }

    Alert alert() {
        return new Alert(
                "budget/%s/%s/%d".formatted(budgetId, periodStart, threshold),
                "budget.threshold_reached",
                clientId,
                subject(),
                text(),
                data());
    }

    List<Recipient> recipients() {
        List<Recipient> to = new ArrayList<>(2);
        if (email != null) {
            to.add(Recipient.email(email));
        }
        if (webhook != null) {
            to.add(Recipient.webhook(webhook, webhookSecret));
        }
        return to;
    }

    private String subject() {
        return threshold == 100
                ? "%s: the %s budget is used up".formatted(client, period)
                : "%s: %d %% of the %s budget is used".formatted(client, threshold, period);
    }

    private String text() {
        return """
                %s has used %s of %s %s (%s %%) in the %s period that began on %s.
                %s""".formatted(
                        client,
                        usage.toPlainString(),
                        limit.toPlainString(),
                        type.equals("tokens") ? type : type.toUpperCase(Locale.ROOT),
                        percentage().toPlainString(),
                        period,
                        periodStart,
                        consequence());
    }

    private String consequence() {
        if (!isCurrent) {
            return "That period is over.";
        }
        String reset = "it begins anew at " + nextResetAt.toInstant();
        if (!pausesAtLimit) {
            return "Calls go on beyond the limit; " + reset + ".";
        }
        return threshold == 100
                ? "Calls that the rest does not pay for are refused; raise the limit, or wait: " + reset + "."
                : "At the limit calls are refused; " + reset + ".";
    }

    private BigDecimal percentage() {
        return Projection.percentage(usage, limit);
    }

    private JsonObject data() {
        return new JsonObject()
                .put("clientId", clientId.toString())
                .put("clientName", client)
                .put("budgetId", budgetId.toString())
                .put("budgetType", type)
                .put("budgetPeriod", period)
                .put("budgetLimit", limit)
                .put("currentUsage", usage)
                .put("usagePercentage", percentage())
                .put("threshold", threshold)
                .put("pauseAtLimit", pausesAtLimit)
                .put("periodStartDate", periodStart.toString());
    }

    /** Without the secret. */
    @Override
    public String toString() {
        return "budget " + budgetId + " at " + threshold;
    }
}
