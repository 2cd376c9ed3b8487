package dev.comporta.client;

import dev.comporta.core.Caller;
import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.store.Database;
import dev.comporta.store.Live;
import io.quarkus.runtime.Startup;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.SqlClient;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.interceptor.Interceptor;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Knows who is calling. Answers from memory: a change of {@code clients} or {@code gateway_keys} on any replica, by
 * plain SQL too, holds within a second, and while the database is away the last state serves.
 *
 * <p>Thread-safe.
 */
@ApplicationScoped
@Startup(Interceptor.Priority.LIBRARY_BEFORE)
public class ClientDirectory {

    private static final Logger LOG = Logger.getLogger(ClientDirectory.class);
    private static final Duration FLUSH_INTERVAL = Duration.ofSeconds(60);

    private final Database database;
    private final EnvironmentKeys environment;
    private final KeyRing environmentRing;
    private final Clock clock;
    private final Live<Directory> live;
    private final LastUse lastUse = new LastUse();

    ClientDirectory(Database database, EnvironmentKeys environment, Clock clock, Vertx vertx) {
        this.database = database;
        this.environment = environment;
        this.environmentRing = environment.ringWith(List.of());
        this.clock = clock;
        this.live = database.live("clients and keys", Set.of("clients", "gateway_keys"), this::load);
        vertx.setPeriodic(FLUSH_INTERVAL.toMillis(), timer -> flush());
    }

    /**
     * Who makes a call on the data plane, by its headers alone. Never blocks and never asks the database.
     *
     * @throws GatewayError {@link ErrorCode#INVALID_API_KEY}, {@link ErrorCode#CLIENT_MISMATCH},
     *     {@link ErrorCode#CLIENT_NOT_FOUND}, or {@link ErrorCode#ACCOUNTING_UNAVAILABLE} while the database was never
     *     reached: then nobody can be told that a key is wrong
     */
    public Caller authenticate(MultiMap headers) {
        Directory directory = live.get();
        if (!database.isLoaded()) {
            // A call must not be known by its key and then find that its policies or budgets are not there yet.
            throw new GatewayError(
                    ErrorCode.ACCOUNTING_UNAVAILABLE,
                    "The gateway has not read its database yet; try again in a moment.");
        }
        Instant now = clock.instant();
        Caller caller = directory.authenticate(headers, now);
        if (caller.keyId() != null) {
            lastUse.note(caller.keyId(), now);
        }
        return caller;
    }

    /**
     * The client with this id or slug, unless it is deleted.
     *
     * @throws GatewayError {@link ErrorCode#ACCOUNTING_UNAVAILABLE} while the database was never reached
     */
    public Optional<Client> client(String idOrSlug) {
        return Optional.ofNullable(live.get().client(idOrSlug));
    }

    /**
     * Writes when keys were last used. Done every minute by itself; to be called once more before the database closes.
     */
    public Future<Void> flush() {
        return lastUse.write(database)
                .onFailure(failure -> LOG.warnf(
                        "The last use of keys could not be written, it is kept for later: %s", failure.getMessage()))
                .otherwiseEmpty();
    }

    /**
     * The key with this text, whatever it opens. Keys of the environment are known without the database.
     *
     * @throws GatewayError {@link ErrorCode#ACCOUNTING_UNAVAILABLE} if it is not one of those and the database was
     *     never reached
     */
    @Nullable
    AcceptedKey key(String text) {
        if (!GatewayKey.isPlausible(text)) {
            return null;
        }
        Instant now = clock.instant();
        AcceptedKey given = environmentRing.find(GatewayKey.hash(text), now);
        if (given != null) {
            return given;
        }
        AcceptedKey stored = live.get().key(text, now);
        if (stored != null && stored.id() != null) {
            lastUse.note(stored.id(), now);
        }
        return stored;
    }

    /**
     * Completes when this replica judges by what the database holds now. The write that went before has succeeded, so a
     * failure here is only a delay and not the writer's.
     */
    Future<Void> catchUp() {
        return live.reload().otherwiseEmpty();
    }

    private Future<Directory> load(SqlClient sql) {
        return ClientTable.all(sql)
                .compose(clients ->
                        KeyTable.accepted(sql, clients).map(keys -> Directory.of(clients, environment.ringWith(keys))));
    }
}
