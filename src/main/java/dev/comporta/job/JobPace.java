package dev.comporta.job;

import java.time.Duration;

/**
 * The times by which jobs are run.
 *
 * @param tick between two looks at what is due
 * @param lease how long a run holds its job without a sign of life of its replica
 * @param longestRun after which a run counts as failed
 * @param lastWait how long a stopping replica waits for what it runs
 */
record JobPace(Duration tick, Duration lease, Duration longestRun, Duration lastWait) {

    static final JobPace USUAL =
            new JobPace(Duration.ofSeconds(15), Duration.ofMinutes(1), Duration.ofHours(1), Duration.ofSeconds(3));
}
