package dev.comporta.pipeline;

import dev.comporta.core.Hold;
import dev.comporta.core.Spending;
import io.vertx.core.Future;
import java.util.function.Supplier;

/**
 * Pays for a session, one response ahead: the provider begins a response without asking the gateway, so what it may
 * cost is held before, and when nothing can be held for the next one the session has had its last.
 *
 * <p>Lives on the session's event loop.
 */
final class RealtimePurse {

    private final Supplier<Future<Hold>> reserve;
    private Hold next;
    private boolean spent;
    private boolean closed;

    /** @param first pays for the first response */
    RealtimePurse(Hold first, Supplier<Future<Hold>> reserve) {
        next = first;
        this.reserve = reserve;
    }

    /** What pays for a response that begins now. */
    Hold take() {
        Hold taken = next;
        next = Hold.NONE;
        if (!closed && taken != Hold.NONE) {
            reserve.get().onSuccess(this::put).onFailure(refused -> spent = true);
        }
        return taken;
    }

    private void put(Hold hold) {
        next = hold;
        if (closed) {
            close();
        }
    }

    /** Whether the client's budget does not pay for another response. */
    boolean isSpent() {
        return spent;
    }

    /** The session is over; what was held for a response that did not come is free again. */
    void close() {
        closed = true;
        next.settle(Spending.NONE);
    }
}
