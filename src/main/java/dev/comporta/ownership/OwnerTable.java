package dev.comporta.ownership;

import dev.comporta.core.CreatedObject;
import dev.comporta.store.Database;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The statements on {@code object_owners}. Everything fails while the database was never open. */
final class OwnerTable {

    private static final String OWNED_BY = """
            SELECT object_id, provider, kind FROM object_owners WHERE object_id = ANY ($1) AND client_id = $2
            """;

    private static final String OWNED_BY_OTHERS = """
            SELECT DISTINCT object_id FROM object_owners
            WHERE object_id = ANY ($1) AND client_id <> $2
            """;

    private static final String INSERT = """
            INSERT INTO object_owners (provider, object_id, kind, client_id)
            SELECT provider, object_id, kind, $4
            FROM unnest($1::text[], $2::text[], $3::text[]) AS created (provider, object_id, kind)
            ORDER BY object_id, provider
            ON CONFLICT (object_id, provider) DO NOTHING
            """;

    private static final String DELETE = """
            UPDATE object_owners SET deleted_at = now()
            WHERE provider = $1 AND object_id = $2 AND client_id = $3 AND deleted_at IS NULL
            """;

    private final Database database;

    OwnerTable(Database database) {
        this.database = database;
    }

    /** An object, the provider in whose account it lives, and the word for its kind. */
    record Place(String id, String provider, String kind) {}

    Future<List<Place>> ownedBy(UUID clientId, Collection<String> ids) {
        return run(OWNED_BY, Tuple.of(array(ids), clientId), rows -> {
            List<Place> places = new ArrayList<>(rows.size());
            for (Row row : rows) {
                places.add(new Place(row.getString(0), row.getString(1), row.getString(2)));
            }
            return places;
        });
    }

    /** Those of the ids that are somebody else's, wherever they live. */
    Future<Set<String>> ownedByOthers(UUID clientId, Collection<String> ids) {
        return run(OWNED_BY_OTHERS, Tuple.of(array(ids), clientId), rows -> {
            Set<String> others = new HashSet<>();
            for (Row row : rows) {
                others.add(row.getString(0));
            }
            return others;
        });
    }

    Future<Void> insert(List<CreatedObject> created, UUID clientId) {
        Tuple columns = Tuple.of(
                array(created.stream().map(CreatedObject::provider).toList()),
                array(created.stream().map(CreatedObject::id).toList()),
                array(created.stream().map(object -> object.kind().word()).toList()),
                clientId);
        return run(INSERT, columns, rows -> null);
    }

    Future<Void> delete(String provider, String id, UUID clientId) {
        return run(DELETE, Tuple.of(provider, id, clientId), rows -> null);
    }

    private <T extends @Nullable Object> Future<T> run(
            String statement, Tuple parameters, Function<RowSet<Row>, T> read) {
        Pool pool;
        try {
            pool = database.pool();
        } catch (IllegalStateException e) {
            return Future.failedFuture(e);
        }
        return pool.preparedQuery(statement).execute(parameters).map(read);
    }

    private static String[] array(Collection<String> texts) {
        return texts.toArray(String[]::new);
    }
}
