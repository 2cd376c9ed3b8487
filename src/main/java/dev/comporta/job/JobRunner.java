package dev.comporta.job;

import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.core.Job;
import dev.comporta.core.Text;
import dev.comporta.job.JobTable.Cause;
import dev.comporta.store.Database;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Runs jobs, each at most once at a time in the whole cluster. A run holds its job by a lease that is prolonged while
 * the replica lives and reaches the database; no connection is kept for it, so nothing stays locked when a replica is
 * killed or cut off, and poolers between gateway and database do no harm.
 *
 * <p>Thread-safe; never waits, except in {@link #close()}.
 */
@Singleton
class JobRunner {

    private static final Logger LOG = Logger.getLogger(JobRunner.class);
    private static final int MOST_SUMMARY = 1000;

    private final Database database;
    private final JobMetrics metrics;
    private final Clock clock;
    private final Vertx vertx;
    private final JobPace pace;
    private final String replica;
    private final Map<String, Future<JobRun>> running = new ConcurrentHashMap<>();
    private volatile boolean closing;

    @Inject
    JobRunner(Database database, JobMetrics metrics, Clock clock, Vertx vertx) {
        this(database, metrics, clock, vertx, JobPace.USUAL, thisReplica());
    }

    /** @param replica what the history calls this one */
    JobRunner(Database database, JobMetrics metrics, Clock clock, Vertx vertx, JobPace pace, String replica) {
        this.database = database;
        this.metrics = metrics;
        this.clock = clock;
        this.vertx = vertx;
        this.pace = pace;
        this.replica = replica;
    }

    /** The pod's name where there is one. The process id tells apart those of one machine. */
    private static String thisReplica() {
        return System.getenv().getOrDefault("HOSTNAME", "local") + "/"
                + ProcessHandle.current().pid();
    }

    /**
     * Begins a run of this job, if none is under way and it is due or asked for.
     *
     * @return null if it is not to run now; fails if the database is away or the gateway stops
     */
    Future<@Nullable Begun> begin(Job job, Cause cause) {
        if (closing) {
            return Future.failedFuture(new GatewayError(ErrorCode.OVERLOADED, "The gateway is stopping."));
        }
        if (running.containsKey(job.name())) {
            // Also where the lease was lost while the database was away.
            return Future.succeededFuture();
        }
        Instant now = clock.instant();
        return JobTable.claim(database.pool(), job, Slot.at(now, job.interval()), cause, pace.lease(), replica)
                .map(run -> run == null ? null : new Begun(run, follow(job, run, now)));
    }

    private Future<JobRun> follow(Job job, JobRun run, Instant now) {
        LOG.debugf("Run %d of %s begins", run.number(), job.name());
        Promise<JobRun> ended = Promise.promise();
        running.put(job.name(), ended.future());
        long renewal = vertx.setPeriodic(Math.max(1, pace.lease().toMillis() / 3), timer -> prolong(run, timer));
        start(job, now)
                .timeout(pace.longestRun().toMillis(), TimeUnit.MILLISECONDS)
                .transform(result -> {
                    metrics.ended(job.name(), result.succeeded());
                    return result.succeeded()
                            ? end(job, run, Text.storable(result.result(), MOST_SUMMARY), null)
                            : end(job, run, null, explain(job, result.cause()));
                })
                .onFailure(failure ->
                        LOG.warnf("The end of %s could not be written down: %s", job.name(), failure.getMessage()))
                .onComplete(over -> {
                    vertx.cancelTimer(renewal);
                    running.remove(job.name());
                    ended.handle(over);
                });
        return ended.future();
    }

    private static Future<String> start(Job job, Instant now) {
        try {
            return Objects.requireNonNull(job.run(now), "the job gave no future");
        } catch (RuntimeException e) {
            return Future.failedFuture(e);
        }
    }

    private Future<JobRun> end(Job job, JobRun run, @Nullable String summary, @Nullable String error) {
        return JobTable.end(database.pool(), run, job.interval(), summary, error)
                .compose(ended -> ended == null
                        ? Future.failedFuture(new GatewayError(
                                ErrorCode.CONFLICT, "Another replica has taken the job over, believing this one dead."))
                        : Future.succeededFuture(ended));
    }

    private void prolong(JobRun run, long timer) {
        JobTable.prolong(database.pool(), run, pace.lease()).onComplete(result -> {
            if (result.failed()) {
                LOG.debugf("The lease of %s could not be prolonged: %s", run.job(), result.cause());
            } else if (!result.result()) {
                vertx.cancelTimer(timer);
            }
        });
    }

    /** What the history tells. An unexpected failure may quote an address with a key in it: only its kind is told. */
    private String explain(Job job, Throwable failure) {
        if (failure instanceof GatewayError told) {
            LOG.warnf("The job %s failed: %s", job.name(), told.getMessage());
            return String.valueOf(Text.storable(told.getMessage(), MOST_SUMMARY));
        }
        if (failure instanceof TimeoutException) {
            LOG.warnf("The job %s was not over after %s", job.name(), pace.longestRun());
            return "It was not over in time.";
        }
        LOG.warnf(failure, "The job %s failed", job.name());
        return "It failed unexpectedly (%s); the log of its replica says more."
                .formatted(failure.getClass().getSimpleName());
    }

    /**
     * Lets no further run begin, and waits a moment for those under way. What is not over then goes to another replica
     * when the lease runs out.
     */
    void close() {
        closing = true;
        Future.join(running.values().stream().toList())
                .toCompletionStage()
                .toCompletableFuture()
                .handle((over, failed) -> over)
                .completeOnTimeout(null, pace.lastWait().toMillis(), TimeUnit.MILLISECONDS)
                .join();
    }

    /**
     * A run that is under way.
     *
     * @param ended the run as it is remembered, a failed one too; fails if its end could not be written
     */
    record Begun(JobRun run, Future<JobRun> ended) {}
}
