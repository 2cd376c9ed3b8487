package dev.comporta.budget;

import dev.comporta.admin.Sql;
import dev.comporta.admin.VisibleClient;
import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.store.Database;
import io.smallrye.common.annotation.NonBlocking;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Response;
import java.time.Clock;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The budget of one client, and how much of it is used. A client key reads its own client's. */
@Path("/api/budget")
@NonBlocking
class BudgetResource {

    private static final Pattern UUID_FORM = Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");

    private final Database database;
    private final VisibleClient visible;
    private final Clock clock;

    BudgetResource(Database database, VisibleClient visible, Clock clock) {
        this.database = database;
        this.visible = visible;
        this.clock = clock;
    }

    /** @param clientId the client's UUID; a client key may leave it out */
    @GET
    @Path("/config")
    @RolesAllowed({"admin", "client"})
    public CompletionStage<BudgetView> config(@QueryParam("clientId") @Nullable String clientId) {
        UUID client = visible.require(uuid(clientId));
        return ofClient(client, this::upToDate).toCompletionStage();
    }

    /**
     * Makes the client's budget, or changes what the body mentions.
     *
     * @param clientId the client's UUID, unless the body says it
     */
    @POST
    @Path("/config")
    @RolesAllowed("admin")
    public CompletionStage<Response> write(
            @QueryParam("clientId") @Nullable String clientId, @NotNull @Valid BudgetSettings body) {
        UUID inQuery = uuid(clientId);
        UUID inBody = body.clientId;
        if (inQuery != null && inBody != null && !inQuery.equals(inBody)) {
            throw BudgetSettings.invalid("clientId", "The body and the address name different clients.");
        }
        UUID client = visible.require(inQuery == null ? inBody : inQuery);
        body.check();
        return ofClient(
                        client,
                        (pool, id) -> Windows.openOf(pool, id, clock.instant())
                                .compose(opened -> pool.withTransaction(sql -> BudgetTable.lock(sql, id)
                                        .compose(before -> BudgetTable.write(sql, id, before, body)
                                                .map(written -> before == null))))
                                .compose(isNew -> upToDate(pool, id)
                                        .map(view -> Response.status(isNew ? 201 : 200)
                                                .entity(view)
                                                .build())))
                .toCompletionStage();
    }

    /** What was used stays in the usage log; calls are no longer limited by it. */
    @DELETE
    @Path("/config")
    @RolesAllowed("admin")
    public CompletionStage<Void> delete(@QueryParam("clientId") @Nullable String clientId) {
        UUID client = visible.require(uuid(clientId));
        return ofClient(client, BudgetTable::delete)
                .compose(found -> found ? Future.<Void>succeededFuture() : Future.failedFuture(noBudget()))
                .toCompletionStage();
    }

    /** @param clientId the client's UUID; a client key may leave it out */
    @GET
    @Path("/current-usage")
    @RolesAllowed({"admin", "client"})
    public CompletionStage<CurrentUsage> currentUsage(@QueryParam("clientId") @Nullable String clientId) {
        UUID client = visible.require(uuid(clientId));
        return ofClient(
                        client,
                        (pool, id) -> Windows.openOf(pool, id, clock.instant())
                                .compose(opened -> UsageQuery.run(pool, id, clock.instant()))
                                .compose(BudgetResource::present))
                .toCompletionStage();
    }

    private <T> Future<T> ofClient(UUID client, BiFunction<Pool, UUID, Future<T>> work) {
        return Sql.run(
                database, pool -> BudgetTable.requireClient(pool, client).compose(there -> work.apply(pool, client)));
    }

    /** The budget with the usage of the period that is running now. */
    private Future<BudgetView> upToDate(Pool pool, UUID client) {
        return Windows.openOf(pool, client, clock.instant())
                .compose(opened -> BudgetTable.find(pool, client))
                .compose(BudgetResource::present);
    }

    private static <T> Future<T> present(@Nullable T budget) {
        return budget == null ? Future.failedFuture(noBudget()) : Future.succeededFuture(budget);
    }

    private static GatewayError noBudget() {
        return new GatewayError(
                ErrorCode.NOT_FOUND, "This client has no budget; POST /api/budget/config makes one.", "clientId");
    }

    private static @Nullable UUID uuid(@Nullable String text) {
        if (text == null) {
            return null;
        }
        if (!UUID_FORM.matcher(text).matches()) {
            throw BudgetSettings.invalid("clientId", "clientId must be the UUID of a client.");
        }
        return UUID.fromString(text);
    }
}
