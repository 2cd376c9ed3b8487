package dev.comporta.budget;

import dev.comporta.store.Database;
import io.quarkus.runtime.Startup;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.interceptor.Interceptor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jboss.logging.Logger;

/**
 * Looks after this replica's leases: renews them, gives back what is idle, ends those that are in doubt, opens windows
 * whose time has come, and gives everything back in the end.
 */
@ApplicationScoped
@Startup(Interceptor.Priority.LIBRARY_BEFORE)
public class LeaseKeeper {

    private static final Logger LOG = Logger.getLogger(LeaseKeeper.class);
    private static final long TICK_MILLIS = 1_000;

    private final BudgetLedger ledger;
    private final LedgerTable table;
    private final BudgetConfig config;
    private final Database database;
    private final Vertx vertx;
    /** Ended, but calls still hold something of them: until those are over their leases must live. */
    private final List<Slice> ending = new CopyOnWriteArrayList<>();

    private long renewed = System.nanoTime();
    private boolean renewing;
    private volatile boolean closing;

    LeaseKeeper(BudgetLedger ledger, LedgerTable table, BudgetConfig config, Database database, Vertx vertx) {
        this.ledger = ledger;
        this.table = table;
        this.config = config;
        this.database = database;
        this.vertx = vertx;
        database.opened().onSuccess(open -> vertx.setPeriodic(TICK_MILLIS, timer -> tick()));
    }

    /** What earlier processes of this replica used is settled: what they leased beyond is free again. */
    public Future<Void> settledEarlier() {
        return table.giveBackOfEarlierProcesses()
                .onFailure(failure -> LOG.warnf(
                        "Leases of an earlier process could not be given back; they expire: %s", failure.getMessage()))
                .otherwiseEmpty();
    }

    /** Gives back all that is leased. To be called once no call is under way and all usage is settled. */
    public Future<Void> close() {
        closing = true;
        return database.opened().succeeded() ? table.giveAllBack().otherwiseEmpty() : Future.succeededFuture();
    }

    private void tick() {
        if (closing || !database.isLoaded()) {
            return;
        }
        ledger.openDue()
                .onFailure(failure -> LOG.debugf("Budget windows could not be opened: %s", failure.getMessage()));
        for (Slice slice : ledger.slices()) {
            if (ledger.isOutdated(slice)) {
                end(slice);
            } else {
                slice.giveBackIfIdle(config.idleReturn());
            }
        }
        if (!renewing
                && System.nanoTime() - renewed > config.leaseTtl().dividedBy(3).toNanos()) {
            renew();
        }
    }

    private void renew() {
        ending.removeIf(slice -> !slice.isHeld());
        List<Slice> slices = new ArrayList<>(ledger.slices());
        slices.addAll(ending);
        if (slices.isEmpty()) {
            return;
        }
        Map<UUID, Long> statements = new HashMap<>();
        slices.forEach(slice -> statements.put(slice.lease(), slice.statements()));
        long sent = System.nanoTime();
        renewing = true;
        table.renew(statements.keySet()).onComplete(answer -> {
            renewing = false;
            if (answer.succeeded()) {
                renewed = sent;
                slices.forEach(slice -> renewed(slice, answer.result(), sent, statements.get(slice.lease())));
            }
        });
    }

    private void renewed(Slice slice, Set<UUID> alive, long sent, long statements) {
        if (alive.contains(slice.lease())) {
            slice.renewed(sent);
        } else {
            slice.lost(statements);
        }
        if (slice.isDoubtful() && !ending.contains(slice)) {
            // The database answers again, so what is certainly free can be given back, and the rest left to expire.
            end(slice);
        }
    }

    private void end(Slice slice) {
        slice.giveBack().onComplete(given -> {
            ending.add(slice);
            ledger.replace(slice);
        });
    }
}
