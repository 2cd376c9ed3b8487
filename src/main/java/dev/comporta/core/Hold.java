package dev.comporta.core;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What is reserved for one call until it is known what the call used. */
public interface Hold {

    /** Nothing had to be reserved. */
    Hold NONE = new Hold() {

        @Override
        public List<UUID> leases() {
            return List.of();
        }

        @Override
        public void settle(Spending used) {}
    };

    /** The leases that pay for the call; they are written with its usage. */
    List<UUID> leases();

    /**
     * When the windows of the leases began. A call that came in just before is counted at that time, because it is paid
     * for then.
     */
    default Instant notBefore() {
        return Instant.MIN;
    }

    /**
     * What the call uses at most; that is what it is taken to have used if nobody can tell in the end. Null where
     * nothing is reserved: then what is unknown stays unknown.
     */
    default @Nullable Bound bound() {
        return null;
    }

    /** The call is over and its usage on disk: frees what was reserved and not used. Only the first time counts. */
    void settle(Spending used);
}
