package dev.comporta;

import dev.comporta.budget.LeaseKeeper;
import dev.comporta.client.ClientDirectory;
import dev.comporta.privacy.PayloadLog;
import dev.comporta.store.Database;
import dev.comporta.store.StartupFailure;
import dev.comporta.usage.UsageRecorder;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Future;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.concurrent.TimeUnit;
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
    private final LeaseKeeper leases;
    private final PayloadLog payloads;
    private final Banner banner;
    private final Thread opener = new Thread(this::openBehindTheDoor, "database-opener");
    private volatile boolean closing;

    Startup(
            Database database,
            UsageRecorder usage,
            ClientDirectory clients,
            LeaseKeeper leases,
            PayloadLog payloads,
            Banner banner) {
        this.database = database;
        this.usage = usage;
        this.clients = clients;
        this.leases = leases;
        this.payloads = payloads;
        this.banner = banner;
    }

    void open(@Observes StartupEvent event) {
        usage.earlierSettled().onSuccess(settled -> leases.settledEarlier());
        if (database.isEmbedded()) {
            database.open();
            banner.print();
        } else {
            opener.setDaemon(true);
            opener.start();
        }
    }

    private void openBehindTheDoor() {
        try {
            database.open();
            banner.print();
        } catch (RuntimeException e) {
            if (!closing) {
                giveUp(e);
            }
        }
    }

    private static void giveUp(RuntimeException failure) {
        if (failure instanceof StartupFailure) {
            LOG.error(failure.getMessage());
        } else {
            LOG.error("The gateway could not start", failure);
        }
        Quarkus.asyncExit(1);
    }

    /** A database that hangs must not keep the process. */
    private static void await(Future<Void> last) {
        last.toCompletionStage()
                .toCompletableFuture()
                .completeOnTimeout(null, 5, TimeUnit.SECONDS)
                .join();
    }

    void close(@Observes ShutdownEvent event) throws InterruptedException {
        closing = true;
        opener.interrupt();
        opener.join(2_000);
        usage.close();
        payloads.close();
        await(leases.close());
        await(clients.flush());
        database.close();
        banner.close();
    }
}
