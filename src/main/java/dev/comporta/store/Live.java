package dev.comporta.store;

import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.sqlclient.SqlClient;
import java.util.Set;
import java.util.function.Function;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * An immutable value read by every call and held in memory: loaded whole from the database, swapped whole when one of
 * its tables changes on any replica. While the database is away the last value serves.
 *
 * <p>Thread-safe; {@link #get()} costs one volatile read.
 */
public final class Live<T> {

    private static final Logger LOG = Logger.getLogger(Live.class);

    private final String name;
    private final Set<String> tables;
    private final Function<SqlClient, Future<T>> loader;
    private final Database database;

    private volatile @Nullable T value;
    private @Nullable Promise<Void> running;
    private @Nullable Promise<Void> waiting;

    Live(String name, Set<String> tables, Function<SqlClient, Future<T>> loader, Database database) {
        this.name = name;
        this.tables = tables;
        this.loader = loader;
        this.database = database;
    }

    /**
     * The newest value.
     *
     * @throws GatewayError {@link ErrorCode#ACCOUNTING_UNAVAILABLE} if the database was never reached
     */
    public T get() {
        T current = value;
        if (current == null) {
            throw new GatewayError(
                    ErrorCode.ACCOUNTING_UNAVAILABLE,
                    "The gateway has not reached its database yet; try again in a moment.");
        }
        return current;
    }

    boolean isLoaded() {
        return value != null;
    }

    boolean reads(String table) {
        return tables.contains(table);
    }

    /**
     * Loads the value anew. Completes when a load that began after this call has ended, so a writer that waits for it
     * sees its own write. At most one load runs at a time and one waits.
     */
    public Future<Void> reload() {
        Promise<Void> mine;
        synchronized (this) {
            if (running != null) {
                if (waiting == null) {
                    waiting = Promise.promise();
                }
                return waiting.future();
            }
            mine = Promise.promise();
            running = mine;
        }
        load(mine);
        return mine.future();
    }

    private void load(Promise<Void> promise) {
        loader.apply(database.pool()).onComplete(result -> {
            if (result.succeeded()) {
                value = result.result();
            } else {
                LOG.warnf(
                        "Could not load %s, the last value serves: %s",
                        name, result.cause().getMessage());
            }
            Promise<Void> next;
            synchronized (this) {
                next = waiting;
                waiting = null;
                running = next;
            }
            if (result.succeeded()) {
                promise.complete();
            } else {
                promise.fail(result.cause());
            }
            if (next != null) {
                load(next);
            }
        });
    }
}
