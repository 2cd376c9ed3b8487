package dev.comporta.job;

import dev.comporta.core.Job;
import io.vertx.sqlclient.Row;
import java.time.Instant;
import java.time.OffsetDateTime;
import org.jspecify.annotations.Nullable;

/**
 * What the cluster knows of a job.
 *
 * @param isRunning whether a run is under way on any replica
 * @param retryAt before this time no attempt is made after a failure
 * @param doneSlot the slot for which it last ended well
 * @param doneAt when it last ended well
 * @param lastRun the newest run that is over
 */
record JobState(
        boolean isRunning,
        @Nullable Instant retryAt,
        @Nullable Instant doneSlot,
        @Nullable Instant doneAt,
        @Nullable JobRun lastRun) {

    static final JobState NONE = new JobState(false, null, null, null, null);

    static JobState of(Row row) {
        return new JobState(
                row.getBoolean("is_running"),
                instant(row, "retry_at"),
                instant(row, "done_slot"),
                instant(row, "done_at"),
                row.getString("job") == null ? null : JobRun.of(row));
    }

    /** When the scheduler will run it next; {@code now} if that is at its next turn. */
    Instant nextRun(Job job, Instant now) {
        Instant slot = Slot.at(now, job.interval());
        Instant due = doneSlot == null || doneSlot.isBefore(slot) ? now : slot.plus(job.interval());
        return retryAt != null && retryAt.isAfter(due) ? retryAt : due;
    }

    private static @Nullable Instant instant(Row row, String column) {
        @Nullable OffsetDateTime time = row.getOffsetDateTime(column);
        return time == null ? null : time.toInstant();
    }
}
