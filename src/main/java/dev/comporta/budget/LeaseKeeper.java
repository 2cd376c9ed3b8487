package dev.comporta.budget;

import dev.comporta.store.Database;
import io.quarkus.runtime.Startup;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.interceptor.Interceptor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;

/**
 * Looks after this replica's ledgers: takes care of its leases, opens windows whose time has come, and gives everything
 * back in the end.
 */
@ApplicationScoped
@Startup(Interceptor.Priority.LIBRARY_BEFORE)
public class LeaseKeeper {

    private static final Logger LOG = Logger.getLogger(LeaseKeeper.class);
    private static final long TICK_MILLIS = 1_000;

    private final BudgetLedger ledger;
    private final LedgerTable table;
    private final Database database;
    private final LeaseCare care;

    private final AtomicBoolean opening = new AtomicBoolean();
    private volatile boolean closing;

    LeaseKeeper(BudgetLedger ledger, LedgerTable table, BudgetConfig config, Database database, Vertx vertx) {
        this.ledger = ledger;
        this.table = table;
        this.database = database;
        care = new LeaseCare(ledger, table, config.leaseTtl(), config.idleReturn(), System::nanoTime);
        database.opened().onSuccess(open -> vertx.setPeriodic(TICK_MILLIS, timer -> tick()));
    }

    /** What earlier processes of this replica used is settled: what they leased beyond is free again. */
    public Future<Void> settledEarlier() {
        return table.giveBackOfEarlierProcesses()
                .onFailure(failure -> LOG.warnf(
                        "Leases of an earlier process could not be given back; they expire: %s", failure.getMessage()))
                .otherwiseEmpty();
    }

    /**
     * Gives back all that is leased. To be called once no call is under way and all usage is settled; where calls were
     * cut off, their leases wait for what the next start makes of them.
     */
    public Future<Void> close() {
        closing = true;
        return database.opened().succeeded() && ledger.leased().stream().noneMatch(Slice::isHeld)
                ? table.giveAllBack().otherwiseEmpty()
                : Future.succeededFuture();
    }

    private void tick() {
        if (closing || !database.isLoaded()) {
            return;
        }
        if (opening.compareAndSet(false, true)) {
            ledger.openDue()
                    .onFailure(failure -> LOG.debugf("Budget windows could not be opened: %s", failure.getMessage()))
                    .onComplete(done -> opening.set(false));
        }
        care.tick();
    }
}
