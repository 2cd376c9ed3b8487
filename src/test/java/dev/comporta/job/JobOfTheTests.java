package dev.comporta.job;

import dev.comporta.core.Job;
import io.vertx.core.Future;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Supplier;

/** A job of the gateway under test. It runs when it is asked for only, since the scheduler is off in tests. */
@Singleton
class JobOfTheTests implements Job {

    static final String NAME = "job-of-the-tests";

    volatile Supplier<Future<String>> work = () -> Future.succeededFuture("Did it.");

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Duration interval() {
        return Duration.ofHours(1);
    }

    @Override
    public Future<String> run(Instant now) {
        return work.get();
    }
}
