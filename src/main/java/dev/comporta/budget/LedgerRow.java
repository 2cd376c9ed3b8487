package dev.comporta.budget;

import dev.comporta.core.SpendingUnit;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.ZoneId;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A ledger as calls see it: a budget, or a policy's limit of cost per day. Immutable.
 *
 * @param policy the name of the policy, or null for a budget
 * @param zone in which its days begin
 * @param enforced whether calls are refused at the limit
 * @param paused whether calls are refused until the next window
 * @param end the first moment that is no longer counted
 * @param generation of its window; what was leased in another one is worth nothing in this
 */
record LedgerRow(
        UUID id,
        UUID clientId,
        @Nullable String policy,
        SpendingUnit unit,
        BudgetPeriod period,
        ZoneId zone,
        BigDecimal limit,
        boolean enforced,
        boolean paused,
        Instant start,
        Instant end,
        long generation) {

    boolean isOver(Instant at) {
        return !at.isBefore(end);
    }
}
