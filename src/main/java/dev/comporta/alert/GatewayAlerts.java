package dev.comporta.alert;

import dev.comporta.alert.AlertConfig.AlertsConfig;
import dev.comporta.core.Job;
import dev.comporta.store.Database;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Looks at how the providers do, and tells when trouble begins and when it is over, once for each episode. While nobody
 * calls a provider nothing is known of it, and its episode goes on.
 */
@ApplicationScoped
class GatewayAlerts implements Job {

    private final Database database;
    private final Alerts alerts;
    private final AlertsConfig config;
    private final List<Recipient> recipients = new ArrayList<>();

    GatewayAlerts(Database database, Alerts alerts, AlertConfig config) {
        this.database = database;
        this.alerts = alerts;
        this.config = config.alerts();
        this.config.emails().orElse(List.of()).forEach(address -> recipients.add(Recipient.email(address)));
        this.config.webhook().ifPresent(url -> recipients.add(Recipient.webhook(url, null)));
    }

    @Override
    public String name() {
        return "check-gateway-alerts";
    }

    @Override
    public Duration interval() {
        return Duration.ofMinutes(5);
    }

    @Override
    public Future<String> run(Instant now) {
        Instant time = now.truncatedTo(ChronoUnit.MILLIS);
        return ProviderFigures.at(time, database.pool())
                .compose(all -> database.pool()
                        .withTransaction(sql -> episodes(sql).compose(open -> {
                            Future<Integer> changes = Future.succeededFuture(0);
                            for (ProviderFigures figures : all) {
                                for (Trouble trouble : Trouble.values()) {
                                    changes = changes.compose(before -> look(sql, open, trouble, figures, time)
                                            .map(told -> told ? before + 1 : before));
                                }
                            }
                            return changes.map(told -> "%d providers, %d alerts".formatted(all.size(), told));
                        })));
    }

    /** Whether there was something to tell. */
    private Future<Boolean> look(
            SqlClient sql, Set<String> open, Trouble trouble, ProviderFigures figures, Instant now) {
        boolean isOpen = open.contains(episode(trouble, figures.provider()));
        if (!isOpen && trouble.begins(figures, config)) {
            return begin(sql, trouble, figures, now);
        }
        return isOpen && trouble.isOver(figures, config) ? end(sql, trouble, figures) : Future.succeededFuture(false);
    }

    private Future<Boolean> begin(SqlClient sql, Trouble trouble, ProviderFigures figures, Instant now) {
        return sql.preparedQuery("""
                        INSERT INTO gateway_alert_episodes (kind, provider, started_at) VALUES ($1, $2, $3)
                        ON CONFLICT (kind, provider) DO NOTHING
                        """)
                .execute(Tuple.of(trouble.word(), figures.provider(), now.atOffset(ZoneOffset.UTC)))
                .compose(begun -> begun.rowCount() == 0
                        ? Future.succeededFuture(false)
                        : tell(sql, trouble, figures, now, false));
    }

    private Future<Boolean> end(SqlClient sql, Trouble trouble, ProviderFigures figures) {
        return sql.preparedQuery(
                        "DELETE FROM gateway_alert_episodes WHERE kind = $1 AND provider = $2 RETURNING started_at")
                .execute(Tuple.of(trouble.word(), figures.provider()))
                .compose(ended -> ended.size() == 0
                        ? Future.succeededFuture(false)
                        : tell(
                                sql,
                                trouble,
                                figures,
                                ended.iterator()
                                        .next()
                                        .getOffsetDateTime("started_at")
                                        .toInstant(),
                                true));
    }

    private Future<Boolean> tell(
            SqlClient sql, Trouble trouble, ProviderFigures figures, Instant since, boolean recovered) {
        String suffix = recovered ? ".recovered" : "";
        String subject = trouble.subject(figures.provider());
        return alerts.raise(
                sql,
                new Alert(
                        "gateway/%s/%s/%s%s".formatted(trouble.word(), figures.provider(), since, suffix),
                        "gateway." + trouble.word() + suffix,
                        null,
                        recovered ? "Recovered: " + subject : subject,
                        trouble.text(figures),
                        trouble.data(figures, config)
                                .put("provider", figures.provider())
                                .put("since", since.toString())),
                recipients);
    }

    private static Future<Set<String>> episodes(SqlClient sql) {
        return sql.query("SELECT kind, provider FROM gateway_alert_episodes")
                .execute()
                .map(rows -> {
                    Set<String> open = new HashSet<>();
                    rows.forEach(row -> open.add(row.getString("kind") + " " + row.getString("provider")));
                    return open;
                });
    }

    private static String episode(Trouble trouble, String provider) {
        return trouble.word() + " " + provider;
    }
}
