package dev.comporta.job;

import java.time.Duration;
import java.time.Instant;

/** The times at which a job is to run: multiples of its interval since 1970-01-01T00:00Z, in no time zone but UTC. */
final class Slot {

    private Slot() {}

    /** The newest one that is not after {@code now}. */
    static Instant at(Instant now, Duration interval) {
        long millis = interval.toMillis();
        return Instant.ofEpochMilli(Math.floorDiv(now.toEpochMilli(), millis) * millis);
    }
}
