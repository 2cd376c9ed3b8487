package dev.comporta.budget;

import io.vertx.core.Future;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Collection;
import java.util.Set;
import java.util.UUID;

/** Where slices of ledgers are leased from: the database that all replicas share. Thread-safe; every method asks it. */
interface Leases {

    /** Opens the window that a ledger is in at that time. Completes with whether it was this replica that did. */
    Future<Boolean> open(LedgerRow ledger, Instant at);

    /**
     * Leases at least {@code needed}, or all that is free if that is less.
     *
     * @param lease grows if it is there already
     * @param ahead what would be welcome beyond, as long as it is a small part of what is free
     */
    Future<Granted> lease(LedgerRow ledger, UUID lease, BigDecimal needed, BigDecimal ahead);

    /** Gives back a part of a lease. */
    Future<Void> giveBack(LedgerRow ledger, UUID lease, BigDecimal amount);

    /** Keeps leases alive. Completes with those that are still there. */
    Future<Set<UUID>> renew(Collection<UUID> leases);

    /** Notes that what is left of a ledger does not pay for a call that was asked for. */
    Future<Void> exhausted(LedgerRow ledger);

    /**
     * What was granted, and how the ledger stands then.
     *
     * @param own what the lease is worth now
     * @param leased by all replicas
     * @param generation another one than that of the request means that nothing was granted, because the window is new
     */
    record Granted(
            BigDecimal amount,
            BigDecimal own,
            BigDecimal used,
            BigDecimal leased,
            BigDecimal limit,
            boolean paused,
            long generation) {}
}
