package dev.comporta.alert;

import dev.comporta.core.Text;
import dev.comporta.core.Uuid7;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.LinkedHashSet;
import java.util.List;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Writes alerts down in the transaction that gives rise to them, with a delivery for each recipient; the
 * {@link Deliverer} does the rest. What cannot be delivered never fails that transaction: it is dead from the start.
 */
@ApplicationScoped
class Outbox implements Alerts {

    private static final int LONGEST_SUBJECT = 200;
    private static final int LONGEST_TEXT = 10_000;

    private static final Logger LOG = Logger.getLogger(Outbox.class);

    private final AlertConfig config;
    private final Clock clock;

    Outbox(AlertConfig config, Clock clock) {
        this.config = config;
        this.clock = clock;
    }

    @Override
    public Future<Boolean> raise(SqlClient sql, Alert alert, List<Recipient> to) {
        Instant now = clock.instant();
        return sql.preparedQuery("""
                        WITH raised AS (
                            INSERT INTO alerts (id, alert_key, type, client_id, subject, text, data, raised_at)
                            VALUES ($1, $2, $3, $4, $5, $6, $7::text::jsonb, $8)
                            ON CONFLICT (alert_key) DO NOTHING RETURNING id
                        ), addressed AS (
                            INSERT INTO alert_deliveries (
                                id, alert_id, channel, address, secret, status, last_error,
                                next_attempt_at, give_up_at, created_at)
                            SELECT recipient.id, raised.id, recipient.channel, recipient.address, recipient.secret,
                                CASE WHEN recipient.problem IS NULL THEN 'pending' ELSE 'dead' END,
                                'the address ' || recipient.problem, $8, $9, $8
                            FROM raised, jsonb_to_recordset($10) AS recipient (
                                id uuid, channel text, address text, secret text, problem text)
                        )
                        SELECT id FROM raised
                        """)
                .execute(Tuple.from(new Object[] {
                    Uuid7.at(now),
                    alert.key(),
                    Text.storable(alert.type(), LONGEST_SUBJECT),
                    alert.clientId(),
                    oneLine(alert.subject()),
                    Text.storable(alert.text(), LONGEST_TEXT),
                    storable(alert.data()),
                    now.atOffset(ZoneOffset.UTC),
                    now.plus(config.alerts().giveUpAfter()).atOffset(ZoneOffset.UTC),
                    recipients(to, now)
                }))
                .map(rows -> rows.size() > 0)
                .onSuccess(isNew -> {
                    if (isNew) {
                        to.forEach(recipient -> complain(alert, recipient));
                    }
                });
    }

    private static void complain(Alert alert, Recipient recipient) {
        String problem = recipient.problem();
        if (problem != null) {
            LOG.warnf(
                    "A recipient of the alert %s cannot be told: the address (%s) %s", alert.key(), recipient, problem);
        }
    }

    private static JsonArray recipients(List<Recipient> to, Instant now) {
        JsonArray rows = new JsonArray();
        for (Recipient recipient : new LinkedHashSet<>(to)) {
            rows.add(new JsonObject()
                    .put("id", Uuid7.at(now).toString())
                    .put("channel", recipient.channel().word())
                    .put("address", Text.storable(recipient.address(), 2_000))
                    .put("secret", Text.storable(recipient.secret(), 2_000))
                    .put("problem", recipient.problem()));
        }
        return rows;
    }

    /** A line break in a subject would begin another header of the mail. */
    private static @Nullable String oneLine(String subject) {
        return Text.storable(
                subject.replaceAll("[\\p{Cntrl}\\u2028\\u2029]+", " ").strip(), LONGEST_SUBJECT);
    }

    /** JSONB holds no NUL. */
    private static String storable(JsonObject data) {
        return data.encode().replaceAll("(?<!\\\\)((?:\\\\\\\\)*)\\\\u0000", "$1\\\\ufffd");
    }
}
