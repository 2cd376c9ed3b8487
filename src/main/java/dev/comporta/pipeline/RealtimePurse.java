package dev.comporta.pipeline;

import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.core.Hold;
import dev.comporta.core.Spending;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Pays for a session, one response ahead: the provider begins a response without asking the gateway, so what it may
 * cost is held before. Where nothing is held, because nothing had to be or nothing could be, it is asked again when a
 * response begins, which waits for the answer.
 *
 * <p>Lives on the session's event loop.
 */
final class RealtimePurse {

    /**
     * Why a session cannot go on.
     *
     * @param code of the WebSocket's end
     */
    record Refusal(short code, String reason) {}

    private static final short POLICY_VIOLATION = 1008;
    private static final short TRY_AGAIN_LATER = 1013;
    private static final Future<Hold> NOTHING = Future.succeededFuture(Hold.NONE);

    /** So many responses in a row may begin while nothing can be held for a reason that passes. */
    private static final int MOST_DEBTS = 2;

    private final Supplier<Future<Hold>> reserve;
    private Future<Hold> next;
    private @Nullable Refusal refusal;
    private Runnable refused = () -> {};
    private int debts;
    private boolean overdrawn;
    private boolean closed;

    /** @param first pays for the first response */
    RealtimePurse(Hold first, Supplier<Future<Hold>> reserve) {
        next = Future.succeededFuture(first);
        this.reserve = reserve;
    }

    /** Has somebody told as soon as there is a refusal. */
    void whenRefused(Runnable told) {
        refused = told;
    }

    /** What pays for a response that begins now; {@link Hold#NONE} if it need not be paid for, or is not. */
    Future<Hold> take() {
        Future<Hold> mine = next;
        next = NOTHING;
        return mine.otherwise(Hold.NONE)
                .compose(held -> held == Hold.NONE ? ask() : Future.succeededFuture(held))
                .transform(asked -> Future.succeededFuture(taken(asked)));
    }

    private Hold taken(AsyncResult<Hold> asked) {
        if (asked.failed()) {
            debts++;
            if (debts >= MOST_DEBTS) {
                refuse(new Refusal(TRY_AGAIN_LATER, "The budget cannot be checked at the moment; try again later."));
            }
            overdrawn = refusal != null;
            return Hold.NONE;
        }
        debts = 0;
        if (next == NOTHING && !closed) {
            next = ask();
        }
        return asked.result();
    }

    /** A response is over, and what it did not use is free: now there may be enough for the next. */
    void retry() {
        if (next.failed() && !closed) {
            next = ask();
        }
    }

    private Future<Hold> ask() {
        return refusal == null
                ? reserve.get().onFailure(this::refused)
                : Future.failedFuture(new GatewayError(ErrorCode.BUDGET_EXCEEDED, refusal.reason()));
    }

    private void refused(Throwable cause) {
        if (cause instanceof GatewayError error) {
            switch (error.code()) {
                case BUDGET_EXCEEDED, COST_LIMIT_EXCEEDED ->
                    refuse(new Refusal(POLICY_VIOLATION, "The budget is used up."));
                case PRICE_UNKNOWN ->
                    refuse(new Refusal(POLICY_VIOLATION, "The price of what the session uses is not known."));
                default -> {
                    // It passes: calls that are under way reserve more than they use, and databases come back.
                }
            }
        }
    }

    private void refuse(Refusal why) {
        if (refusal == null) {
            refusal = why;
            refused.run();
        }
    }

    /** Why nothing more can be paid for, or null if it can. */
    @Nullable
    Refusal refusal() {
        return refusal;
    }

    /** Whether something runs that was refused. */
    boolean isOverdrawn() {
        return overdrawn;
    }

    /** The session is over; what was held for a response that did not come is free again. */
    void close() {
        closed = true;
        next.onSuccess(held -> held.settle(Spending.NONE));
        next = NOTHING;
    }
}
