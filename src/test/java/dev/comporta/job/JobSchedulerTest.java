package dev.comporta.job;

import static dev.comporta.Eventually.eventually;
import static dev.comporta.store.Databases.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.store.Database;
import dev.comporta.store.Databases;
import dev.comporta.store.ScratchDatabase;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Row;
import jakarta.ws.rs.core.Response;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TimeZone;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Jobs run when they are due, and once in the cluster")
class JobSchedulerTest {

    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration DAY = Duration.ofDays(1);
    private static final Instant START = Instant.parse("2026-11-20T10:17:00Z");

    @TempDir
    static Path directory;

    private static ScratchDatabase here;
    private static ScratchDatabase there;

    private final SetClock clock = new SetClock(START);

    @BeforeAll
    static void open() throws Exception {
        here = ScratchDatabase.open(directory.resolve("here"), List.of(), database -> {});
        there = here.replica(directory.resolve("there"));
    }

    @AfterAll
    static void close() throws Exception {
        there.close();
        here.close();
    }

    @Test
    void two_replicas_run_each_slot_exactly_once() {
        GivenJob hourly = GivenJob.every(HOUR);
        GivenJob everyFiveMinutes = GivenJob.every(Duration.ofMinutes(5));
        Replica a = new Replica(here, "a", clock, hourly, everyFiveMinutes);
        Replica b = new Replica(there, "b", clock, everyFiveMinutes, hourly);

        for (int i = 0; i < 24; i++) {
            await(Future.join(a.scheduler.look(), b.scheduler.look()));
            a.look();
            b.look();
            clock.move(Duration.ofMinutes(5));
        }

        // From 10:17 to 12:12.
        assertThat(hourly.runs).hasSize(3);
        assertThat(everyFiveMinutes.runs).hasSize(24);
        assertThat(runs(hourly))
                .extracting(JobRun::slot)
                .containsExactly(
                        Instant.parse("2026-11-20T12:00:00Z"),
                        Instant.parse("2026-11-20T11:00:00Z"),
                        Instant.parse("2026-11-20T10:00:00Z"));
        assertThat(runs(everyFiveMinutes))
                .allMatch(run -> run.status().equals("success") && "Did it.".equals(run.summary()))
                .extracting(JobRun::slot)
                .doesNotHaveDuplicates();
        assertThat(a.metrics
                                .counter("comporta.jobs.runs", "job", hourly.name(), "outcome", "success")
                                .count()
                        + b.metrics
                                .counter("comporta.jobs.runs", "job", hourly.name(), "outcome", "success")
                                .count())
                .isEqualTo(3);
    }

    @Test
    void when_a_replica_dies_in_mid_run_another_one_takes_over() throws Exception {
        Promise<String> never = Promise.promise();
        GivenJob job = new GivenJob(Duration.ofSeconds(1), never::future);
        ScratchDatabase doomed = here.replica(directory.resolve("doomed"));
        Replica a = new Replica(doomed, "a", clock, Replica.QUICK, true, job);
        Replica b = new Replica(there, "b", clock, Replica.QUICK, true, job);
        a.scheduler.look();
        eventually("a runs it", () -> job.runs.size() == 1);

        // While it lives nobody else runs it, however long it takes.
        Instant first = leaseUntil(job);
        eventually(
                "the lease was prolonged beyond its first length",
                () -> leaseUntil(job).isAfter(first.plus(Replica.QUICK.lease())));
        b.look();
        assertThat(job.runs).hasSize(1);

        job.does(GivenJob::done);
        doomed.close();
        eventually("b runs it", () -> {
            b.look();
            return job.runs.size() == 2;
        });
        assertThat(runs(job)).extracting(JobRun::replica).containsExactly("b", "a");
        assertThat(runs(job)).extracting(JobRun::status).containsExactly("success", "failure");
        assertThat(runs(job).get(1).error()).contains("Its replica ended");
        b.look();
        assertThat(job.runs).hasSize(2);
    }

