package dev.comporta.job;

import io.quarkus.runtime.annotations.RegisterForReflection;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What became of a request to run a job.
 *
 * @param status {@code success}; {@code running} if it is not over yet; {@code already_running} if another run was
 *     under way, so that none began
 * @param startedAt when the run began; null if it is another one's
 */
@RegisterForReflection
record CronAnswer(
        String job,
        String status,
        @Nullable String summary,
        @Nullable Long durationMs,
        @Nullable Instant startedAt) {

    static CronAnswer of(JobRun run) {
        return new CronAnswer(run.job(), run.status(), run.summary(), run.durationMs(), run.startedAt());
    }

    static CronAnswer alreadyRunning(String job) {
        return new CronAnswer(job, "already_running", null, null, null);
    }
}
