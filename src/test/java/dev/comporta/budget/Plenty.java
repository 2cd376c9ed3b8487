package dev.comporta.budget;

import dev.comporta.core.SpendingUnit;
import io.vertx.core.Future;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** Budgets of one client that are never used up, without a database: whatever is asked for is leased at once. */
public final class Plenty implements Leases {

    private static final BigDecimal LIMIT = new BigDecimal("1000000000000");

    private Plenty() {}

    /** Of a budget in USD and a policy's daily limit in BRL. */
    public static BudgetLedger of(UUID client) {
        List<LedgerRow> rows = List.of(row(client, null, SpendingUnit.USD), row(client, "Daily", SpendingUnit.BRL));
        Map<UUID, List<LedgerRow>> ledgers = Map.of(client, rows);
        return new BudgetLedger(
                () -> ledgers,
                Future::succeededFuture,
                new Plenty(),
                Duration.ofDays(1),
                Clock.systemUTC(),
                System::nanoTime);
    }

    private static LedgerRow row(UUID client, String policy, SpendingUnit unit) {
        return new LedgerRow(
                UUID.randomUUID(),
                client,
                policy,
                unit,
                BudgetPeriod.DAILY,
                ZoneOffset.UTC,
                LIMIT,
                true,
                false,
                Instant.EPOCH,
                Instant.now().plus(Duration.ofDays(1)),
                1);
    }

    @Override
    public Future<Boolean> open(LedgerRow ledger, Instant at) {
        return Future.succeededFuture(false);
    }

    @Override
    public Future<Granted> lease(LedgerRow ledger, UUID lease, BigDecimal needed, BigDecimal ahead) {
        BigDecimal granted = needed.add(ahead);
        return Future.succeededFuture(
                new Granted(granted, granted, BigDecimal.ZERO, granted, LIMIT, false, ledger.generation()));
    }

    @Override
    public Future<Void> giveBack(LedgerRow ledger, UUID lease, BigDecimal amount) {
        return Future.succeededFuture();
    }

    @Override
    public Future<Set<UUID>> renew(Collection<UUID> leases) {
        return Future.succeededFuture(Set.copyOf(leases));
    }

    @Override
    public Future<Void> exhausted(LedgerRow ledger) {
        return Future.succeededFuture();
    }
}
