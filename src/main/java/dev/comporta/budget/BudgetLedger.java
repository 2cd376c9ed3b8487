package dev.comporta.budget;

import dev.comporta.budget.Held.Share;
import dev.comporta.budget.Slice.NotEnough;
import dev.comporta.budget.Slice.Replaced;
import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.core.Spending;
import dev.comporta.store.Database;
import dev.comporta.store.Live;
import io.quarkus.runtime.Startup;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.interceptor.Interceptor;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Holds money before a call and settles it after. Whatever the interleaving of calls and replicas, and whichever of
 * them crash, what is settled does not exceed the limit of a ledger that is enforced, as long as no call uses more than
 * was held for it.
 *
 * <p>PostgreSQL is the truth ({@code budget_ledgers}, to which the usage log is settled in its own transaction) and
 * memory the speed: each replica leases {@link Slice}s and serves holds from them. Thread-safe; never waits.
 */
@ApplicationScoped
@Startup(Interceptor.Priority.LIBRARY_BEFORE)
public class BudgetLedger {

    /**
     * A window may be opened while a call looks for it, and a slice replaced; more often than this they do not move.
     */
    private static final int ATTEMPTS = 4;

    private static final Duration RESERVED_RETRY = Duration.ofSeconds(1);

    private final Supplier<Map<UUID, List<LedgerRow>>> ledgers;
    private final Supplier<Future<Void>> reload;
    private final Leases leases;
    private final Clock clock;
    private final LongSupplier nanos;
    private final Duration ttl;
    private final Map<UUID, Future<Void>> opening = new ConcurrentHashMap<>();
    private final Map<UUID, Slice> slices = new ConcurrentHashMap<>();
    /** Ended, but calls still hold something of them: until those are over their leases must live. */
    private final Set<Slice> ending = ConcurrentHashMap.newKeySet();

    @Inject
    BudgetLedger(Database database, LedgerTable table, BudgetConfig config, Clock clock) {
        this(
                database.live("budgets", Set.of("budget_ledgers", "clients"), table::all),
                table,
                config.leaseTtl(),
                clock,
                System::nanoTime);
    }

    BudgetLedger(
            Live<Map<UUID, List<LedgerRow>>> ledgers, Leases leases, Duration ttl, Clock clock, LongSupplier nanos) {
        this(ledgers::get, ledgers::reload, leases, ttl, clock, nanos);
    }

    /** @param ledgers the ledgers of every client, as last loaded */
    BudgetLedger(
            Supplier<Map<UUID, List<LedgerRow>>> ledgers,
            Supplier<Future<Void>> reload,
            Leases leases,
            Duration ttl,
            Clock clock,
            LongSupplier nanos) {
        this.ledgers = ledgers;
        this.reload = reload;
        this.leases = leases;
        this.ttl = ttl;
        this.clock = clock;
        this.nanos = nanos;
    }

    /** Whether this client's calls may be refused, and so have to be held for. */
    public boolean isEnforced(UUID clientId) {
        for (LedgerRow row : of(clientId)) {
            if (row.enforced() || row.paused()) {
                return true;
            }
        }
        return false;
    }

    /**
     * Refuses a client that is paused, before anything is done for it.
     *
     * @throws GatewayError {@link ErrorCode#BUDGET_EXCEEDED}
     */
    public void refuseIfPaused(UUID clientId) {
        for (LedgerRow row : of(clientId)) {
            if (isPaused(row)) {
                throw paused(row);
            }
        }
    }

    /** Whether the client's use of money is limited, be it only to be told when it is over. */
    public boolean limitsMoney(UUID clientId) {
        for (LedgerRow row : of(clientId)) {
            if (row.unit().isMoney()) {
                return true;
            }
        }
        return false;
    }

    /**
     * Holds for a call what is leased already.
     *
     * @param most what the call uses at most
     * @return null if that takes asking: see {@link #hold}
     * @throws GatewayError if the client is paused
     */
    public @Nullable Held tryHold(UUID clientId, Instant receivedAt, Spending most) {
        refuseIfPaused(clientId);
        List<LedgerRow> rows = of(clientId);
        Instant at = counted(rows, receivedAt);
        List<Share> shares = null;
        for (LedgerRow row : rows) {
            if (!row.enforced()) {
                continue;
            }
            BigDecimal amount = most.in(row.unit());
            Slice slice = slices.get(row.id());
            if (slice == null
                    || slice.ledger().generation() != row.generation()
                    || row.isOver(at)
                    || !slice.take(amount)) {
                release(shares);
                return null;
            }
            if (shares == null) {
                shares = new ArrayList<>(2);
            }
            shares.add(new Share(slice, amount));
        }
        return shares == null ? Held.NOTHING : new Held(shares);
    }

