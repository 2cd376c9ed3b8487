package dev.comporta.job;

import dev.comporta.core.Job;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A job as the admin API shows it.
 *
 * @param lastRun the newest run that is over
 * @param lastSuccessAt when it last ended well
 * @param nextRunAt when the built-in scheduler runs it next; null if the scheduler is off
 */
@RegisterForReflection
record JobView(
        String name,
        long intervalSeconds,
        boolean running,
        @Nullable JobRun lastRun,
        @Nullable Instant lastSuccessAt,
        @Nullable Instant nextRunAt) {

    static JobView of(Job job, JobState state, boolean scheduled, Instant now) {
        return new JobView(
                job.name(),
                job.interval().toSeconds(),
                state.isRunning(),
                state.lastRun(),
                state.doneAt(),
                scheduled ? state.nextRun(job, now) : null);
    }
}
