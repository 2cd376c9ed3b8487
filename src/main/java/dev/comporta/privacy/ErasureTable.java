package dev.comporta.privacy;

import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.core.Uuid7;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.UUID;

/** The statements about {@code erasures}. */
final class ErasureTable {

    private ErasureTable() {}

    /**
     * Erases, and notes that it was done, in the transaction of {@code sql}.
     *
     * @return fails with {@link ErrorCode#CLIENT_NOT_FOUND} if there never was such a client
     */
    static Future<Erased> erase(SqlClient sql, UUID client, String kind, String subject, Instant now) {
        OffsetDateTime until = now.atOffset(ZoneOffset.UTC);
        UUID id = Uuid7.at(now);
        return sql.preparedQuery("SELECT 1 FROM clients WHERE id = $1")
                .execute(Tuple.of(client))
                .compose(found -> found.size() == 0
                        ? Future.failedFuture(new GatewayError(
                                ErrorCode.CLIENT_NOT_FOUND, "There is no client with this id.", "clientId"))
                        : sql.preparedQuery("""
                                        INSERT INTO erasures (id, client_id, kind, subject, requested_at)
                                        VALUES ($1, $2, $3, $4, $5)
                                        """).execute(Tuple.of(id, client, kind, subject, until)))
                .compose(noted -> apply(sql, id, client, kind, subject, until));
    }

    /** Applies again every erasure that was asked for after {@code since}; rows may have come late. */
    static Future<Erased> repeat(SqlClient sql, Instant since) {
        return sql.preparedQuery("""
                        SELECT id, client_id, kind, subject, requested_at FROM erasures
                        WHERE subject IS NOT NULL AND requested_at >= $1 ORDER BY requested_at
                        """)
                .execute(Tuple.of(since.atOffset(ZoneOffset.UTC)))
                .compose(rows -> {
                    Future<Erased> all = Future.succeededFuture(new Erased(0, 0, 0));
                    for (Row row : rows) {
                        all = all.compose(before -> apply(
                                        sql,
                                        row.getUUID("id"),
                                        row.getUUID("client_id"),
                                        row.getString("kind"),
                                        row.getString("subject"),
                                        row.getOffsetDateTime("requested_at"))
                                .map(more -> new Erased(
                                        before.usageLogs() + more.usageLogs(),
                                        before.costEvents() + more.costEvents(),
                                        before.payloads() + more.payloads())));
                    }
                    return all;
                });
    }

    /** That an erasure was asked for stays known; whose it was does not. */
    static Future<Integer> forget(SqlClient sql, Instant before) {
        return sql.preparedQuery("UPDATE erasures SET subject = NULL WHERE subject IS NOT NULL AND requested_at < $1")
                .execute(Tuple.of(before.atOffset(ZoneOffset.UTC)))
                .map(rows -> rows.rowCount());
    }

    private static Future<Erased> apply(
            SqlClient sql, UUID id, UUID client, String kind, String subject, OffsetDateTime until) {
        return sql.preparedQuery("""
                        WITH erased AS (SELECT * FROM comporta_erase($2, $3, $4, $5))
                        UPDATE erasures AS noted SET
                            usage_logs = noted.usage_logs + erased.usage_logs,
                            cost_events = noted.cost_events + erased.cost_events,
                            payloads = noted.payloads + erased.payloads
                        FROM erased WHERE noted.id = $1
                        RETURNING erased.usage_logs, erased.cost_events, erased.payloads
                        """)
                .execute(Tuple.of(id, client, kind, subject, until))
                .map(rows -> Erased.of(rows.iterator().next()));
    }
}
