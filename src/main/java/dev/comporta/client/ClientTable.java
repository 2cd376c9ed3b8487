package dev.comporta.client;

import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** The statements about {@code clients}. Deleted clients are seen by none of them. */
final class ClientTable {

    private ClientTable() {}

    static Future<List<Client>> all(SqlClient sql) {
        return sql.query("SELECT * FROM clients WHERE deleted_at IS NULL")
                .execute()
                .map(ClientTable::clients);
    }

    /** At most {@code limit} clients whose slugs come after {@code cursor}. */
    static Future<List<Client>> page(SqlClient sql, String cursor, int limit) {
        return sql.preparedQuery("""
                        SELECT * FROM clients WHERE deleted_at IS NULL AND slug COLLATE "C" > $1
                        ORDER BY slug COLLATE "C" LIMIT $2
                        """).execute(Tuple.of(cursor, limit)).map(ClientTable::clients);
    }

    /** Fails with {@link ErrorCode#CLIENT_NOT_FOUND} if there is none. */
    static Future<Client> find(SqlClient sql, String idOrSlug) {
        String name = idOrSlug.toLowerCase(Locale.ROOT);
        return sql.preparedQuery("""
                        SELECT * FROM clients WHERE deleted_at IS NULL AND (id::text = $1 OR slug = $1)
                        ORDER BY id::text = $1 DESC LIMIT 1
                        """).execute(Tuple.of(name)).compose(ClientTable::one);
    }

    /** The new client's id, or null if the slug is taken. */
    static Future<@Nullable UUID> insertIfAbsent(SqlClient sql, String slug, String name) {
        return sql.preparedQuery(
                        "INSERT INTO clients (slug, name) VALUES ($1, $2) ON CONFLICT (slug) DO NOTHING RETURNING id")
                .execute(Tuple.of(slug, name))
                .map(rows -> rows.size() == 0 ? null : rows.iterator().next().getUUID("id"));
    }

    /** Sets what {@code settings} say and keeps the rest. Fails like {@link #find}. */
    static Future<Client> update(SqlClient sql, UUID id, ClientSettings settings) {
        return sql.preparedQuery("""
                        UPDATE clients SET
                            name = coalesce($2, name),
                            slug = coalesce($3, slug),
                            use_ai_gateway = coalesce($4, use_ai_gateway),
                            rollout_percentage = coalesce($5::integer, rollout_percentage),
                            display_currency = coalesce($6, display_currency),
                            time_zone = coalesce($7, time_zone),
                            log_payloads = coalesce($8, log_payloads)
                        WHERE id = $1 AND deleted_at IS NULL RETURNING *
                        """)
                .execute(Tuple.from(new Object[] {
                    id,
                    settings.name(),
                    settings.slug(),
                    settings.useAiGateway(),
                    settings.rolloutPercentage(),
                    settings.displayCurrency(),
                    settings.timeZone(),
                    settings.logPayloads()
                }))
                .compose(ClientTable::one);
    }

    static Future<Void> delete(SqlClient sql, UUID id) {
        return sql.preparedQuery("UPDATE clients SET deleted_at = now() WHERE id = $1")
                .execute(Tuple.of(id))
                .mapEmpty();
    }

    private static Future<Client> one(RowSet<Row> rows) {
        return rows.size() == 0
                ? Future.failedFuture(
                        new GatewayError(ErrorCode.CLIENT_NOT_FOUND, "There is no client with this id or slug."))
                : Future.succeededFuture(client(rows.iterator().next()));
    }

    private static List<Client> clients(RowSet<Row> rows) {
        return StreamSupport.stream(rows.spliterator(), false)
                .map(ClientTable::client)
                .toList();
    }

    private static Client client(Row row) {
        return new Client(
                row.getUUID("id"),
                row.getString("name"),
                row.getString("slug"),
                row.getBoolean("use_ai_gateway"),
                row.getInteger("rollout_percentage"),
                row.getString("display_currency"),
                row.getString("time_zone"),
                row.getBoolean("log_payloads"),
                row.getOffsetDateTime("created_at").toInstant(),
                row.getOffsetDateTime("updated_at").toInstant());
    }
}
