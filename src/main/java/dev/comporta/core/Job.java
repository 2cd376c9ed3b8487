package dev.comporta.core;

import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;

/**
 * Work that is done from time to time, once in the whole cluster. Running it once more, late or after it was skipped,
 * does what is then to do and nothing twice.
 */
public interface Job {

    /** Its name in URLs, tables and logs, such as {@code check-budget-alerts}. */
    String name();

    /** How often it runs. The times are multiples of it since midnight of 1970-01-01 in UTC. */
    Duration interval();

    /**
     * Does the work.
     *
     * @param now the time that counts as the present
     * @return what was done, in a few words; a failure is told and tried again at the next turn
     */
    Future<String> run(Instant now);
}
