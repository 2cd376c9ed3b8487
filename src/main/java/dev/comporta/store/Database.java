package dev.comporta.store;

import io.quarkus.arc.All;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.pubsub.PgSubscriber;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The PostgreSQL of this gateway: given by {@code DB_URL}, else embedded. Opened once at start, in order: reach it,
 * migrate, plant the seeds, listen for changes, load every {@link Live} value.
 */
@ApplicationScoped
public class Database {

    /** The channel on which table triggers tell that something changed; the payload is the table's name. */
    private static final String CHANGES = "comporta_changes";

    /** Keeps two replicas from planting seeds at once. */
    private static final long SEED_LOCK = 0x636f6d706f727461L;

    private static final Duration RELOAD_INTERVAL = Duration.ofSeconds(30);
    private static final Logger LOG = Logger.getLogger(Database.class);

    private final Vertx vertx;
    private final StoreConfig config;
    private final DataDirectory directory;
    private final List<Seed> seeds;
    private final List<Live<?>> lives = new CopyOnWriteArrayList<>();
    private final Promise<Void> opened = Promise.promise();

    private @Nullable EmbeddedDatabase embedded;
    private volatile @Nullable Pool pool;
    private @Nullable PgSubscriber subscriber;
    private volatile boolean reachable;
    private volatile boolean loaded;

    Database(Vertx vertx, StoreConfig config, DataDirectory directory, @All List<Seed> seeds) {
        this.vertx = vertx;
        this.config = config;
        this.directory = directory;
        this.seeds = seeds;
    }

    /** Whether the embedded server is used, in which case opening cannot wait for anybody else. */
    public boolean isEmbedded() {
        return config.database().url().isEmpty();
    }

    /**
     * Opens the database. Blocks until it is open, so it is called on a worker thread or at start.
     *
     * @throws StartupFailure if it cannot be opened
     */
    public void open() {
        PgConnectOptions options = connectOptions();
        // What one statement locks, the next one in the transaction has to see.
        options.addProperty("default_transaction_isolation", "read committed");
        migrate(options);
        Pool opening = PgBuilder.pool()
                .with(new PoolOptions().setMaxSize(config.database().poolSize()))
                .connectingTo(options)
                .using(vertx)
                .build();
        pool = opening;
        opening.withTransaction(connection -> connection
                        .query("SELECT pg_advisory_xact_lock(" + SEED_LOCK + ")")
                        .execute()
                        .compose(locked -> plant(connection, 0)))
                .compose(planted -> listen(options))
                .compose(listening -> reload())
                .onSuccess(loaded -> {
                    reachable = true;
                    vertx.setPeriodic(RELOAD_INTERVAL.toMillis(), timer -> reload());
                })
                .onComplete(opened);
        try {
            opened.future().toCompletionStage().toCompletableFuture().join();
        } catch (RuntimeException e) {
            throw new StartupFailure("The database could not be prepared: " + e.getMessage(), e);
        }
    }

    /** Completes when {@link #open()} has ended well. */
    public Future<Void> opened() {
        return opened.future();
    }

    /** The pool of reactive connections. Only after {@link #opened()}. */
    public Pool pool() {
        Pool current = pool;
        if (current == null) {
            throw new IllegalStateException("the database is not open");
        }
        return current;
    }

    /** Whether the last look at the database found it. */
    public boolean isReachable() {
        return reachable;
    }

    /** Whether every live value has been loaded at least once: from then on calls can be served. */
    public boolean isLoaded() {
        if (!loaded) {
            loaded = opened.future().succeeded() && lives.stream().allMatch(Live::isLoaded);
        }
        return loaded;
    }

    /**
     * A value that follows its tables.
     *
     * @param name what it is, for log lines
     * @param tables the tables whose change makes it load again
     */
    public <T> Live<T> live(String name, Set<String> tables, Function<SqlClient, Future<T>> loader) {
        Live<T> live = new Live<>(name, tables, loader, this);
        lives.add(live);
        opened.future().onSuccess(open -> {
            if (!live.isLoaded()) {
                live.reload();
            }
        });
        return live;
    }

    /** Closes the pool and stops the embedded server. Blocks. */
    public void close() {
        if (subscriber != null) {
            await(subscriber.close());
        }
        Pool current = pool;
        if (current != null) {
            await(current.close());
        }
        if (embedded != null) {
            embedded.close();
        }
    }

    /** A server that does not answer must not keep the process. */
    private static void await(Future<Void> closing) {
        closing.toCompletionStage()
                .toCompletableFuture()
                .completeOnTimeout(null, 5, TimeUnit.SECONDS)
                .join();
    }

    private PgConnectOptions connectOptions() {
        if (isEmbedded()) {
            embedded = EmbeddedDatabase.start(directory);
            return embedded.connectOptions();
        }
        String url = config.database().url().orElseThrow();
        try {
            PgConnectOptions options = PgConnectOptions.fromUri(url.replaceFirst("^jdbc:", ""));
            config.database().user().ifPresent(options::setUser);
            config.database().password().ifPresent(options::setPassword);
            return options;
        } catch (RuntimeException e) {
            // The URL may hold a password, so neither it nor the parser's message is repeated.
            throw new StartupFailure(
                    "DB_URL is not a PostgreSQL URL: write postgresql://host:5432/database, and the login in DB_USER and DB_PASSWORD.");
        }
    }

    private void migrate(PgConnectOptions options) {
        DatabaseProbe.await(options, config.database().startupTimeout());
        try {
            Flyway.configure()
                    .dataSource(DatabaseProbe.dataSource(options))
                    .locations("classpath:db/migration")
                    .load()
                    .migrate();
        } catch (FlywayException e) {
            throw new StartupFailure(
                    "The tables could not be brought up to date (%s): give the gateway a database that it owns, and its user the right to create tables."
                            .formatted(e.getMessage().lines().findFirst().orElse("")),
                    e);
        }
    }

    private Future<Void> plant(SqlConnection connection, int index) {
        return index == seeds.size()
                ? Future.succeededFuture()
                : seeds.get(index).plant(connection).compose(planted -> plant(connection, index + 1));
    }

    private Future<Void> listen(PgConnectOptions options) {
        PgSubscriber listening = PgSubscriber.subscriber(vertx, options);
        subscriber = listening;
        listening.reconnectPolicy(retries -> {
            if (retries == 0) {
                // The connection was lost, and with it perhaps the database: look now rather than at the next turn.
                reload();
            }
            return Math.min(1000L << Math.min(retries, 4), 10_000L);
        });
        listening.channel(CHANGES).handler(this::changed).subscribeHandler(subscribed -> {
            // Without a handler the client prints a stack trace; the loss itself is told by the reload that follows.
            listening
                    .actualConnection()
                    .exceptionHandler(lost -> LOG.debugf("The connection for changes broke: %s", lost.getMessage()));
            // Notices sent while the connection was down are gone.
            if (opened.future().isComplete()) {
                reload();
            }
        });
        return listening.connect();
    }

    private void changed(String table) {
        lives.stream().filter(live -> live.reads(table)).forEach(Live::reload);
    }

    private Future<Void> reload() {
        return Future.join(lives.stream().map(Live::reload).toList())
                .<Void>mapEmpty()
                .onComplete(result -> {
                    boolean found = result.succeeded();
                    if (found != reachable && opened.future().isComplete()) {
                        LOG.warn(found ? "The database is back" : "The database is away; the last values serve");
                    }
                    reachable = found;
                });
    }
}
