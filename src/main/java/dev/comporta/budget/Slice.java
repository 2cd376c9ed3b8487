package dev.comporta.budget;

import dev.comporta.budget.Leases.Granted;
import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What this replica may spend of one window of a ledger without asking anybody. Holds are taken from it and what they
 * did not use comes back; when it runs low more is leased, in the background while there is plenty, and before the call
 * when there is not.
 *
 * <p>At any time {@code available}, what is held, and what was spent and is not in the database yet add up to the
 * lease. Where that is in doubt, because an answer of the database was lost, the slice is retired: a new one leases
 * anew, and what is in doubt of the old lease expires. What calls still hold of a retired slice is given back as it
 * comes back.
 *
 * <p>Thread-safe.
 */
final class Slice {

    private static final int LEAST_AHEAD = 8;
    private static final int MOST_AHEAD = 1 << 16;
    private static final long SOON_NANOS = Duration.ofSeconds(1).toNanos();
    private static final long STILL_SPENT_NANOS = Duration.ofMillis(200).toNanos();

    private final LedgerRow ledger;
    private final Leases leases;
    private final LongSupplier nanos;
    private final long ttlNanos;
    private final UUID lease = UUID.randomUUID();
    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private final Deque<Runnable> answers = new ArrayDeque<>();

    private BigDecimal available = BigDecimal.ZERO;
    private BigDecimal held = BigDecimal.ZERO;
    private int holds;
    /** How many calls like the last one are leased ahead; grows with the speed at which they come. */
    private int ahead = LEAST_AHEAD;

    /** Meaningless until something was leased. */
    private long validUntil;

    private boolean leased;
    private long lastTaken;
    private long lastAsked;
    /** Whether a statement about this lease is under way; there is one at a time. */
    private boolean asking;

    private boolean answering;

    private long statements;
    private boolean atTheEdge;
    private boolean doubtful;
    private boolean retired;
    private boolean exhausted;

    /** What was left of the ledger, everywhere, when a call was refused for it. */
    private @Nullable BigDecimal left;

    private long leftNanos;

    private record Waiting(BigDecimal most, BigDecimal least, Promise<BigDecimal> promise) {}

    Slice(LedgerRow ledger, Leases leases, Duration ttl, LongSupplier nanos) {
        this.ledger = ledger;
        this.leases = leases;
        this.nanos = nanos;
        ttlNanos = ttl.toNanos();
        lastTaken = nanos.getAsLong();
        lastAsked = lastTaken - SOON_NANOS;
    }

    LedgerRow ledger() {
        return ledger;
    }

    UUID lease() {
        return lease;
    }

    /** Takes an amount if it is there. */
    boolean take(BigDecimal amount) {
        boolean low;
        synchronized (this) {
            long now = nanos.getAsLong();
            if (retired || available.compareTo(amount) < 0 || hasExpired(now) || !waiting.isEmpty()) {
                return false;
            }
            hold(amount, now);
            low = !asking && !atTheEdge && available.compareTo(amount.add(amount)) < 0;
        }
        if (low) {
            ask(amount);
        }
        return true;
    }

    /**
     * Takes an amount, leasing what is missing.
     *
     * @param least less than {@code most} will do if no more is left
     * @param limitNow the ledger's limit as it is known now
     * @return what was taken; a failure is {@link NotEnough}, {@link Replaced}, or a {@link GatewayError}
     */
    Future<BigDecimal> acquire(BigDecimal most, BigDecimal least, BigDecimal limitNow) {
        Promise<BigDecimal> promise = Promise.promise();
        synchronized (this) {
            if (retired || hasExpired(nanos.getAsLong())) {
                return Future.failedFuture(new Replaced());
            }
            if (isStillSpent(least, limitNow)) {
                return Future.failedFuture(new NotEnough(true));
            }
            waiting.add(new Waiting(most, least, promise));
        }
        serve(true);
        ask(most);
        return promise.future();
    }

    /** What was leased may be somebody else's by now. */
    private boolean hasExpired(long now) {
        return leased && now - validUntil >= 0;
    }

