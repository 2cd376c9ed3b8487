package dev.comporta.budget;

import dev.comporta.budget.Leases.Granted;
import dev.comporta.core.Spending;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.LongSupplier;

/** The tables of ledgers and leases in memory: each method does at once what the SQL of that name does. */
final class MemoryLedgers {

    private static final BigDecimal SIXTEEN = BigDecimal.valueOf(16);

    private final LongSupplier nanos;
    private final long ttlNanos;
    private final Map<UUID, Ledger> ledgers = new LinkedHashMap<>();
    private final Map<UUID, Lease> leases = new LinkedHashMap<>();
    private final List<Usage> log = new ArrayList<>();

    static final class Ledger {

        LedgerRow row;
        BigDecimal used = BigDecimal.ZERO;
        BigDecimal leased = BigDecimal.ZERO;
        /** What was used by calls whose lease somebody else had got meanwhile. */
        BigDecimal lost = BigDecimal.ZERO;

        boolean exhausted;

        Ledger(LedgerRow row) {
            this.row = row;
        }

        boolean counts(Instant at) {
            return !at.isBefore(row.start()) && at.isBefore(row.end());
        }
    }

    private static final class Lease {

        final UUID ledger;
        final long generation;
        final UUID process;
        BigDecimal amount = BigDecimal.ZERO;
        long expires;

        Lease(UUID ledger, long generation, UUID process) {
            this.ledger = ledger;
            this.generation = generation;
            this.process = process;
        }
    }

    /** A row of the usage log. */
    record Usage(UUID client, Instant at, Spending used, List<UUID> leases) {}

    MemoryLedgers(LongSupplier nanos, long ttlNanos) {
        this.nanos = nanos;
        this.ttlNanos = ttlNanos;
    }

    void add(LedgerRow row) {
        ledgers.put(row.id(), new Ledger(row));
    }

    Collection<Ledger> ledgers() {
        return ledgers.values();
    }

    Ledger ledger(UUID id) {
        return ledgers.get(id);
    }

    List<Usage> log() {
        return log;
    }

    Map<UUID, List<LedgerRow>> rows() {
        Map<UUID, List<LedgerRow>> rows = new LinkedHashMap<>();
        for (Ledger ledger : ledgers.values()) {
            rows.computeIfAbsent(ledger.row.clientId(), first -> new ArrayList<>())
                    .add(ledger.row);
        }
        return rows;
    }

    /** Whether what this lease pays for is still its own. */
    boolean isAlive(UUID id) {
        Lease lease = leases.get(id);
        return lease != null && lease.expires >= nanos.getAsLong();
    }

    int leases(UUID ledger) {
        return (int) leases.values().stream()
                .filter(lease -> lease.ledger.equals(ledger))
                .count();
    }

    boolean open(UUID id, long seen, Window window) {
        Ledger ledger = ledgers.get(id);
        if (ledger.row.generation() != seen) {
            return false;
        }
        leases.values().removeIf(lease -> lease.ledger.equals(id));
        LedgerRow row = ledger.row;
        ledger.row = with(row, row.limit(), window.start(), window.end(), seen + 1);
        ledger.leased = BigDecimal.ZERO;
        ledger.lost = BigDecimal.ZERO;
        ledger.exhausted = false;
        ledger.used = log.stream()
                .filter(usage -> usage.client.equals(row.clientId()) && ledger.counts(usage.at))
                .map(usage -> usage.used.in(row.unit()))
                .reduce(BigDecimal.ZERO, BigDecimal::add);
        return true;
    }

    void limit(UUID id, BigDecimal limit) {
        LedgerRow row = ledgers.get(id).row;
        ledgers.get(id).row = with(row, limit, row.start(), row.end(), row.generation());
    }

    private static LedgerRow with(LedgerRow row, BigDecimal limit, Instant start, Instant end, long generation) {
        return new LedgerRow(
                row.id(),
                row.clientId(),
                row.policy(),
                row.unit(),
                row.period(),
                row.zone(),
                limit,
                row.enforced(),
                row.paused(),
                start,
                end,
                generation);
    }

