package dev.comporta.job;

import io.quarkus.runtime.annotations.RegisterForReflection;
import io.vertx.sqlclient.Row;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import org.jspecify.annotations.Nullable;

/**
 * A row of {@code job_runs}: one run of one job.
 *
 * @param number counts the job's runs, from 1
 * @param slot the scheduled time that it stands for
 * @param cause {@code schedule} or {@code request}
 * @param status {@code running}, {@code success} or {@code failure}
 * @param summary what was done; null unless it ended well
 * @param error why it failed; null unless it did
 */
@RegisterForReflection
record JobRun(
        String job,
        long number,
        Instant slot,
        String cause,
        String replica,
        Instant startedAt,
        @Nullable Instant endedAt,
        @Nullable Long durationMs,
        String status,
        @Nullable String summary,
        @Nullable String error) {

    static final String RUNNING = "running";
    static final String FAILURE = "failure";

    static JobRun of(Row row) {
        Instant startedAt = row.getOffsetDateTime("started_at").toInstant();
        @Nullable OffsetDateTime ended = row.getOffsetDateTime("ended_at");
        @Nullable Instant endedAt = ended == null ? null : ended.toInstant();
        return new JobRun(
                row.getString("job"),
                row.getLong("number"),
                row.getOffsetDateTime("slot").toInstant(),
                row.getString("cause"),
                row.getString("replica"),
                startedAt,
                endedAt,
                endedAt == null
                        ? null
                        : Math.max(0, Duration.between(startedAt, endedAt).toMillis()),
                row.getString("status"),
                row.getString("summary"),
                row.getString("error"));
    }
}
