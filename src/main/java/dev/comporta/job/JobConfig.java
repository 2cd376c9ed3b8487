package dev.comporta.job;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Who starts jobs. */
@ConfigMapping(prefix = "gateway.jobs")
public interface JobConfig {

    /** Whether the gateway runs its jobs by itself; off where CronJobs ask for them. */
    @WithDefault("true")
    boolean scheduler();

    /** How long a request that runs a job waits for its end; after that it is told that the job is still running. */
    @WithDefault("1M")
    Duration answerTimeout();
}
