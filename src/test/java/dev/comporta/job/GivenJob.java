package dev.comporta.job;

import dev.comporta.core.Job;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

/** A job that does what a test wants, and remembers when it was run. */
final class GivenJob implements Job {

    final List<Instant> runs = new CopyOnWriteArrayList<>();

    private final String name = "given-" + UUID.randomUUID();
    private final Duration interval;
    private volatile Supplier<Future<String>> work;

    GivenJob(Duration interval, Supplier<Future<String>> work) {
        this.interval = interval;
        this.work = work;
    }

    static GivenJob every(Duration interval) {
        return new GivenJob(interval, GivenJob::done);
    }

    static Future<String> done() {
        return Future.succeededFuture("Did it.");
    }

    void does(Supplier<Future<String>> other) {
        work = other;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Duration interval() {
        return interval;
    }

    @Override
    public Future<String> run(Instant now) {
        runs.add(now);
        return work.get();
    }
}