    @Test
    void who_comes_back_from_the_dead_spoils_nothing() throws Exception {
        Promise<String> first = Promise.promise();
        Promise<String> second = Promise.promise();
        GivenJob job = new GivenJob(HOUR, first::future);
        Replica a = new Replica(here, "a", clock, job);
        Replica b = new Replica(there, "b", clock, job);
        a.scheduler.look();
        eventually("a runs it", () -> job.runs.size() == 1);
        change(job, "lease_until = now() - interval '1 second', retry_at = now()");

        a.look();
        assertThat(job.runs).as("a knows that it still runs it").hasSize(1);

        job.does(second::future);
        b.scheduler.look();
        eventually("b runs it", () -> job.runs.size() == 2);
        first.complete("Late.");
        eventually(
                "a knows that it is over",
                () -> a.metrics
                                .counter("comporta.jobs.runs", "job", job.name(), "outcome", "success")
                                .count()
                        == 1);
        a.look();
        assertThat(job.runs).as("b still holds it").hasSize(2);
        second.complete("In time.");
        eventually("b is over", () -> runs(job).get(0).status().equals("success"));

        assertThat(runs(job)).extracting(JobRun::summary).containsExactly("In time.", null);
        a.look();
        b.look();
        assertThat(job.runs).hasSize(2);
    }

    @Test
    void a_week_asleep_is_caught_up_with_by_one_run() {
        GivenJob job = GivenJob.every(HOUR);
        Replica replica = new Replica(here, "a", clock, job);
        replica.look();
        clock.move(Duration.ofDays(7));

        replica.look();
        replica.look();

        assertThat(job.runs).containsExactly(START, START.plus(Duration.ofDays(7)));
    }

    @Test
    void a_clock_that_is_set_back_stops_nothing_and_repeats_nothing_at_once() {
        GivenJob job = GivenJob.every(HOUR);
        Replica a = new Replica(here, "a", clock, job);
        Replica b = new Replica(there, "b", clock, job);
        a.look();
        clock.move(DAY.negated());

        a.look();
        b.look();
        assertThat(job.runs).as("an hour has not passed").hasSize(1);

        change(job, "done_at = now() - interval '61 minutes'");
        a.look();
        b.look();
        assertThat(job.runs).hasSize(2);

        clock.move(HOUR);
        a.look();
        b.look();
        assertThat(job.runs).as("from here it goes on by slots").hasSize(3);
    }

    @Test
    void replicas_whose_clocks_differ_by_hours_do_not_drive_each_other() {
        GivenJob job = GivenJob.every(HOUR);
        SetClock ahead = new SetClock(START.plus(Duration.ofHours(7)));
        Replica a = new Replica(here, "a", ahead, job);
        Replica b = new Replica(there, "b", clock, job);

        for (int i = 0; i < 5; i++) {
            a.look();
            b.look();
        }

        assertThat(job.runs).hasSize(1);
    }

