package dev.comporta.alert;

import io.vertx.core.Future;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import java.util.stream.StreamSupport;

/** The statements by which deliveries go on. */
final class DeliveryTable {

    private DeliveryTable() {}

    /**
     * Takes what is due, so that no other replica does before {@code until}. Whoever dies with it leaves it due then.
     */
    static Future<List<Delivery>> claim(SqlClient sql, Instant now, Instant until, int most) {
        return sql.preparedQuery("""
                        WITH due AS MATERIALIZED (
                            SELECT id FROM alert_deliveries WHERE status = 'pending' AND next_attempt_at <= $1
                            ORDER BY next_attempt_at LIMIT $3 FOR UPDATE SKIP LOCKED
                        )
                        UPDATE alert_deliveries AS delivery SET attempts = attempts + 1, next_attempt_at = $2
                        FROM due, alerts AS alert
                        WHERE delivery.id = due.id AND alert.id = delivery.alert_id
                        RETURNING delivery.*, alert.type, alert.client_id, alert.subject, alert.text, alert.data,
                            alert.raised_at
                        """)
                .execute(Tuple.of(utc(now), utc(until), most))
                .map(rows -> StreamSupport.stream(rows.spliterator(), false)
                        .map(Delivery::of)
                        .toList());
    }

    /** It has arrived, whoever sent it; the secret is no longer needed. */
    static Future<Void> delivered(SqlClient sql, Delivery delivery, Instant now) {
        return sql.preparedQuery("""
                        UPDATE alert_deliveries
                        SET status = 'delivered', delivered_at = $2, last_error = NULL, secret = NULL
                        WHERE id = $1 AND status <> 'delivered'
                        """).execute(Tuple.of(delivery.id(), utc(now))).mapEmpty();
    }

    /** Another attempt is made then, unless another replica has begun one meanwhile. */
    static Future<Void> retry(SqlClient sql, Delivery delivery, Instant at, String error) {
        return sql.preparedQuery("""
                        UPDATE alert_deliveries SET next_attempt_at = $3, last_error = $4
                        WHERE id = $1 AND attempts = $2 AND status = 'pending'
                        """)
                .execute(Tuple.of(delivery.id(), delivery.attempts(), utc(at), error))
                .mapEmpty();
    }

    /** It is given up, unless another replica has begun an attempt meanwhile. */
    static Future<Void> bury(SqlClient sql, Delivery delivery, String error) {
        return sql.preparedQuery("""
                        UPDATE alert_deliveries SET status = 'dead', last_error = $3
                        WHERE id = $1 AND attempts = $2 AND status = 'pending'
                        """)
                .execute(Tuple.of(delivery.id(), delivery.attempts(), error))
                .mapEmpty();
    }

    /** Makes a dead one due again. Whether there is a dead one with this id. */
    static Future<Boolean> revive(SqlClient sql, UUID id, Instant now, Instant giveUpAt) {
        return sql.preparedQuery("""
                        UPDATE alert_deliveries SET status = 'pending', next_attempt_at = $2, give_up_at = $3
                        WHERE id = $1 AND status = 'dead'
                        """)
                .execute(Tuple.of(id, utc(now), utc(giveUpAt)))
                .map(rows -> rows.rowCount() > 0);
    }

    private static OffsetDateTime utc(Instant time) {
        return time.atOffset(ZoneOffset.UTC);
    }
}
