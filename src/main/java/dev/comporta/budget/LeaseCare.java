package dev.comporta.budget;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.LongSupplier;

/**
 * What is done for a replica's leases once a second: they are renewed, what is idle is given back, and what is outdated
 * or in doubt ends. Not thread-safe, but for the answers of the database.
 */
final class LeaseCare {

    private final BudgetLedger ledger;
    private final Leases leases;
    private final Duration ttl;
    private final Duration idle;
    private final LongSupplier nanos;
    private volatile long renewed;
    private volatile boolean renewing;

    /**
     * @param ttl how long a lease lives without being renewed
     * @param idle how long of a slice nothing must have been taken for it to be given back
     */
    LeaseCare(BudgetLedger ledger, Leases leases, Duration ttl, Duration idle, LongSupplier nanos) {
        this.ledger = ledger;
        this.leases = leases;
        this.ttl = ttl;
        this.idle = idle;
        this.nanos = nanos;
        renewed = nanos.getAsLong();
    }

    void tick() {
        for (Slice slice : ledger.slices()) {
            if (ledger.isOutdated(slice)) {
                ledger.replace(slice);
            } else {
                slice.giveBackIfIdle(idle);
            }
        }
        if (!renewing && nanos.getAsLong() - renewed > ttl.dividedBy(3).toNanos()) {
            renew();
        }
    }

    private void renew() {
        List<Slice> slices = ledger.leased();
        if (slices.isEmpty()) {
            return;
        }
        Map<UUID, Long> statements = new HashMap<>();
        slices.forEach(slice -> statements.put(slice.lease(), slice.statements()));
        long sent = nanos.getAsLong();
        renewing = true;
        leases.renew(statements.keySet()).onComplete(answer -> {
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
        if (slice.isDoubtful()) {
            // The database answers again, so what is certainly free can be given back, and the rest left to expire.
            ledger.replace(slice);
        }
    }
}
