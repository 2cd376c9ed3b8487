package dev.comporta.job;

import dev.comporta.admin.Sql;
import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.core.Job;
import dev.comporta.job.JobRunner.Begun;
import dev.comporta.job.JobTable.Cause;
import dev.comporta.store.Database;
import io.vertx.core.Future;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Response;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Runs a job now, for CronJobs and by hand. */
@Path("/api/cron")
@RolesAllowed({"admin", "cron"})
class CronResource {

    private final Database database;
    private final Jobs jobs;
    private final JobRunner runner;
    private final JobConfig config;

    CronResource(Database database, Jobs jobs, JobRunner runner, JobConfig config) {
        this.database = database;
        this.jobs = jobs;
        this.runner = runner;
        this.config = config;
    }

    /**
     * Answers when the run is over. Two requests at once are no failure: the second one learns that the job is running.
     * The run stands for the slot, so the scheduler does not repeat it.
     */
    @POST
    @Path("/{name}")
    public CompletionStage<Response> run(String name) {
        Job job = jobs.named(name);
        return Sql.run(database, pool -> runner.begin(job, Cause.REQUEST).compose(begun -> answer(begun, name)))
                .map(answer -> Response.status(answer.status().equals(JobRun.RUNNING) ? 202 : 200)
                        .entity(answer)
                        .build())
                .toCompletionStage();
    }

    private Future<CronAnswer> answer(@Nullable Begun begun, String name) {
        if (begun == null) {
            return Future.succeededFuture(CronAnswer.alreadyRunning(name));
        }
        long patience = Math.max(1, config.answerTimeout().toMillis());
        return begun.ended()
                .timeout(patience, TimeUnit.MILLISECONDS)
                .recover(failure -> failure instanceof TimeoutException
                        ? Future.succeededFuture(begun.run())
                        : Future.failedFuture(failure))
                .compose(run -> run.status().equals(JobRun.FAILURE)
                        ? Future.failedFuture(new GatewayError(
                                ErrorCode.INTERNAL, "The job failed; GET /api/jobs/%s/runs says why.".formatted(name)))
                        : Future.succeededFuture(CronAnswer.of(run)));
    }
}
