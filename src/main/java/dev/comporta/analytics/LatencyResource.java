package dev.comporta.analytics;

import dev.comporta.admin.Sql;
import dev.comporta.admin.VisibleClient;
import dev.comporta.store.Database;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.QueryParam;
import java.time.Clock;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Percentiles of latency over time: of all clients, or of the client that a key belongs to. */
@Path("/api/ai-gateway/latency")
@RolesAllowed({"admin", "client"})
public class LatencyResource {

    private final Database database;
    private final VisibleClient visible;
    private final Clock clock;

    LatencyResource(Database database, VisibleClient visible, Clock clock) {
        this.database = database;
        this.visible = visible;
        this.clock = clock;
    }

    /**
     * @param clientId only this client's
     * @param period as in {@link MetricsResource#get}
     * @param interval the step: {@code day}, or {@code hour} for up to 31 days
     */
    @GET
    public CompletionStage<LatencyReport> get(
            @QueryParam("clientId") @Nullable String clientId,
            @QueryParam("period") @Nullable String period,
            @QueryParam("from") @Nullable String from,
            @QueryParam("to") @Nullable String to,
            @QueryParam("interval") @Nullable String interval) {
        UUID client = visible.narrow(Parameters.uuid("clientId", clientId));
        Period.Interval step = Period.Interval.of(interval);
        return Sql.run(
                        database,
                        sql -> Scope.find(sql, client)
                                .compose(scope -> LatencyReport.run(
                                        sql, scope, Period.of(period, from, to, scope.zone(), clock.instant()), step)))
                .toCompletionStage();
    }
}