    /**
     * Holds for a call, leasing what is missing.
     *
     * @param most what the call uses at most
     * @param least where no more is left, so much will do: the caller sees to it that the call uses no more than was
     *     held
     * @return fails with a {@link GatewayError}: {@link ErrorCode#BUDGET_EXCEEDED},
     *     {@link ErrorCode#COST_LIMIT_EXCEEDED}, {@link ErrorCode#BUDGET_RESERVED}, or
     *     {@link ErrorCode#ACCOUNTING_UNAVAILABLE} where the database would have to be asked and is away
     */
    public Future<Held> hold(UUID clientId, Instant receivedAt, Spending most, Spending least) {
        return hold(new Wish(clientId, receivedAt, most, least), ATTEMPTS);
    }

    /** When a call is counted: no sooner than the newest of its windows began, be it by another replica's clock. */
    private static Instant counted(List<LedgerRow> rows, Instant receivedAt) {
        Instant at = receivedAt;
        for (LedgerRow row : rows) {
            if (row.enforced() && row.start().isAfter(at)) {
                at = row.start();
            }
        }
        return at;
    }

    /** What a call asks for. */
    private record Wish(UUID clientId, Instant receivedAt, Spending most, Spending least) {}

    private Future<Held> hold(Wish wish, int attempts) {
        List<LedgerRow> enforced = new ArrayList<>(2);
        for (LedgerRow row : of(wish.clientId)) {
            if (isPaused(row)) {
                return Future.failedFuture(paused(row));
            }
            if (row.enforced()) {
                enforced.add(row);
            }
        }
        Instant at = counted(enforced, wish.receivedAt);
        if (attempts > 0) {
            for (LedgerRow row : enforced) {
                if (row.isOver(at)) {
                    return open(row, at).compose(opened -> hold(wish, attempts - 1));
                }
            }
        }
        List<Share> shares = new ArrayList<>(2);
        return take(enforced, 0, wish, shares)
                .map(taken -> {
                    Held held = shares.isEmpty() ? Held.NOTHING : new Held(shares);
                    if (held.isOutlived()) {
                        throw new Replaced();
                    }
                    return held;
                })
                .recover(failure -> {
                    release(shares);
                    return failure instanceof Replaced && attempts > 0
                            ? reload.get().recover(this::unavailable).compose(loaded -> hold(wish, attempts - 1))
                            : Future.failedFuture(failure instanceof GatewayError ? failure : unavailable());
                });
    }

    private Future<Void> take(List<LedgerRow> rows, int index, Wish wish, List<Share> shares) {
        if (index == rows.size()) {
            return Future.succeededFuture();
        }
        LedgerRow row = rows.get(index);
        Slice slice = slice(row);
        return slice.acquire(wish.most.in(row.unit()), wish.least.in(row.unit()), row.limit())
                .recover(failure -> Future.failedFuture(
                        failure instanceof NotEnough refused ? refusal(row, slice, refused.isSpent()) : failure))
                .compose(amount -> {
                    shares.add(new Share(slice, amount));
                    return take(rows, index + 1, wish, shares);
                });
    }

    /** The slice that serves a ledger's window, made if there is none. */
    private Slice slice(LedgerRow row) {
        while (true) {
            Slice slice = slices.get(row.id());
            // Who still sees the window before is served by the newer one.
            if (slice != null && slice.ledger().generation() >= row.generation() && !slice.hasEnded()) {
                return slice;
            }
            Slice fresh = new Slice(row, leases, ttl, nanos);
            if (slice == null ? slices.putIfAbsent(row.id(), fresh) == null : slices.replace(row.id(), slice, fresh)) {
                if (slice != null) {
                    end(slice);
                }
                return fresh;
            }
        }
    }

    private static void release(@Nullable List<Share> shares) {
        if (shares != null) {
            for (Share share : shares) {
                share.slice().settle(share.amount(), BigDecimal.ZERO);
            }
        }
    }

    private boolean isPaused(LedgerRow row) {
        return row.paused() && !row.isOver(clock.instant());
    }