    /** A storm of calls that cannot be paid for must not become a storm of statements. */
    private boolean isStillSpent(BigDecimal least, BigDecimal limitNow) {
        return left != null
                && limitNow.compareTo(ledger.limit()) == 0
                && nanos.getAsLong() - leftNanos < STILL_SPENT_NANOS
                && left.compareTo(least) < 0
                && available.compareTo(least) < 0;
    }

    private void hold(BigDecimal amount, long now) {
        available = available.subtract(amount);
        held = held.add(amount);
        holds++;
        lastTaken = now;
    }

    /** What was held comes back, but for what was used. */
    void settle(BigDecimal amount, BigDecimal used) {
        boolean giveBack;
        synchronized (this) {
            available = available.add(amount).subtract(used);
            held = held.subtract(amount);
            holds--;
            giveBack = retired || atTheEdge && waiting.isEmpty();
        }
        serve(true);
        if (giveBack) {
            giveBack();
        }
    }

    /** Leases what those who wait are missing, and something ahead, unless a statement is under way. */
    private void ask(BigDecimal like) {
        BigDecimal needed;
        BigDecimal more;
        long sent;
        synchronized (this) {
            if (asking || retired) {
                return;
            }
            sent = nanos.getAsLong();
            BigDecimal wanted = waiting.stream().map(Waiting::most).reduce(BigDecimal.ZERO, BigDecimal::add);
            needed = wanted.subtract(available).max(BigDecimal.ZERO);
            if (sent - lastAsked < SOON_NANOS) {
                ahead = Math.min(ahead * 2, MOST_AHEAD);
            }
            lastAsked = sent;
            more = like.multiply(BigDecimal.valueOf(ahead));
            asking = true;
            statements++;
        }
        leases.lease(ledger, lease, needed, more).onComplete(answer -> {
            if (answer.succeeded()) {
                granted(needed, answer.result(), sent);
            } else {
                unanswered();
            }
        });
    }

    private void granted(BigDecimal needed, Granted granted, long sent) {
        List<Waiting> refused = List.of();
        synchronized (this) {
            asking = false;
            // A statement that took so long may have found the lease expired and given to others, and begun it anew.
            if (granted.generation() != ledger.generation() || hasExpired(nanos.getAsLong())) {
                refused = retire();
            } else {
                leased = true;
                available = available.add(granted.amount());
                validUntil = sent + ttlNanos;
                atTheEdge = granted.amount().compareTo(needed) <= 0 && needed.signum() > 0;
                BigDecimal unsettled = granted.own().subtract(available).subtract(held);
                // What an unknown statement leased cannot be told from what was spent.
                left = doubtful
                        ? null
                        : granted.limit().subtract(granted.used()).subtract(unsettled);
                leftNanos = nanos.getAsLong();
            }
        }
        refused.forEach(late -> late.promise.fail(new Replaced()));
        serve(granted.amount().compareTo(needed) >= 0);
        goOn();
    }

    /** Once a statement was answered: asks for whoever came meanwhile, or gives back what others may need. */
    private void goOn() {
        BigDecimal like;
        boolean giveBack;
        synchronized (this) {
            like = waiting.isEmpty() ? null : waiting.getFirst().most;
            giveBack = retired || atTheEdge;
        }
        if (like != null) {
            ask(like);
        } else if (giveBack) {
            giveBack();
        }
    }

    /** Nobody knows whether the database did as it was asked. */
    private void unanswered() {
        List<Waiting> unserved;
        synchronized (this) {
            asking = false;
            doubtful = true;
            unserved = drainWaiting();
        }
        unserved.forEach(
                call -> call.promise.fail(
                        new GatewayError(
                                ErrorCode.ACCOUNTING_UNAVAILABLE,
                                "The budget cannot be checked, because the gateway does not reach its database; try again in a moment.")));
    }

    /**
     * Serves those who wait, in order.
     *
     * @param mayGetMore whether who cannot be served waits on; else all there is has been leased, and there is no more
     */
    private void serve(boolean mayGetMore) {
        synchronized (this) {
            while (!waiting.isEmpty()) {
                Waiting next = waiting.getFirst();
                BigDecimal amount;
                if (available.compareTo(next.most) >= 0) {
                    amount = next.most;
                } else if (mayGetMore) {
                    break;
                } else if (available.compareTo(next.least) >= 0) {
                    amount = available;
                } else {
                    waiting.removeFirst();
                    boolean spent = left != null && left.compareTo(next.least) < 0;
                    answers.add(() -> next.promise.fail(new NotEnough(spent)));
                    continue;
                }
                waiting.removeFirst();
                hold(amount, nanos.getAsLong());
                answers.add(() -> next.promise.complete(amount));
            }
        }
        answer();
    }

