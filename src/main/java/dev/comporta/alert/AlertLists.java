package dev.comporta.alert;

import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.core.Page;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** What the admin API reads, newest first. What is null does not narrow a list. */
final class AlertLists {

    private AlertLists() {}

    static Future<Page<AlertView>> alerts(
            SqlClient sql, @Nullable UUID client, @Nullable String type, @Nullable UUID before, int limit) {
        return known(sql, client)
                .compose(known -> sql.preparedQuery("""
                                SELECT * FROM alerts
                                WHERE ($1::uuid IS NULL OR client_id = $1) AND ($2::text IS NULL OR type = $2)
                                    AND ($3::uuid IS NULL OR id < $3)
                                ORDER BY id DESC LIMIT $4
                                """).execute(Tuple.of(client, type, before, limit + 1)))
                .map(rows -> Page.of(
                        read(rows, AlertView::of), limit, alert -> alert.id().toString()));
    }

    static Future<Page<DeliveryView>> deliveries(
            SqlClient sql, @Nullable String status, @Nullable UUID alert, @Nullable UUID before, int limit) {
        return sql.preparedQuery("""
                        SELECT delivery.*, alert.type, alert.client_id
                        FROM alert_deliveries AS delivery JOIN alerts AS alert ON alert.id = delivery.alert_id
                        WHERE ($1::text IS NULL OR delivery.status = $1) AND ($2::uuid IS NULL OR alert.id = $2)
                            AND ($3::uuid IS NULL OR delivery.id < $3)
                        ORDER BY delivery.id DESC LIMIT $4
                        """)
                .execute(Tuple.of(status, alert, before, limit + 1))
                .map(rows -> Page.of(
                        read(rows, DeliveryView::of),
                        limit,
                        delivery -> delivery.id().toString()));
    }

    /** Fails with {@link ErrorCode#NOT_FOUND} if there is none. */
    static Future<DeliveryView> delivery(SqlClient sql, UUID id) {
        return sql.preparedQuery("""
                        SELECT delivery.*, alert.type, alert.client_id
                        FROM alert_deliveries AS delivery JOIN alerts AS alert ON alert.id = delivery.alert_id
                        WHERE delivery.id = $1
                        """).execute(Tuple.of(id)).map(rows -> {
            if (rows.size() == 0) {
                throw new GatewayError(ErrorCode.NOT_FOUND, "There is no delivery with this id.", "id");
            }
            return DeliveryView.of(rows.iterator().next());
        });
    }

    private static Future<Void> known(SqlClient sql, @Nullable UUID client) {
        return client == null
                ? Future.succeededFuture()
                : sql.preparedQuery("SELECT FROM clients WHERE id = $1")
                        .execute(Tuple.of(client))
                        .compose(rows -> rows.size() > 0
                                ? Future.succeededFuture()
                                : Future.failedFuture(new GatewayError(
                                        ErrorCode.CLIENT_NOT_FOUND, "There is no client with this id.", "clientId")));
    }

    private static <T> List<T> read(RowSet<Row> rows, Function<Row, T> view) {
        return StreamSupport.stream(rows.spliterator(), false).map(view).toList();
    }
}
