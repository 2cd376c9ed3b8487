package dev.comporta.job;

import dev.comporta.admin.Sql;
import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.core.Job;
import dev.comporta.core.Page;
import dev.comporta.store.Database;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.QueryParam;
import java.time.Clock;
import java.time.Instant;
import java.util.concurrent.CompletionStage;

/** Shows the jobs and what became of them. */
@Path("/api/jobs")
@RolesAllowed("admin")
class JobResource {

    private final Database database;
    private final Jobs jobs;
    private final JobConfig config;
    private final Clock clock;

    JobResource(Database database, Jobs jobs, JobConfig config, Clock clock) {
        this.database = database;
        this.jobs = jobs;
        this.config = config;
        this.clock = clock;
    }

    /** All of them, by name. */
    @GET
    public CompletionStage<Page<JobView>> list() {
        Instant now = clock.instant();
        return Sql.run(database, pool -> JobTable.states(pool, jobs.all()))
                .map(states -> new Page<>(
                        jobs.all().stream()
                                .map(job -> JobView.of(
                                        job, states.getOrDefault(job.name(), JobState.NONE), config.scheduler(), now))
                                .toList(),
                        null))
                .toCompletionStage();
    }

    /** The remembered runs of one job, newest first. */
    @GET
    @Path("/{name}/runs")
    public CompletionStage<Page<JobRun>> runs(
            String name,
            @QueryParam("limit") @DefaultValue("50") String limit,
            @QueryParam("cursor") @DefaultValue("" + Long.MAX_VALUE) String cursor) {
        Job job = jobs.named(name);
        int most = (int) number("limit", limit, Page.MOST);
        long before = number("cursor", cursor, Long.MAX_VALUE);
        return Sql.run(database, pool -> JobTable.runs(pool, job.name(), before, most + 1))
                .map(runs -> Page.of(runs, most, run -> String.valueOf(run.number())))
                .toCompletionStage();
    }

    private static long number(String param, String text, long most) {
        try {
            long number = Long.parseLong(text);
            if (number >= 1 && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Answered below.
        }
        throw new GatewayError(
                ErrorCode.INVALID_REQUEST,
                param.equals("limit")
                        ? "limit must be a number from 1 to %d.".formatted(most)
                        : "cursor must be the nextCursor of an earlier page.",
                param);
    }
}
