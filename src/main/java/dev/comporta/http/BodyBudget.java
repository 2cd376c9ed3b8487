package dev.comporta.http;

import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What request bodies may take: memory, each and all together, and time. Each body is bounded, but a small heap is full
 * of a few large ones; the next caller is asked to come back instead. One for all routes. Thread-safe.
 */
@Singleton
final class BodyBudget {

    private final long limit;
    private final long mostOfOne;
    private final Duration patience;
    private final AtomicLong taken = new AtomicLong();

    /** A share of the heap: a body is held up to three times on its way. */
    @Inject
    BodyBudget(HttpConfig config) {
        this(
                Math.max(
                        Runtime.getRuntime().maxMemory() / 6,
                        config.maxBodySize().asLongValue()),
                config.maxBodySize().asLongValue(),
                config.bodyTimeout());
    }

    BodyBudget(long limit, long mostOfOne, Duration patience) {
        this.limit = limit;
        this.mostOfOne = mostOfOne;
        this.patience = patience;
    }

    /** How long a single body may be, in bytes. */
    long mostOfOne() {
        return mostOfOne;
    }

    /** How long a body that is held may stop coming. */
    Duration patience() {
        return patience;
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
