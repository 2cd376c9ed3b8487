package dev.comporta.budget;

import dev.comporta.core.Hold;
import dev.comporta.core.Spending;
import dev.comporta.core.SpendingUnit;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** What one call holds of its client's ledgers. Thread-safe. */
public final class Held implements Hold {

    /** Of a client that has no ledger to hold anything of. */
    static final Held NOTHING = new Held(List.of());

    private final List<Share> shares;
    private final AtomicBoolean settled = new AtomicBoolean();

    /** What is held of one ledger. */
    record Share(Slice slice, BigDecimal amount) {}

    Held(List<Share> shares) {
        this.shares = shares;
    }

    /** Whether nothing had to be held. */
    public boolean isEmpty() {
        return shares.isEmpty();
    }

    /** The least that is held in a unit, or null if nothing is limited in it. */
    public @Nullable BigDecimal in(SpendingUnit unit) {
        BigDecimal least = null;
        for (Share share : shares) {
            if (share.slice.ledger().unit() == unit && (least == null || share.amount.compareTo(least) < 0)) {
                least = share.amount;
            }
        }
        return least;
    }

    @Override
    public List<UUID> leases() {
        List<UUID> leases = new ArrayList<>(shares.size());
        for (Share share : shares) {
            leases.add(share.slice.lease());
        }
        return leases;
    }

    @Override
    public Instant notBefore() {
        Instant latest = Instant.MIN;
        for (Share share : shares) {
            Instant start = share.slice.ledger().start();
            latest = start.isAfter(latest) ? start : latest;
        }
        return latest;
    }

    /** Whether one of its windows was over when another one began: then it does not hold what the call will use. */
    boolean isOutlived() {
        Instant counted = notBefore();
        for (Share share : shares) {
            if (share.slice.ledger().isOver(counted)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void settle(Spending used) {
        if (settled.compareAndSet(false, true)) {
            for (Share share : shares) {
                share.slice.settle(share.amount, used.in(share.slice.ledger().unit()));
            }
        }
    }
}
