package dev.comporta.http;

import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The memory that request bodies may take together. Each body is bounded, but a small heap is full of a few large ones;
 * the next caller is asked to come back instead. Thread-safe.
 */
final class BodyBudget {

    private final long limit;
    private final AtomicLong taken = new AtomicLong();

    BodyBudget(long limit) {
        this.limit = limit;
    }

    /** A share of the heap: a body is held up to three times on its way. */
    static BodyBudget ofHeap(long maxBodyBytes) {
        return new BodyBudget(Math.max(Runtime.getRuntime().maxMemory() / 6, maxBodyBytes));
    }

    /** @throws GatewayError {@link ErrorCode#OVERLOADED} if there is no room */
    void take(long bytes) {
        if (taken.addAndGet(bytes) > limit) {
            taken.addAndGet(-bytes);
            throw new GatewayError(
                    ErrorCode.OVERLOADED, "The gateway is busy with large requests; try again in a moment.");
        }
    }

    void giveBack(long bytes) {
        taken.addAndGet(-bytes);
    }
}
