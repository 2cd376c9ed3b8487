package dev.comporta.store;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** A real, empty, embedded database for one test class, opened the way the gateway opens its own. */
public final class ScratchDatabase implements AutoCloseable {

    private final Vertx vertx = Vertx.vertx();
    private final DataDirectory directory;
    private final Database database;

    private ScratchDatabase(Path root, Optional<String> url, List<Seed> seeds, int poolSize) {
        StoreConfig config = new Config(root, url, poolSize);
        directory = new DataDirectory(config);
        database = new Database(vertx, config, directory, seeds);
    }

    /** @param beforeOpening is where live values register, as beans do at start */
    public static ScratchDatabase open(Path root, List<Seed> seeds, Consumer<Database> beforeOpening) {
        return open(root, seeds, beforeOpening, 2);
    }

    /** @param poolSize how many statements can run at the same time */
    public static ScratchDatabase open(Path root, List<Seed> seeds, Consumer<Database> beforeOpening, int poolSize) {
        ScratchDatabase scratch = new ScratchDatabase(root, Optional.empty(), seeds, poolSize);
        beforeOpening.accept(scratch.database);
        scratch.database.open();
        return scratch;
    }

    /**
     * The same database as another replica sees it, by connections of its own.
     *
     * @param root the other replica's data directory
     */
    public ScratchDatabase replica(Path root) throws IOException {
        String port = Files.readAllLines(directory.resolve("postgres/postmaster.pid"))
                .get(3)
                .strip();
        String password = URLEncoder.encode(
                Files.readString(directory.resolve("postgres.password")).strip(), StandardCharsets.UTF_8);
        String url = "postgresql://postgres:" + password + "@localhost:" + port + "/postgres";
        ScratchDatabase replica = new ScratchDatabase(root, Optional.of(url), List.of(), 2);
        replica.database.open();
        return replica;
    }

    public Vertx vertx() {
        return vertx;
    }

    /** Names the replica whose data directory this is. */
    public ReplicaId replicaId() {
        return new ReplicaId(directory);
    }

    public Database database() {
        return database;
    }

    @Override
    public void close() throws IOException {
        database.close();
        directory.unlock();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    private record Config(Path dataDir, Optional<String> url, int poolSize)
            implements StoreConfig, StoreConfig.DatabaseConfig {

        @Override
        public DatabaseConfig database() {
            return this;
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
        public Duration startupTimeout() {
            return Duration.ofSeconds(15);
        }
    }
}
