package dev.comporta.pipeline;

import dev.comporta.budget.Held;
import dev.comporta.core.Bound;
import dev.comporta.core.Hold;
import dev.comporta.core.Spending;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/** What is held for one call, and for how much use that pays. Thread-safe. */
record BoundedHold(Held held, @Override Bound bound) implements Hold {

    /** @param most what the held amounts pay for */
    static Hold of(Held held, CallBound most) {
        return held.isEmpty() ? held : new BoundedHold(held, most.bound());
    }

    @Override
    public List<UUID> leases() {
        return held.leases();
    }

    @Override
    public Instant notBefore() {
        return held.notBefore();
    }

    @Override
    public void settle(Spending used) {
        held.settle(used);
    }
}
