package dev.comporta.client;

import dev.comporta.store.Database;
import io.vertx.core.Future;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/** When each key was last used: remembered in memory, written now and then. Thread-safe. */
final class LastUse {

    private static final long RESOLUTION_MILLIS = 1000;

    private final Map<UUID, Long> unwritten = new ConcurrentHashMap<>();

    void note(UUID keyId, Instant now) {
        long millis = now.toEpochMilli();
        Long known = unwritten.get(keyId);
        // Reading is cheap when every thread uses the same key, writing is not.
        if (known == null || millis - known >= RESOLUTION_MILLIS) {
            unwritten.put(keyId, millis);
        }
    }

    /** Writes what is not written yet, in one statement. What could not be written is kept for the next time. */
    Future<Void> write(Database database) {
        Map<UUID, Long> taken = Map.copyOf(unwritten);
        if (taken.isEmpty() || !database.opened().succeeded()) {
            return Future.succeededFuture();
        }
        taken.forEach(unwritten::remove);
        UUID[] ids = taken.keySet().toArray(UUID[]::new);
        OffsetDateTime[] times = new OffsetDateTime[ids.length];
        for (int i = 0; i < ids.length; i++) {
            times[i] = Instant.ofEpochMilli(taken.get(ids[i])).atOffset(ZoneOffset.UTC);
        }
        return database.pool()
                .preparedQuery("""
                        UPDATE gateway_keys SET last_used_at = greatest(last_used_at, used.at)
                        FROM unnest($1::uuid[], $2::timestamptz[]) AS used (id, at)
                        WHERE gateway_keys.id = used.id
                        """)
                .execute(Tuple.tuple().addArrayOfUUID(ids).addArrayOfOffsetDateTime(times))
                .onFailure(failure -> taken.forEach((id, at) -> unwritten.merge(id, at, Math::max)))
                .mapEmpty();
    }
}
