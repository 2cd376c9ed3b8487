package dev.comporta.store;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Databases for tests. */
public final class Databases {

    private Databases() {}

    /** One that is not open yet, as during a start whose database is away. */
    public static Database unopened(Vertx vertx, Path directory) {
        StoreConfig config = new Nowhere(directory);
        return new Database(vertx, config, new DataDirectory(config), List.of());
    }

    /** A directory of its own for what keeps files. */
    public static DataDirectory directory(Path root) {
        return new DataDirectory(new Nowhere(root));
    }

    /** Runs one statement and waits for its rows. */
    public static RowSet<Row> sql(Database database, String statement, Object... parameters) {
        return await(database.pool().preparedQuery(statement).execute(Tuple.from(parameters)));
    }

    public static <T> T await(Future<T> future) {
        return future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(10, TimeUnit.SECONDS)
                .join();
    }

    private record Nowhere(Path dataDir) implements StoreConfig, StoreConfig.DatabaseConfig {

        @Override
        public DatabaseConfig database() {
            return this;
        }

        @Override
        public Optional<String> url() {
            return Optional.empty();
        }

        @Override
        public Optional<String> user() {
            return Optional.empty();
        }

        @Override
        public Optional<String> password() {
            return Optional.empty();
        }

        @Override
        public int poolSize() {
            return 1;
        }

        @Override
        public Duration startupTimeout() {
            return Duration.ZERO;
        }
    }
}