    /** One after the other: whoever is answered may settle at once, by which the next is served. */
    private void answer() {
        while (true) {
            Runnable next;
            synchronized (this) {
                next = answering ? null : answers.poll();
                if (next == null) {
                    return;
                }
                answering = true;
            }
            try {
                next.run();
            } finally {
                synchronized (this) {
                    answering = false;
                }
            }
        }
    }

    /** Gives back what nobody has taken for a while. */
    void giveBackIfIdle(Duration idle) {
        synchronized (this) {
            if (nanos.getAsLong() - lastTaken < idle.toNanos()) {
                return;
            }
            ahead = Math.max(LEAST_AHEAD, ahead / 2);
        }
        giveBack();
    }

    /** Gives back what is not held. */
    void giveBack() {
        BigDecimal amount;
        synchronized (this) {
            // What has expired nobody has to be given.
            if (asking || !waiting.isEmpty() || available.signum() == 0 || hasExpired(nanos.getAsLong())) {
                return;
            }
            amount = available;
            available = BigDecimal.ZERO;
            asking = true;
            statements++;
        }
        leases.giveBack(ledger, lease, amount).onComplete(answer -> {
            if (answer.succeeded()) {
                synchronized (this) {
                    asking = false;
                }
                goOn();
            } else {
                unanswered();
            }
        });
    }

    /** Whether it must not be used any longer, because what it has is in doubt. */
    synchronized boolean isDoubtful() {
        return doubtful;
    }

    /** Whether it serves no more calls. */
    synchronized boolean hasEnded() {
        return retired || hasExpired(nanos.getAsLong());
    }

    /** Whether calls still hold something of it. */
    synchronized boolean isHeld() {
        return holds > 0;
    }

    /** Whether it has ended, and no call holds anything of it, and nothing is to be given back. */
    synchronized boolean isOver() {
        boolean expired = hasExpired(nanos.getAsLong());
        return (retired || expired) && holds == 0 && !asking && (expired || available.signum() == 0);
    }

    /** Whether this is the first time that it says so: that what is left does not pay for a call. */
    synchronized boolean isNewlyExhausted() {
        boolean first = !exhausted;
        exhausted = true;
        return first;
    }

    /** Ends it; who waits is served by another one. */
    void replace() {
        List<Waiting> late;
        synchronized (this) {
            late = retire();
        }
        late.forEach(call -> call.promise.fail(new Replaced()));
        giveBack();
    }

    private List<Waiting> retire() {
        retired = true;
        return drainWaiting();
    }

    private List<Waiting> drainWaiting() {
        List<Waiting> drained = new ArrayList<>(waiting);
        waiting.clear();
        return drained;
    }

    /** How many statements it has made; a renewal that saw none between its question and its answer may be believed. */
    synchronized long statements() {
        return asking ? -1 : statements;
    }

    /** The lease was renewed by a statement that was sent then. */
    synchronized void renewed(long sent) {
        // One that had expired may have become somebody else's before.
        if (!hasExpired(nanos.getAsLong())) {
            validUntil = sent + ttlNanos;
        }
    }

    /** The lease is gone: what was available of it belongs to others. */
    synchronized void lost(long seenStatements) {
        if (!asking && statements == seenStatements) {
            available = BigDecimal.ZERO;
        }
    }

    /** This slice has ended, perhaps with its window: look for the one that took its place. */
    static final class Replaced extends RuntimeException {

        Replaced() {
            super(null, null, false, false);
        }
    }

    /** The ledger does not have what was asked for. */
    static final class NotEnough extends RuntimeException {

        private final boolean spent;

        /** @param spent whether it is used up; else calls that are under way hold more than they may need */
        NotEnough(boolean spent) {
            super(null, null, false, false);
            this.spent = spent;
        }

        boolean isSpent() {
            return spent;
        }
    }
}
