package dev.comporta.analytics;

import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Whom a report is about: one client, or all.
 *
 * @param clientId null if all
 * @param zone where its days begin: the client's, or UTC for all
 * @param currency the client's display currency
 */
record Scope(@Nullable UUID clientId, ZoneId zone, String currency) {

    static final Scope ALL = new Scope(null, ZoneOffset.UTC, "USD");

    /** Deleted clients are found, because their usage stays. */
    static Future<Scope> find(SqlClient sql, @Nullable UUID clientId) {
        if (clientId == null) {
            return Future.succeededFuture(ALL);
        }
        return sql.preparedQuery("SELECT time_zone, display_currency FROM clients WHERE id = $1")
                .execute(Tuple.of(clientId))
                .compose(rows -> rows.size() == 0
                        ? Future.failedFuture(new GatewayError(
                                ErrorCode.CLIENT_NOT_FOUND, "There is no client with this id.", "clientId"))
                        : Future.succeededFuture(new Scope(
                                clientId,
                                zone(rows.iterator().next().getString(0)),
                                rows.iterator().next().getString(1))));
    }

    /** The API takes known time zones only; whoever wrote another one by SQL has days of UTC. */
    static ZoneId zone(String id) {
        try {
            return ZoneId.of(id);
        } catch (DateTimeException e) {
            return ZoneOffset.UTC;
        }
    }

    /** The source of sums in a statement whose parameters are those of {@link #parameters}. */
    String usage() {
        return clientId == null ? "comporta_usage($1, $2)" : "comporta_usage_of($3, $1, $2)";
    }

    Tuple parameters(Period period) {
        Tuple parameters = Tuple.of(Period.sql(period.from()), Period.sql(period.to()));
        return clientId == null ? parameters : parameters.addUUID(clientId);
    }
}