    @Test
    void a_clock_that_was_centuries_ahead_for_a_moment_is_forgotten() {
        GivenJob job = GivenJob.every(DAY);
        Replica replica = new Replica(here, "a", clock, job);
        clock.set(Instant.parse("2400-01-01T00:00:00Z"));
        replica.look();
        clock.set(START);
        // The database, on the same machine, was ahead too.
        change(job, "done_at = now() + interval '300 years'");

        replica.look();
        replica.look();

        assertThat(job.runs).hasSize(2);
        assertThat(runs(job).get(0).slot()).isEqualTo(Instant.parse("2026-11-20T00:00:00Z"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"lease_until = now() + interval '1 day'", "retry_at = now() + interval '1 day'"})
    void what_the_clock_of_the_database_promised_before_it_was_set_back_does_not_hold(String ahead) {
        GivenJob job = GivenJob.every(HOUR);
        Replica replica = new Replica(here, "a", clock, job);
        replica.look();
        clock.move(HOUR);
        change(job, ahead);

        replica.look();

        assertThat(job.runs).hasSize(2);
    }

    @Test
    void a_failure_is_tried_again_after_a_pause_that_doubles() {
        GivenJob job = new GivenJob(
                DAY,
                () -> Future.failedFuture(new GatewayError(ErrorCode.PROVIDER_UNREACHABLE, "The bank is closed.")));
        Replica a = new Replica(here, "a", clock, job);
        Replica b = new Replica(there, "b", clock, job);
        List<Long> pauses = new ArrayList<>();

        for (int attempt = 1; attempt <= 9; attempt++) {
            a.look();
            b.look();
            assertThat(job.runs).as("one attempt at a time").hasSize(attempt);
            pauses.add(pauseMinutes(job));
            change(job, "retry_at = now() - interval '1 second'");
        }
        job.does(GivenJob::done);
        a.look();
        b.look();

        assertThat(pauses).containsExactly(1L, 2L, 4L, 8L, 16L, 32L, 60L, 60L, 60L);
        assertThat(runs(job)).hasSize(10);
        assertThat(runs(job).get(0).status()).isEqualTo("success");
        assertThat(runs(job).get(1).error()).isEqualTo("The bank is closed.");
        assertThat(state(job).getInteger("attempts")).isZero();
        assertThat(state(job).getOffsetDateTime("retry_at")).isNull();
    }

    @Test
    void a_pause_is_no_longer_than_the_interval() {
        GivenJob job = new GivenJob(Duration.ofSeconds(20), () -> Future.failedFuture("no"));
        new Replica(here, "a", clock, job).look();

        assertThat(Databases.sql(
                                here.database(),
                                "SELECT extract(epoch FROM retry_at - now())::float8 AS s FROM jobs WHERE name = $1",
                                job.name())
                        .iterator()
                        .next()
                        .getDouble("s"))
                .isCloseTo(20, within(10.0));
    }

    static List<Supplier<Future<String>>> failures() {
        return List.of(() -> Future.failedFuture(new IllegalStateException("https://host/?key=secret")), () -> {
            throw new IllegalStateException("https://host/?key=secret");
        });
    }

    @ParameterizedTest
    @MethodSource("failures")
    void an_unexpected_failure_is_told_by_its_kind_alone(Supplier<Future<String>> failure) {
        GivenJob job = new GivenJob(HOUR, failure);
        new Replica(here, "a", clock, job).look();

        assertThat(runs(job)).hasSize(1);
        assertThat(runs(job).get(0).error()).contains("IllegalStateException").doesNotContain("secret");
    }

    @Test
    void a_job_that_breaks_the_rules_is_a_failure_too() {
        GivenJob nothing = new GivenJob(HOUR, () -> null);
        GivenJob strange = new GivenJob(HOUR, () -> Future.succeededFuture("\0\ud800" + "x".repeat(5000)));
        GivenJob silent = new GivenJob(HOUR, Future::succeededFuture);
        new Replica(here, "a", clock, nothing, strange, silent).look();

        assertThat(runs(nothing)).extracting(JobRun::status).containsExactly("failure");
        assertThat(runs(strange)).extracting(JobRun::status).containsExactly("success");
        assertThat(runs(strange).get(0).summary()).hasSize(1000);
        assertThat(runs(silent)).extracting(JobRun::status).containsExactly("success");
    }

    @Test
    void a_run_without_end_is_given_up() {
        GivenJob job = new GivenJob(HOUR, () -> Promise.<String>promise().future());
        JobPace impatient = new JobPace(
                Duration.ofSeconds(15), Duration.ofMinutes(1), Duration.ofMillis(50), Duration.ofSeconds(1));
        Replica replica = new Replica(here, "a", clock, impatient, true, job);

        replica.look();

        assertThat(runs(job)).extracting(JobRun::error).containsExactly("It was not over in time.");
        assertThat(state(job).getOffsetDateTime("lease_until")).isNull();
    }

    @Test
    void a_job_that_takes_long_does_not_keep_the_others() throws Exception {
        Promise<String> slow = Promise.promise();
        GivenJob one = new GivenJob(HOUR, slow::future);
        GivenJob other = new GivenJob(HOUR, slow::future);
        Replica replica = new Replica(here, "a", clock, one, other);

        replica.scheduler.look();
        eventually("the first runs", () -> one.runs.size() + other.runs.size() == 1);
        replica.scheduler.look();
        eventually("both run", () -> one.runs.size() + other.runs.size() == 2);

        slow.complete("Done.");
        eventually(
                "both are over",
                () -> runs(one).get(0).endedAt() != null && runs(other).get(0).endedAt() != null);
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTC", "America/Sao_Paulo", "Asia/Kathmandu", "Pacific/Kiritimati", "Pacific/Pago_Pago"})
    void slots_are_in_utc_wherever_the_gateway_is(String zone) {
        TimeZone before = TimeZone.getDefault();
        TimeZone.setDefault(TimeZone.getTimeZone(zone));
        try {
            GivenJob job = GivenJob.every(DAY);
            Replica replica = new Replica(here, "a", clock, job);
            clock.set(Instant.parse("2028-02-29T23:59:59.999Z"));
            replica.look();
            replica.look();
            clock.set(Instant.parse("2028-03-01T00:00:00Z"));
            replica.look();
            replica.look();

            assertThat(runs(job))
                    .extracting(JobRun::slot)
                    .containsExactly(Instant.parse("2028-03-01T00:00:00Z"), Instant.parse("2028-02-29T00:00:00Z"));
        } finally {
            TimeZone.setDefault(before);
        }
    }

    @Test
    void with_the_scheduler_off_it_only_looks() {
        GivenJob job = GivenJob.every(HOUR);
        Replica on = new Replica(here, "on", clock, job);
        Replica off = new Replica(there, "off", clock, JobPace.USUAL, false, job);
        off.look();
        assertThat(job.runs).isEmpty();
        assertThat(age(off, job)).isNaN();

        on.look();
        off.look();

        assertThat(job.runs).hasSize(1);
        change(job, "done_at = '2026-11-20T10:00:00Z'");
        off.look();
        assertThat(age(off, job)).isEqualTo(17 * 60);
    }

    @Test
    void a_run_on_demand_stands_for_the_slot() {
        GivenJob job = GivenJob.every(HOUR);
        Replica a = new Replica(here, "a", clock, job);
        Replica b = new Replica(there, "b", clock, job);
        await(await(b.runner.begin(job, JobTable.Cause.REQUEST)).ended());
        await(await(b.runner.begin(job, JobTable.Cause.REQUEST)).ended());

        a.look();
        assertThat(job.runs).hasSize(2);
        clock.move(HOUR);
        a.look();

        assertThat(job.runs).hasSize(3);
        assertThat(runs(job)).extracting(JobRun::cause).containsExactly("schedule", "request", "request");
    }

    @Test
    void while_the_database_is_away_a_demand_is_told_so(@TempDir Path nowhere) throws Exception {
        Vertx vertx = Vertx.vertx();
        Database away = Databases.unopened(vertx, nowhere);
        GivenJob job = GivenJob.every(HOUR);
        Jobs jobs = new Jobs(List.of(job));
        JobMetrics metrics = new JobMetrics(new SimpleMeterRegistry(), jobs, clock);
        JobRunner runner = new JobRunner(away, metrics, clock, vertx, JobPace.USUAL, "a");

        CompletionStage<Response> answer = new CronResource(away, jobs, runner, null).run(job.name());

        assertThat(answer.toCompletableFuture())
                .failsWithin(Duration.ofSeconds(5))
                .withThrowableThat()
                .havingCause()
                .isInstanceOfSatisfying(
                        GatewayError.class,
                        told -> assertThat(told.code()).isEqualTo(ErrorCode.ACCOUNTING_UNAVAILABLE));
        assertThat(job.runs).isEmpty();
        await(vertx.close());
    }

    @Test
    void two_demands_at_once_are_one_run() {
        Promise<String> work = Promise.promise();
        GivenJob job = new GivenJob(HOUR, work::future);
        Replica a = new Replica(here, "a", clock, job);
        Replica b = new Replica(there, "b", clock, job);

        long begun =
                Stream.of(a, b, a, b)
                        .map(replica -> replica.runner.begin(job, JobTable.Cause.REQUEST))
                        .toList()
                        .stream()
                        .map(Databases::await)
                        .filter(Objects::nonNull)
                        .count();

        assertThat(begun).isEqualTo(1);
        assertThat(job.runs).hasSize(1);
        work.complete("Done.");
    }

    @Test
    void the_next_run_is_told() {
        GivenJob job = GivenJob.every(HOUR);
        Replica replica = new Replica(here, "a", clock, job);
        assertThat(JobState.NONE.nextRun(job, START)).isEqualTo(START);

        replica.look();
        assertThat(known(job).nextRun(job, START)).isEqualTo(Instant.parse("2026-11-20T11:00:00Z"));

        change(job, "retry_at = '2026-11-20T11:30:00Z'");
        assertThat(known(job).nextRun(job, START)).isEqualTo(Instant.parse("2026-11-20T11:30:00Z"));
        change(job, "retry_at = NULL");
        assertThat(known(job).nextRun(job, START.plus(DAY))).isEqualTo(START.plus(DAY));
    }

    @Test
    void it_looks_by_itself_until_the_gateway_stops() throws Exception {
        GivenJob job = GivenJob.every(HOUR);
        Replica replica = new Replica(here, "a", clock, Replica.QUICK, true, job);
        replica.scheduler.begin();
        eventually("the first run", () -> job.runs.size() == 1);
        clock.move(HOUR);
        eventually("the second run", () -> job.runs.size() == 2);

        replica.scheduler.stop();
        clock.move(HOUR);
        replica.look();

        assertThat(job.runs).hasSize(2);
        assertThat(replica.runner.begin(job, JobTable.Cause.REQUEST).failed()).isTrue();
    }

    @Test
    void a_stop_waits_for_what_runs_but_not_for_long() throws Exception {
        Promise<String> soon = Promise.promise();
        GivenJob quick = new GivenJob(HOUR, soon::future);
        GivenJob endless = new GivenJob(HOUR, () -> Promise.<String>promise().future());
        Replica patient = new Replica(here, "a", clock, quick);
        Replica hasty = new Replica(here, "b", clock, Replica.QUICK, true, endless);
        patient.scheduler.look();
        hasty.scheduler.look();
        eventually("both run", () -> quick.runs.size() + endless.runs.size() == 2);

        here.vertx().setTimer(50, timer -> soon.complete("Done."));
        patient.scheduler.stop();
        hasty.scheduler.stop();

        assertThat(runs(quick)).extracting(JobRun::status).containsExactly("success");
        assertThat(runs(endless)).extracting(JobRun::status).containsExactly("running");
    }

    @Test
    void the_newest_runs_are_remembered() {
        GivenJob job = GivenJob.every(HOUR);
        Replica replica = new Replica(here, "a", clock, job);
        replica.look();
        Databases.sql(here.database(), """
                INSERT INTO job_runs (job, number, slot, cause, replica, ended_at, status)
                SELECT $1, n, now(), 'schedule', 'a', now(), 'success' FROM generate_series(2, 300) AS n
                """, job.name());
        change(job, "runs = 300");
        clock.move(HOUR);

        replica.look();

        assertThat(runs(job)).hasSize(JobTable.KEPT);
        assertThat(runs(job).get(0).number()).isEqualTo(301);
    }

    private static double age(Replica replica, GivenJob job) {
        return replica.metrics
                .get("comporta.jobs.last.success.age")
                .tag("job", job.name())
                .gauge()
                .value();
    }

    private static JobState known(GivenJob job) {
        return await(JobTable.states(here.database().pool(), List.of(job))).get(job.name());
    }

    private static List<JobRun> runs(GivenJob job) {
        return await(JobTable.runs(here.database().pool(), job.name(), Long.MAX_VALUE, 1000));
    }

    private static Row state(GivenJob job) {
        return Databases.sql(here.database(), "SELECT * FROM jobs WHERE name = $1", job.name())
                .iterator()
                .next();
    }

    private static Instant leaseUntil(GivenJob job) {
        return state(job).getOffsetDateTime("lease_until").toInstant();
    }

    private static long pauseMinutes(GivenJob job) {
        return Databases.sql(
                        here.database(),
                        "SELECT round(extract(epoch FROM retry_at - now()) / 60)::bigint AS m FROM jobs WHERE name = $1",
                        job.name())
                .iterator()
                .next()
                .getLong("m");
    }

    /** What happens meanwhile, such as the passing of time. */
    private static void change(GivenJob job, String assignments) {
        Databases.sql(here.database(), "UPDATE jobs SET " + assignments + " WHERE name = $1", job.name());
    }
}