    private GatewayError paused(LedgerRow row) {
        return new GatewayError(
                        ErrorCode.BUDGET_EXCEEDED, "This client is paused by its budget until %s.".formatted(row.end()))
                .retryAfter(untilEnd(row), false);
    }

    private GatewayError refusal(LedgerRow row, Slice slice, boolean spent) {
        if (!spent) {
            return new GatewayError(
                            ErrorCode.BUDGET_RESERVED,
                            "What is left of the %s is reserved by calls that are under way; try again in a moment."
                                    .formatted(row.policy() == null ? "budget" : "daily cost limit"))
                    .retryAfter(RESERVED_RETRY, true);
        }
        if (slice.isNewlyExhausted()) {
            leases.exhausted(row);
        }
        return row.policy() == null
                ? new GatewayError(
                                ErrorCode.BUDGET_EXCEEDED,
                                "What is left of this client's %s budget does not pay for this request; it begins anew at %s."
                                        .formatted(row.period().word(), row.end()))
                        .retryAfter(untilEnd(row), false)
                : new GatewayError(
                                ErrorCode.COST_LIMIT_EXCEEDED,
                                "What is left of the daily cost limit of policy \"%s\" does not pay for this request; it begins anew at %s."
                                        .formatted(row.policy(), row.end()))
                        .retryAfter(untilEnd(row), false);
    }

    private Duration untilEnd(LedgerRow row) {
        return Duration.between(clock.instant(), row.end());
    }

    private <T> Future<T> unavailable(Throwable cause) {
        return Future.failedFuture(unavailable());
    }

    private static GatewayError unavailable() {
        return new GatewayError(
                ErrorCode.ACCOUNTING_UNAVAILABLE, "The budget cannot be checked at the moment; try again in a moment.");
    }

    /**
     * Opens the window that a ledger is in now, or when a call is counted; completes when this replica knows it. Asked
     * once for all who wait.
     */
    private Future<Void> open(LedgerRow row, Instant at) {
        Promise<Void> mine = Promise.promise();
        Future<Void> running = opening.putIfAbsent(row.id(), mine.future());
        if (running != null) {
            return running;
        }
        Instant now = clock.instant();
        leases.open(row, now.isAfter(at) ? now : at)
                .compose(opened -> reload.get())
                .recover(this::unavailable)
                .onComplete(known -> {
                    opening.remove(row.id());
                    mine.handle(known);
                });
        return mine.future();
    }

    /**
     * Opens the windows that are over, one after the other: at midnight there may be thousands, and calls open their
     * own meanwhile.
     */
    Future<Integer> openDue() {
        Instant now = clock.instant();
        List<LedgerRow> due = ledgers.get().values().stream()
                .flatMap(List::stream)
                .filter(row -> row.isOver(now))
                .toList();
        if (due.isEmpty()) {
            return Future.succeededFuture(0);
        }
        Future<Boolean> last = Future.succeededFuture(true);
        for (LedgerRow row : due) {
            last = last.transform(before -> leases.open(row, now));
        }
        return last.compose(all -> reload.get()).map(due.size());
    }

    Collection<Slice> slices() {
        return slices.values();
    }

    /** All slices whose leases must live: those that serve calls, and those that calls still hold something of. */
    List<Slice> leased() {
        ending.removeIf(Slice::isOver);
        List<Slice> leased = new ArrayList<>(slices.values());
        leased.addAll(ending);
        return leased;
    }

    /** Whether a slice has expired, was leased under a limit that no longer holds, or for a ledger that is no more. */
    boolean isOutdated(Slice slice) {
        if (slice.hasEnded()) {
            return true;
        }
        LedgerRow leased = slice.ledger();
        for (LedgerRow row : of(leased.clientId())) {
            if (row.id().equals(leased.id())) {
                return row.generation() != leased.generation()
                        || row.limit().compareTo(leased.limit()) != 0
                        || !row.enforced();
            }
        }
        return true;
    }

    /** Ends a slice; the next call leases anew. */
    void replace(Slice slice) {
        slices.remove(slice.ledger().id(), slice);
        end(slice);
    }

    private void end(Slice slice) {
        ending.add(slice);
        slice.replace();
    }

    private List<LedgerRow> of(UUID clientId) {
        List<LedgerRow> rows = ledgers.get().get(clientId);
        return rows == null ? List.of() : rows;
    }
}
