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

/** The figures of a period: of all clients, or of the client that a key belongs to. */
@Path("/api/ai-gateway/metrics")
@RolesAllowed({"admin", "client"})
public class MetricsResource {

    private final Database database;
    private final VisibleClient visible;
    private final Clock clock;

    MetricsResource(Database database, VisibleClient visible, Clock clock) {
        this.database = database;
        this.visible = visible;
        this.clock = clock;
    }

    /**
     * @param clientId only this client's
     * @param period {@code 7d}, {@code 30d}, {@code 60d} or {@code 90d}, of which today is the last; or else:
     * @param from the beginning, inclusive: a time, or a day in the client's time zone, or in UTC for all clients
     * @param to the end, exclusive; until now if absent
     */
    @GET
    public CompletionStage<MetricsReport> get(
            @QueryParam("clientId") @Nullable String clientId,
            @QueryParam("period") @Nullable String period,
            @QueryParam("from") @Nullable String from,
            @QueryParam("to") @Nullable String to) {
        UUID client = visible.narrow(Parameters.uuid("clientId", clientId));
        return Sql.run(
                        database,
                        sql -> Scope.find(sql, client)
                                .compose(scope -> MetricsReport.run(
                                        sql, scope, Period.of(period, from, to, scope.zone(), clock.instant()))))
                .toCompletionStage();
    }
}
