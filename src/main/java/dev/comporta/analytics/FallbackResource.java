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

/** The calls that another target had to serve: of all clients, or of the client that a key belongs to. */
@Path("/api/ai-gateway/fallbacks")
@RolesAllowed({"admin", "client"})
public class FallbackResource {

    private final Database database;
    private final VisibleClient visible;
    private final Clock clock;

    FallbackResource(Database database, VisibleClient visible, Clock clock) {
        this.database = database;
        this.visible = visible;
        this.clock = clock;
    }

    /**
     * @param clientId only this client's
     * @param period as in {@link MetricsResource#get}
     * @param cursor {@code nextCursor} of the page before
     */
    @GET
    public CompletionStage<FallbackReport> get(
            @QueryParam("clientId") @Nullable String clientId,
            @QueryParam("period") @Nullable String period,
            @QueryParam("from") @Nullable String from,
            @QueryParam("to") @Nullable String to,
            @QueryParam("limit") @Nullable String limit,
            @QueryParam("cursor") @Nullable String cursor) {
        UUID client = visible.narrow(Parameters.uuid("clientId", clientId));
        int most = Parameters.limit(limit, 50, Page.MOST);
        Cursor after = Cursor.parse(cursor);
        return Sql.run(
                        database,
                        sql -> Scope.find(sql, client)
                                .compose(scope -> FallbackReport.run(
                                        sql,
                                        scope,
                                        Period.of(period, from, to, scope.zone(), clock.instant()),
                                        after,
                                        most)))
                .toCompletionStage();
    }
}
