package dev.comporta.job;

import dev.comporta.core.Job;
import dev.comporta.job.JobTable.Cause;
import dev.comporta.store.Database;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.Startup;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.interceptor.Interceptor;
import java.util.Iterator;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;

/**
 * Looks every few seconds which jobs are due and runs them, one after the other; one that takes long is left to itself
 * at the next look. Where the scheduler is off it only looks, for the metrics.
 */
@ApplicationScoped
@Startup
class JobScheduler {

    private static final Logger LOG = Logger.getLogger(JobScheduler.class);

    private final Database database;
    private final Jobs jobs;
    private final JobRunner runner;
    private final JobMetrics metrics;
    private final JobConfig config;
    private final Vertx vertx;
    private final JobPace pace;
    private final AtomicBoolean looking = new AtomicBoolean();
    private volatile boolean closing;

    @Inject
    JobScheduler(Database database, Jobs jobs, JobRunner runner, JobMetrics metrics, JobConfig config, Vertx vertx) {
        this(database, jobs, runner, metrics, config, vertx, JobPace.USUAL);
        database.opened().onSuccess(open -> begin());
    }

    /** One that looks only when it is told to. */
    JobScheduler(
            Database database,
            Jobs jobs,
            JobRunner runner,
            JobMetrics metrics,
            JobConfig config,
            Vertx vertx,
            JobPace pace) {
        this.database = database;
        this.jobs = jobs;
        this.runner = runner;
        this.metrics = metrics;
        this.config = config;
        this.vertx = vertx;
        this.pace = pace;
    }

    /** The start of the gateway goes first, and replicas that start together should not look together. */
    void begin() {
        long tick = pace.tick().toMillis();
        long soon = ThreadLocalRandom.current().nextLong(tick / 15, tick / 3);
        vertx.setTimer(soon, first -> {
            look();
            vertx.setPeriodic(tick, timer -> {
                if (closing) {
                    vertx.cancelTimer(timer);
                } else {
                    look();
                }
            });
        });
    }

    /** Runs what is due. @return completes when all that this look began is over; never fails */
    Future<Void> look() {
        // A database that does not answer is not asked again and again.
        if (closing || !looking.compareAndSet(false, true)) {
            return Future.succeededFuture();
        }
        return JobTable.states(database.pool(), jobs.all())
                .onComplete(looked -> looking.set(false))
                .onSuccess(metrics::seen)
                .compose(states -> config.scheduler() ? runDue(jobs.all().iterator()) : Future.succeededFuture())
                .recover(failure -> {
                    if (!closing) {
                        LOG.warnf("The jobs could not be looked at: %s", failure.getMessage());
                    }
                    return Future.succeededFuture();
                });
    }

    private Future<Void> runDue(Iterator<Job> rest) {
        if (closing || !rest.hasNext()) {
            return Future.succeededFuture();
        }
        return runner.begin(rest.next(), Cause.SCHEDULE)
                // Its end was written down by the runner, its failure too.
                .compose(begun ->
                        begun == null ? Future.succeededFuture() : begun.ended().otherwiseEmpty())
                .compose(over -> runDue(rest));
    }

    /** Before the database closes. */
    void close(@Observes @Priority(Interceptor.Priority.LIBRARY_BEFORE) ShutdownEvent event) {
        stop();
    }

    void stop() {
        closing = true;
        runner.close();
    }
}
