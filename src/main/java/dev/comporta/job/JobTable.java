package dev.comporta.job;

import dev.comporta.core.Job;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * The statements of {@code jobs} and {@code job_runs}.
 *
 * <p>Which slot a job is at, the replica's clock says; how much time has passed since something happened, the
 * database's. So replicas whose clocks differ do not make each other's runs due, and each comparison below also says
 * what holds if the clock was set back in between: a time that lies further ahead than it can have been set counts as
 * passed.
 */
final class JobTable {

    /** How many runs of a job are remembered. */
    static final int KEPT = 200;

    /** The pause after the given number of attempts: a minute, doubled each time, up to the interval or an hour. */
    private static final String PAUSE =
            "least($4::bigint * interval '1 millisecond', interval '1 hour', interval '1 minute' * power(2, least(%s, 7) - 1))";

    private static final String CLAIM = """
            WITH claimed AS (
                INSERT INTO jobs AS job (name, runs, lease_until, attempts, retry_at)
                VALUES ($1, 1, now() + $5::bigint * interval '1 millisecond', 1, now() + %s)
                ON CONFLICT (name) DO UPDATE SET runs = job.runs + 1, lease_until = excluded.lease_until,
                    attempts = job.attempts + 1, retry_at = now() + %s
                WHERE (job.lease_until IS NULL OR job.lease_until NOT BETWEEN now()
                        AND excluded.lease_until + interval '1 minute')
                    AND ($3 = 'request' OR (
                        (job.done_slot IS NULL OR job.done_slot < $2 OR (job.done_slot > $2
                            AND job.done_at NOT BETWEEN now() - $4::bigint * interval '1 millisecond'
                                AND now() + interval '1 minute'))
                        AND (job.retry_at IS NULL
                            OR job.retry_at NOT BETWEEN now() AND now() + interval '61 minutes')))
                RETURNING runs
            ), interrupted AS (
                UPDATE job_runs SET status = 'failure', ended_at = now(),
                    error = 'Its replica ended, or lost the database, before the run was over.'
                FROM claimed WHERE job_runs.job = $1 AND status = 'running'
            )
            INSERT INTO job_runs (job, number, slot, cause, replica) SELECT $1, runs, $2, $3, $6 FROM claimed
            RETURNING *
            """.formatted(PAUSE.formatted("1"), PAUSE.formatted("job.attempts + 1"));

    private static final String END = """
            WITH ended AS (
                UPDATE jobs SET lease_until = NULL,
                    attempts = CASE WHEN $5 THEN 0 ELSE attempts END,
                    retry_at = CASE WHEN $5 THEN NULL ELSE now() + %s END,
                    done_slot = CASE WHEN $5 THEN $3 ELSE done_slot END,
                    done_at = CASE WHEN $5 THEN now() ELSE done_at END
                WHERE name = $1 AND runs = $2 AND lease_until IS NOT NULL
                RETURNING runs
            ), forgotten AS (
                DELETE FROM job_runs USING ended WHERE job = $1 AND number <= runs - %d
            )
            UPDATE job_runs SET ended_at = now(), status = CASE WHEN $5 THEN 'success' ELSE 'failure' END,
                summary = $6, error = $7
            FROM ended WHERE job = $1 AND number = runs
            RETURNING job_runs.*
            """.formatted(PAUSE.formatted("attempts"), KEPT);

    private JobTable() {}

    /**
     * Begins a run, if no other is under way and, unless it is asked for, if it is due: the slot has not been done, and
     * the pause after a failure is over.
     *
     * @param lease how long the run holds the job unless it is prolonged
     * @return null if it is not to run
     */
    static Future<@Nullable JobRun> claim(
            SqlClient sql, Job job, Instant slot, Cause cause, Duration lease, String replica) {
        return sql.preparedQuery(CLAIM)
                .execute(Tuple.of(
                        job.name(),
                        slot.atOffset(ZoneOffset.UTC),
                        cause.word(),
                        job.interval().toMillis(),
                        lease.toMillis(),
                        replica))
                .map(JobTable::one);
    }

    /** Prolongs the lease of a run. @return whether the run still holds the job */
    static Future<Boolean> prolong(SqlClient sql, JobRun run, Duration lease) {
        return sql.preparedQuery("""
                        UPDATE jobs SET lease_until = now() + $3::bigint * interval '1 millisecond'
                        WHERE name = $1 AND runs = $2 AND lease_until IS NOT NULL
                        """)
                .execute(Tuple.of(run.job(), run.number(), lease.toMillis()))
                .map(rows -> rows.rowCount() == 1);
    }

    /**
     * Ends a run, well if there is no error.
     *
     * @return the run as it is remembered; null if it did not hold the job any more, because another replica believed
     *     this one dead
     */
    static Future<@Nullable JobRun> end(
            SqlClient sql, JobRun run, Duration interval, @Nullable String summary, @Nullable String error) {
        return sql.preparedQuery(END)
                .execute(Tuple.of(
                        run.job(),
                        run.number(),
                        run.slot().atOffset(ZoneOffset.UTC),
                        interval.toMillis(),
                        error == null,
                        summary,
                        error))
                .map(JobTable::one);
    }

    /** What is known of these jobs, by name; a job that has never begun is absent. */
    static Future<Map<String, JobState>> states(SqlClient sql, Collection<Job> jobs) {
        return sql.preparedQuery("""
                        SELECT jobs.*, coalesce(lease_until > now(), false) AS is_running, last_run.*
                        FROM jobs LEFT JOIN LATERAL (
                            SELECT * FROM job_runs WHERE job = jobs.name AND status <> 'running'
                            ORDER BY number DESC LIMIT 1) AS last_run ON true
                        WHERE name = ANY ($1)
                        """)
                .execute(Tuple.of(jobs.stream().map(Job::name).toArray(String[]::new)))
                .map(rows -> {
                    Map<String, JobState> states = new HashMap<>();
                    rows.forEach(row -> states.put(row.getString("name"), JobState.of(row)));
                    return states;
                });
    }

    /** At most {@code limit} runs of a job with numbers below {@code before}, newest first. */
    static Future<List<JobRun>> runs(SqlClient sql, String job, long before, int limit) {
        return sql.preparedQuery("SELECT * FROM job_runs WHERE job = $1 AND number < $2 ORDER BY number DESC LIMIT $3")
                .execute(Tuple.of(job, before, limit))
                .map(rows -> StreamSupport.stream(rows.spliterator(), false)
                        .map(JobRun::of)
                        .toList());
    }

    private static @Nullable JobRun one(RowSet<Row> rows) {
        return rows.size() == 0 ? null : JobRun.of(rows.iterator().next());
    }

    /** Why a run begins. */
    enum Cause {
        SCHEDULE,
        REQUEST;

        String word() {
            return this == SCHEDULE ? "schedule" : "request";
        }
    }
}
