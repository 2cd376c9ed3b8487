package dev.comporta.analytics;

import dev.comporta.admin.Sql;
import dev.comporta.admin.VisibleClient;
import dev.comporta.core.Page;
import dev.comporta.store.Database;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.QueryParam;
import java.time.Clock;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** One client: what it used over time, and its conversations. A client key needs not name its own. */
@Path("/api/analytics/gateway")
@RolesAllowed({"admin", "client"})
public class ClientReportResource {

    private final Database database;
    private final VisibleClient visible;
    private final Clock clock;

    ClientReportResource(Database database, VisibleClient visible, Clock clock) {
        this.database = database;
        this.visible = visible;
        this.clock = clock;
    }

    /**
     * @param period as in {@link MetricsResource#get}
     * @param interval the step of the series: {@code day} in the client's time zone, or {@code hour} for up to 31 days
     */
    @GET
    public CompletionStage<ClientReport> get(
            @QueryParam("clientId") @Nullable String clientId,
            @QueryParam("period") @Nullable String period,
            @QueryParam("from") @Nullable String from,
            @QueryParam("to") @Nullable String to,
            @QueryParam("interval") @Nullable String interval) {
        UUID client = visible.require(Parameters.uuid("clientId", clientId));
        Period.Interval step = Period.Interval.of(interval);
        return Sql.run(
                        database,
                        sql -> Scope.find(sql, client)
                                .compose(scope -> ClientReport.run(
                                        sql,
                                        client,
                                        scope,
                                        Period.of(period, from, to, scope.zone(), clock.instant()),
                                        step)))
                .toCompletionStage();
    }

    /**
     * The conversations that were going on in a period, each with the totals of all its life.
     *
     * @param cursor {@code nextCursor} of the page before
     */
    @GET
    @Path("/conversations")
    public CompletionStage<Page<Conversation>> conversations(
            @QueryParam("clientId") @Nullable String clientId,
            @QueryParam("period") @Nullable String period,
            @QueryParam("from") @Nullable String from,
            @QueryParam("to") @Nullable String to,
            @QueryParam("limit") @Nullable String limit,
            @QueryParam("cursor") @Nullable String cursor) {
        UUID client = visible.require(Parameters.uuid("clientId", clientId));
        int most = Parameters.limit(limit, 50, Page.MOST);
        Cursor after = Cursor.parse(cursor);
        return Sql.run(
                        database,
                        sql -> Scope.find(sql, client)
                                .compose(scope -> Conversation.page(
                                        sql,
                                        client,
                                        Period.of(period, from, to, scope.zone(), clock.instant()),
                                        after,
                                        most)))
                .toCompletionStage();
    }
}
