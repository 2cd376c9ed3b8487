package dev.comporta.budget;

import dev.comporta.budget.MemoryLedgers.Ledger;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Collection;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * One process' way to the ledgers. Every statement is done some time after it was sent and answered some time after
 * that, so that several are done and answered in any order; some at once. On a bad line answers are lost, of statements
 * that were done, that were not, and that will be done later.
 */
final class FlakyLeases implements Leases {

    private static final long MILLI = 1_000_000;

    final UUID process = UUID.randomUUID();
    private final MemoryLedgers ledgers;
    private final VirtualTime time;
    private final Random random;
    private final Runnable announce;

    /** How many in a hundred answers are lost. */
    int lossy;
    /** How long a statement takes at most, each way. */
    long slowest = 40 * MILLI;

    private boolean dead;

    FlakyLeases(MemoryLedgers ledgers, VirtualTime time, Random random, Runnable announce) {
        this.ledgers = ledgers;
        this.time = time;
        this.random = random;
        this.announce = announce;
    }

    /** The process is no more: statements that it sent may be done, but nobody hears of it. */
    void die() {
        dead = true;
    }

    <T> Future<T> statement(Supplier<T> does) {
        Promise<T> answer = Promise.promise();
        boolean lost = random.nextInt(100) < lossy;
        boolean done = !lost || random.nextInt(3) > 0;
        long there = random.nextInt(10) == 0 ? 0 : (long) (random.nextDouble() * slowest);
        long back = random.nextInt(10) == 0 ? 0 : (long) (random.nextDouble() * slowest);
        if (lost) {
            // The connection breaks, and what was sent over it may come to an end before or after that is noticed.
            run((long) (random.nextDouble() * slowest), () -> {
                if (!dead) {
                    answer.fail("the connection was lost");
                }
            });
            if (done) {
                run(there, does::get);
            }
            return answer.future();
        }
        run(there, () -> {
            if (dead && random.nextBoolean()) {
                return;
            }
            T result = does.get();
            run(back, () -> {
                if (!dead) {
                    answer.complete(result);
                }
            });
        });
        return answer.future();
    }

    private void run(long nanos, Runnable action) {
        if (nanos == 0) {
            action.run();
        } else {
            time.after(nanos, action);
        }
    }

    @Override
    public Future<Boolean> open(LedgerRow row, Instant at) {
        return statement(() -> {
            boolean opened =
                    ledgers.open(row.id(), row.generation(), row.period().window(at, row.zone()));
            announce.run();
            return opened;
        });
    }

    @Override
    public Future<Granted> lease(LedgerRow row, UUID lease, BigDecimal needed, BigDecimal ahead) {
        return statement(() -> ledgers.lease(process, row, lease, needed, ahead));
    }

    @Override
    public Future<Void> giveBack(LedgerRow row, UUID lease, BigDecimal amount) {
        return statement(() -> {
            ledgers.giveBack(row.id(), lease, amount);
            return null;
        });
    }

    @Override
    public Future<Set<UUID>> renew(Collection<UUID> leases) {
        return statement(() -> ledgers.renew(leases));
    }

    @Override
    public Future<Void> exhausted(LedgerRow row) {
        return statement(() -> {
            Ledger ledger = ledgers.ledger(row.id());
            ledger.exhausted |= ledger.row.generation() == row.generation();
            return null;
        });
    }
}
