package dev.comporta.policy;

import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.core.Uuid7;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** The statements about {@code policies}. */
final class PolicyTable {

    private PolicyTable() {}

    /** Every policy that is in force, those of a client by name. */
    static Future<List<Policy>> active(SqlClient sql) {
        return sql.query("SELECT * FROM policies WHERE is_active ORDER BY client_id, name COLLATE \"C\"")
                .execute()
                .map(PolicyTable::policies);
    }

    /** At most {@code limit} policies whose ids come after {@code cursor}, of one client or of all. */
    static Future<List<Policy>> page(SqlClient sql, @Nullable UUID clientId, @Nullable UUID cursor, int limit) {
        return sql.preparedQuery("""
                        SELECT * FROM policies
                        WHERE ($1::uuid IS NULL OR client_id = $1) AND ($2::uuid IS NULL OR id > $2)
                        ORDER BY id LIMIT $3
                        """).execute(Tuple.of(clientId, cursor, limit)).map(PolicyTable::policies);
    }

    /**
     * Fails with {@link ErrorCode#NOT_FOUND} if there is none.
     *
     * @param visibleTo the only client whose policies may be seen; null for all
     */
    static Future<Policy> find(SqlClient sql, UUID id, @Nullable UUID visibleTo) {
        return sql.preparedQuery("SELECT * FROM policies WHERE id = $1 AND ($2::uuid IS NULL OR client_id = $2)")
                .execute(Tuple.of(id, visibleTo))
                .compose(PolicyTable::one);
    }

    static Future<Policy> insert(SqlClient sql, UUID clientId, PolicySettings settings, Instant now) {
        return sql.preparedQuery("""
                        INSERT INTO policies (id, client_id, name, description, allowed_models, blocked_models,
                            max_cost_per_day, max_cost_currency, max_tokens_per_request, allow_unknown_prices, is_active)
                        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING *
                        """)
                .execute(row(Uuid7.at(now), clientId, settings))
                .compose(PolicyTable::one);
    }

    /** Replaces all but the id and the client. Fails like {@link #find}. */
    static Future<Policy> replace(SqlClient sql, Policy policy, PolicySettings settings) {
        return sql.preparedQuery("""
                        UPDATE policies SET
                            name = $3, description = $4, allowed_models = $5, blocked_models = $6,
                            max_cost_per_day = $7, max_cost_currency = $8, max_tokens_per_request = $9,
                            allow_unknown_prices = $10, is_active = $11
                        WHERE id = $1 AND client_id = $2 RETURNING *
                        """)
                .execute(row(policy.id(), policy.clientId(), settings))
                .compose(PolicyTable::one);
    }

    static Future<Policy> delete(SqlClient sql, UUID id) {
        return sql.preparedQuery("DELETE FROM policies WHERE id = $1 RETURNING *")
                .execute(Tuple.of(id))
                .compose(PolicyTable::one);
    }

    /** Fails with {@link ErrorCode#CLIENT_NOT_FOUND} if there is no such client, or it is deleted. */
    static Future<UUID> client(SqlClient sql, UUID id) {
        return sql.preparedQuery("SELECT FROM clients WHERE id = $1 AND deleted_at IS NULL")
                .execute(Tuple.of(id))
                .compose(rows -> rows.size() == 0
                        ? Future.failedFuture(new GatewayError(
                                ErrorCode.CLIENT_NOT_FOUND, "There is no client with this id.", "clientId"))
                        : Future.succeededFuture(id));
    }

    private static Tuple row(UUID id, UUID clientId, PolicySettings settings) {
        return Tuple.from(new Object[] {
            id,
            clientId,
            settings.name(),
            settings.description(),
            settings.allowedModels().toArray(String[]::new),
            settings.blockedModels().toArray(String[]::new),
            settings.maxCostPerDay(),
            settings.maxCostCurrency(),
            settings.maxTokensPerRequest(),
            settings.allowUnknownPrices(),
            settings.isActive()
        });
    }

    private static Future<Policy> one(RowSet<Row> rows) {
        return rows.size() == 0
                ? Future.failedFuture(notFound())
                : Future.succeededFuture(policy(rows.iterator().next()));
    }

    static GatewayError notFound() {
        return new GatewayError(ErrorCode.NOT_FOUND, "There is no policy with this id.", "id");
    }

    private static List<Policy> policies(RowSet<Row> rows) {
        return StreamSupport.stream(rows.spliterator(), false)
                .map(PolicyTable::policy)
                .toList();
    }

    private static Policy policy(Row row) {
        return new Policy(
                row.getUUID("id"),
                row.getUUID("client_id"),
                row.getString("name"),
                row.getString("description"),
                List.of(row.getArrayOfStrings("allowed_models")),
                List.of(row.getArrayOfStrings("blocked_models")),
                plain(row.getBigDecimal("max_cost_per_day")),
                row.getString("max_cost_currency"),
                row.getLong("max_tokens_per_request"),
                row.getBoolean("allow_unknown_prices"),
                row.getBoolean("is_active"),
                row.getOffsetDateTime("created_at").toInstant(),
                row.getOffsetDateTime("updated_at").toInstant());
    }

    /** 10 and neither 10.0 nor 1E+1. */
    private static @Nullable BigDecimal plain(@Nullable BigDecimal number) {
        if (number == null) {
            return null;
        }
        BigDecimal stripped = number.stripTrailingZeros();
        return stripped.scale() < 0 ? stripped.setScale(0) : stripped;
    }
}
