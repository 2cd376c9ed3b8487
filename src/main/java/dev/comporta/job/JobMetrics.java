package dev.comporta.job;

import dev.comporta.core.Job;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Counts the runs of this replica, and tells how long ago each job last ended well anywhere. Thread-safe. */
@Singleton
class JobMetrics {

    private final MeterRegistry registry;
    private final Clock clock;
    private volatile Map<String, JobState> states = Map.of();

    JobMetrics(MeterRegistry registry, Jobs jobs, Clock clock) {
        this.registry = registry;
        this.clock = clock;
        for (Job job : jobs.all()) {
            Gauge.builder("comporta.jobs.last.success.age", this, metrics -> metrics.age(job))
                    .description("Time since the job last ended well on any replica")
                    .baseUnit("seconds")
                    .tag("job", job.name())
                    .register(registry);
            counter(job.name(), "success");
            counter(job.name(), "failure");
        }
    }

    void ended(String job, boolean well) {
        counter(job, well ? "success" : "failure").increment();
    }

    /** What was read at the last look. */
    void seen(Map<String, JobState> newest) {
        states = newest;
    }

    private Counter counter(String job, String outcome) {
        return Counter.builder("comporta.jobs.runs")
                .description("Runs of jobs on this replica")
                .tag("job", job)
                .tag("outcome", outcome)
                .register(registry);
    }

    /** In seconds; not a number while it has never ended well. */
    private double age(Job job) {
        @Nullable
        Instant doneAt = states.getOrDefault(job.name(), JobState.NONE).doneAt();
        return doneAt == null
                ? Double.NaN
                : Math.max(0, Duration.between(doneAt, clock.instant()).toMillis() / 1000.0);
    }
}
