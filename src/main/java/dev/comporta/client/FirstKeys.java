package dev.comporta.client;

import dev.comporta.store.Seed;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Makes what the first call needs: the clients {@code default} and {@code demo}, an admin key and a shared key unless
 * the environment gives them, and a key for {@code demo}. What an administrator removed later does not come back,
 * except for the admin key: without one nobody could administer.
 */
@ApplicationScoped
public class FirstKeys implements Seed {

    private static final String DEMO = "demo";

    private final EnvironmentKeys environment;
    private final Clock clock;
    private final AtomicReference<Made> made = new AtomicReference<>(Made.NOTHING);

    FirstKeys(EnvironmentKeys environment, Clock clock) {
        this.environment = environment;
        this.clock = clock;
    }

    /** The keys that were made in this start, to be shown once. */
    public record Made(Optional<GatewayKey> adminKey, Optional<GatewayKey> sharedKey, Optional<GatewayKey> demoKey) {

        static final Made NOTHING = new Made(Optional.empty(), Optional.empty(), Optional.empty());
    }

    /** Hands over the keys that this start has made, and forgets them. Empty before the database is open. */
    public Made handOver() {
        return made.getAndSet(Made.NOTHING);
    }

    @Override
    public Future<Void> plant(SqlConnection sql) {
        Instant now = clock.instant();
        return ClientTable.insertIfAbsent(sql, Client.DEFAULT_SLUG, "Default")
                .compose(id -> ClientTable.insertIfAbsent(sql, DEMO, "Demo"))
                .compose(id -> id == null ? none() : make(sql, KeyKind.CLIENT, id, DEMO, now))
                .compose(demo -> makeUnless(sql, KeyKind.ADMIN, key -> key.isUsable(now), now)
                        .compose(admin -> makeUnless(sql, KeyKind.SHARED, key -> true, now)
                                .map(shared -> new Made(admin, shared, demo))))
                .onSuccess(made::set)
                .mapEmpty();
    }

    private Future<Optional<GatewayKey>> makeUnless(
            SqlClient sql, KeyKind kind, Predicate<KeyView> serves, Instant now) {
        if (environment.give(kind)) {
            return none();
        }
        return KeyTable.ofKind(sql, kind)
                .compose(stored -> stored.stream().anyMatch(serves) ? none() : make(sql, kind, null, "first", now));
    }

    private static Future<Optional<GatewayKey>> make(
            SqlClient sql, KeyKind kind, @Nullable UUID clientId, String name, Instant now) {
        GatewayKey key = GatewayKey.generate();
        return KeyTable.insert(sql, key, kind, clientId, name, null, now).map(stored -> Optional.of(key));
    }

    private static Future<Optional<GatewayKey>> none() {
        return Future.succeededFuture(Optional.empty());
    }
}