    Granted lease(UUID process, LedgerRow seen, UUID id, BigDecimal needed, BigDecimal ahead) {
        Ledger ledger = ledgers.get(seen.id());
        long now = nanos.getAsLong();
        BigDecimal granted = BigDecimal.ZERO;
        BigDecimal own = BigDecimal.ZERO;
        if (ledger.row.generation() == seen.generation()) {
            if (free(ledger).compareTo(needed) < 0) {
                takeBackExpired(ledger, id, now);
            }
            BigDecimal free = free(ledger);
            if (free.compareTo(needed) >= 0) {
                granted = needed.add(
                        ahead.min(free.subtract(needed).divide(SIXTEEN).setScale(9, RoundingMode.DOWN)));
            } else if (free.signum() > 0) {
                granted = free;
            }
            ledger.leased = ledger.leased.add(granted);
            if (granted.signum() > 0) {
                leases.computeIfAbsent(id, first -> new Lease(seen.id(), seen.generation(), process));
            }
            Lease lease = leases.get(id);
            if (lease != null) {
                lease.amount = lease.amount.add(granted);
                lease.expires = now + ttlNanos;
                own = lease.amount;
            }
        }
        return new Granted(
                granted, own, ledger.used, ledger.leased, ledger.row.limit(), false, ledger.row.generation());
    }

    private static BigDecimal free(Ledger ledger) {
        return ledger.row.limit().subtract(ledger.used).subtract(ledger.leased);
    }

    private void takeBackExpired(Ledger ledger, UUID asking, long now) {
        leases.entrySet().removeIf(entry -> {
            Lease lease = entry.getValue();
            boolean expired = lease.ledger.equals(ledger.row.id())
                    && lease.expires < now
                    && !entry.getKey().equals(asking);
            if (expired && lease.generation == ledger.row.generation()) {
                ledger.leased = ledger.leased.subtract(lease.amount);
            }
            return expired;
        });
    }

    void giveBack(UUID id, UUID leaseId, BigDecimal amount) {
        Lease lease = leases.get(leaseId);
        Ledger ledger = ledgers.get(id);
        if (lease != null && lease.generation == ledger.row.generation()) {
            lease.amount = lease.amount.subtract(amount);
            ledger.leased = ledger.leased.subtract(amount);
        }
        leases.entrySet()
                .removeIf(entry -> entry.getKey().equals(leaseId)
                        && entry.getValue().amount.signum() == 0);
    }

    void giveAllBack(Set<UUID> processes) {
        leases.values().removeIf(lease -> {
            boolean theirs = processes.contains(lease.process);
            Ledger ledger = ledgers.get(lease.ledger);
            if (theirs && lease.generation == ledger.row.generation()) {
                ledger.leased = ledger.leased.subtract(lease.amount);
            }
            return theirs;
        });
    }

    Set<UUID> renew(Collection<UUID> ids) {
        Set<UUID> there = new HashSet<>(ids);
        there.retainAll(leases.keySet());
        there.forEach(id -> leases.get(id).expires = nanos.getAsLong() + ttlNanos);
        return there;
    }

    void settle(Usage usage) {
        log.add(usage);
        for (Ledger ledger : ledgers.values()) {
            if (!ledger.row.clientId().equals(usage.client)) {
                continue;
            }
            BigDecimal amount = usage.used.in(ledger.row.unit());
            BigDecimal paid = BigDecimal.ZERO;
            for (UUID id : usage.leases) {
                Lease lease = leases.get(id);
                if (lease != null
                        && lease.ledger.equals(ledger.row.id())
                        && lease.generation == ledger.row.generation()) {
                    paid = amount.min(lease.amount.max(BigDecimal.ZERO));
                    lease.amount = lease.amount.subtract(amount);
                    ledger.leased = ledger.leased.subtract(amount);
                }
            }
            leases.entrySet()
                    .removeIf(entry -> usage.leases.contains(entry.getKey())
                            && entry.getValue().ledger.equals(ledger.row.id())
                            && entry.getValue().amount.signum() == 0);
            if (ledger.counts(usage.at)) {
                ledger.used = ledger.used.add(amount);
                ledger.lost = ledger.lost.add(amount.subtract(paid));
            }
        }
    }
}
