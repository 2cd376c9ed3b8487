package dev.comporta.job;

import static dev.comporta.store.Databases.await;

import dev.comporta.core.Job;
import dev.comporta.store.ScratchDatabase;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.List;

/** The job room of one replica, without the rest of it. */
final class Replica {

    static final JobPace QUICK =
            new JobPace(Duration.ofMillis(60), Duration.ofMillis(600), Duration.ofSeconds(30), Duration.ofMillis(100));

    final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    final JobRunner runner;
    final JobScheduler scheduler;

    Replica(ScratchDatabase database, String name, Clock clock, Job... jobs) {
        this(database, name, clock, JobPace.USUAL, true, jobs);
    }

    Replica(ScratchDatabase database, String name, Clock clock, JobPace pace, boolean scheduling, Job... jobs) {
        Jobs all = new Jobs(List.of(jobs));
        JobMetrics jobMetrics = new JobMetrics(metrics, all, clock);
        runner = new JobRunner(database.database(), jobMetrics, clock, database.vertx(), pace, name);
        scheduler = new JobScheduler(
                database.database(), all, runner, jobMetrics, new Config(scheduling), database.vertx(), pace);
    }

    /** Looks once, and waits until all that was begun is over. */
    void look() {
        await(scheduler.look());
    }

    private record Config(boolean scheduler) implements JobConfig {

        @Override
        public Duration answerTimeout() {
            return Duration.ofSeconds(1);
        }
    }
}
