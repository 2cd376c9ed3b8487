package dev.comporta;

import dev.comporta.client.ClientDirectory;
import dev.comporta.client.FirstKeys;
import dev.comporta.store.Database;
import dev.comporta.store.StartupFailure;
import dev.comporta.usage.UsageRecorder;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import org.jboss.logging.Logger;

/**
 * Opens the rooms in order at start, and closes them in the opposite order.
 *
 * <p>The embedded database is opened before the door. A given one may still be starting itself: it is waited for behind
 * the open door, so that probes get their answer meanwhile.
 */
@ApplicationScoped
class Startup {

    private static final Logger LOG = Logger.getLogger(Startup.class);

    private final Database database;
    private final UsageRecorder usage;
    private final ClientDirectory clients;
    private final FirstKeys keys;
    private final Banner banner;
    private final Vertx vertx;

    Startup(
            Database database,
            UsageRecorder usage,
            ClientDirectory clients,
            FirstKeys keys,
            Banner banner,
            Vertx vertx) {
        this.database = database;
        this.usage = usage;
        this.clients = clients;
        this.keys = keys;
        this.banner = banner;
        this.vertx = vertx;
    }

    void open(@Observes StartupEvent event) {
        if (database.isEmbedded()) {
            database.open();
            banner.print(keys.handOver());
            return;
        }
        vertx.executeBlocking(() -> {
                    database.open();
                    return null;
                })
                .onSuccess(open -> banner.print(keys.handOver()))
                .onFailure(Startup::giveUp);
    }

    private static void giveUp(Throwable failure) {
        if (failure instanceof StartupFailure) {
            LOG.error(failure.getMessage());
        } else {
            LOG.error("The gateway could not start", failure);
        }
        Quarkus.asyncExit(1);
    }

    void close(@Observes ShutdownEvent event) {
        usage.close();
        clients.flush().toCompletionStage().toCompletableFuture().join();
        database.close();
    }
}
