package dev.comporta.client;

import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.core.Uuid7;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** The statements about {@code gateway_keys}. */
final class KeyTable {

    private KeyTable() {}

    /** Every key that is not revoked, without those of clients that are not among {@code clients}. */
    static Future<List<AcceptedKey>> accepted(SqlClient sql, List<Client> clients) {
        Map<UUID, Client> byId = new HashMap<>();
        clients.forEach(client -> byId.put(client.id(), client));
        return sql.query("SELECT id, kind, client_id, key_hash, expires_at FROM gateway_keys WHERE revoked_at IS NULL")
                .execute()
                .map(rows -> {
                    List<AcceptedKey> keys = new ArrayList<>();
                    for (Row row : rows) {
                        UUID clientId = row.getUUID("client_id");
                        Client client = byId.get(clientId);
                        if (clientId == null || client != null) {
                            keys.add(new AcceptedKey(
                                    row.getUUID("id"),
                                    KeyKind.of(row.getString("kind")),
                                    client,
                                    row.getBuffer("key_hash").getBytes(),
                                    instant(row, "expires_at")));
                        }
                    }
                    return keys;
                });
    }

    /** At most {@code limit} keys, newest first, older than {@code cursor}, of one client or of all. */
    static Future<List<KeyView>> page(SqlClient sql, @Nullable UUID clientId, @Nullable UUID cursor, int limit) {
        return sql.preparedQuery("""
                        SELECT * FROM gateway_keys
                        WHERE ($1::uuid IS NULL OR client_id = $1) AND ($2::uuid IS NULL OR id < $2)
                        ORDER BY id DESC LIMIT $3
                        """)
                .execute(Tuple.of(clientId, cursor, limit))
                .map(rows -> list(rows, KeyTable::view));
    }

    /** Fails with {@link ErrorCode#NOT_FOUND} if there is none. Locks the row until the transaction ends. */
    static Future<KeyView> lock(SqlClient sql, UUID id) {
        return sql.preparedQuery("SELECT * FROM gateway_keys WHERE id = $1 FOR UPDATE")
                .execute(Tuple.of(id))
                .compose(rows -> rows.size() == 0
                        ? Future.failedFuture(new GatewayError(ErrorCode.NOT_FOUND, "There is no key with this id."))
                        : Future.succeededFuture(view(rows.iterator().next())));
    }

    /** The admin keys that are not revoked, locked, in one order for everybody so that nobody deadlocks. */
    static Future<List<KeyView>> lockAdminKeys(SqlClient sql) {
        return sql.query(
                        "SELECT * FROM gateway_keys WHERE kind = 'admin' AND revoked_at IS NULL ORDER BY id FOR UPDATE")
                .execute()
                .map(rows -> list(rows, KeyTable::view));
    }

    static Future<List<KeyView>> ofKind(SqlClient sql, KeyKind kind) {
        return sql.preparedQuery("SELECT * FROM gateway_keys WHERE kind = $1")
                .execute(Tuple.of(kind.word()))
                .map(rows -> list(rows, KeyTable::view));
    }

    /** Stores the key's hash and prefix. Its text stays with the caller. */
    static Future<KeyView> insert(
            SqlClient sql,
            GatewayKey key,
            KeyKind kind,
            @Nullable UUID clientId,
            String name,
            @Nullable Instant expiresAt,
            Instant now) {
        return sql.preparedQuery("""
                        INSERT INTO gateway_keys (id, kind, client_id, name, key_hash, key_prefix, expires_at)
                        VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING *
                        """)
                .execute(Tuple.from(new Object[] {
                    Uuid7.at(now),
                    kind.word(),
                    clientId,
                    name,
                    Buffer.buffer(key.hash()),
                    key.prefix(),
                    expiresAt == null ? null : utc(expiresAt)
                }))
                .map(rows -> view(rows.iterator().next()));
    }

    /** From {@code at} on the key is refused, unless it is refused earlier anyway. */
    static Future<Void> expire(SqlClient sql, UUID id, Instant at) {
        return sql.preparedQuery("UPDATE gateway_keys SET expires_at = least(expires_at, $2) WHERE id = $1")
                .execute(Tuple.of(id, utc(at)))
                .mapEmpty();
    }

    static Future<Void> revoke(SqlClient sql, UUID id, Instant now) {
        return sql.preparedQuery("UPDATE gateway_keys SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL")
                .execute(Tuple.of(id, utc(now)))
                .mapEmpty();
    }

    static Future<Void> revokeOfClient(SqlClient sql, UUID clientId, Instant now) {
        return sql.preparedQuery("UPDATE gateway_keys SET revoked_at = $2 WHERE client_id = $1 AND revoked_at IS NULL")
                .execute(Tuple.of(clientId, utc(now)))
                .mapEmpty();
    }

    private static KeyView view(Row row) {
        return new KeyView(
                row.getUUID("id"),
                KeyKind.of(row.getString("kind")),
                row.getUUID("client_id"),
                row.getString("name"),
                row.getString("key_prefix"),
                row.getOffsetDateTime("created_at").toInstant(),
                instant(row, "last_used_at"),
                instant(row, "expires_at"),
                instant(row, "revoked_at"));
    }

    private static <T> List<T> list(RowSet<Row> rows, Function<Row, T> read) {
        return StreamSupport.stream(rows.spliterator(), false).map(read).toList();
    }

    private static @Nullable Instant instant(Row row, String column) {
        OffsetDateTime time = row.getOffsetDateTime(column);
        return time == null ? null : time.toInstant();
    }

    private static OffsetDateTime utc(Instant time) {
        return time.atOffset(ZoneOffset.UTC);
    }
}
