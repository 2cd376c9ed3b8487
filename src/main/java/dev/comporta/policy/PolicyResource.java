package dev.comporta.policy;

import dev.comporta.admin.Sql;
import dev.comporta.admin.VisibleClient;
import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.core.Page;
import dev.comporta.core.Target;
import dev.comporta.store.Database;
import io.quarkus.resteasy.reactive.jackson.CustomDeserialization;
import io.vertx.core.Future;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.time.Clock;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Administers policies. A write is in force here before its answer is sent. A client key may read those of its own
 * client.
 */
@Path("/api/policies")
@RolesAllowed("admin")
class PolicyResource {

    private static final int USUAL_LIMIT = 50;

    private final Database database;
    private final Policies policies;
    private final ModelNames names;
    private final VisibleClient visible;
    private final Clock clock;

    PolicyResource(Database database, Policies policies, ModelNames names, VisibleClient visible, Clock clock) {
        this.database = database;
        this.policies = policies;
        this.names = names;
        this.visible = visible;
        this.clock = clock;
    }

    @GET
    @RolesAllowed({"admin", "client"})
    public CompletionStage<Page<Policy>> list(
            @QueryParam("clientId") @Nullable String clientId,
            @QueryParam("limit") @Nullable String limit,
            @QueryParam("cursor") @Nullable String cursor) {
        UUID client = visible.narrow(clientId == null ? null : uuid("clientId", clientId));
        UUID after = cursor == null ? null : uuid("cursor", cursor);
        int most = limit(limit);
        return Sql.run(
                        database,
                        pool -> (client == null ? Future.<UUID>succeededFuture() : PolicyTable.client(pool, client))
                                .compose(known -> PolicyTable.page(pool, known, after, most + 1)))
                .map(page -> Page.of(page, most, policy -> policy.id().toString()))
                .toCompletionStage();
    }

    @POST
    @CustomDeserialization(StrictJson.class)
    public CompletionStage<Response> create(@NotNull @Valid PolicySettings body) {
        body.check();
        if (body.clientId() == null) {
            throw invalid("clientId", "clientId must name the client that the policy is for.");
        }
        UUID clientId = uuid("clientId", body.clientId());
        return Sql.run(
                        database,
                        pool -> PolicyTable.client(pool, clientId)
                                .compose(known -> PolicyTable.insert(pool, known, body, clock.instant())))
                .recover(PolicyResource::nameIsTaken)
                .compose(this::inForce)
                .map(policy -> Response.created(URI.create("/api/policies/" + policy.id()))
                        .entity(policy)
                        .build())
                .toCompletionStage();
    }

    @GET
    @Path("/{id}")
    @RolesAllowed({"admin", "client"})
    public CompletionStage<Policy> get(String id) {
        UUID policyId = policyId(id);
        UUID client = visible.narrow(null);
        return Sql.run(database, pool -> PolicyTable.find(pool, policyId, client))
                .toCompletionStage();
    }

    /** Replaces the whole policy, which stays with its client. */
    @PUT
    @Path("/{id}")
    @CustomDeserialization(StrictJson.class)
    public CompletionStage<Policy> replace(String id, @NotNull @Valid PolicySettings body) {
        body.check();
        UUID policyId = policyId(id);
        UUID clientId = body.clientId() == null ? null : uuid("clientId", body.clientId());
        return Sql.run(
                        database,
                        pool -> PolicyTable.find(pool, policyId, null)
                                .compose(
                                        policy -> clientId == null || clientId.equals(policy.clientId())
                                                ? PolicyTable.replace(pool, policy, body)
                                                : Future.failedFuture(
                                                        invalid(
                                                                "clientId",
                                                                "A policy stays with its client: make another one for this clientId."))))
                .recover(PolicyResource::nameIsTaken)
                .compose(this::inForce)
                .toCompletionStage();
    }

    @DELETE
    @Path("/{id}")
    public CompletionStage<Void> delete(String id) {
        UUID policyId = policyId(id);
        return Sql.run(database, pool -> PolicyTable.delete(pool, policyId))
                .compose(this::inForce)
                .<Void>mapEmpty()
                .toCompletionStage();
    }

    /** What the policies that are in force would say to a request. */
    @POST
    @Path("/check")
    @CustomDeserialization(StrictJson.class)
    public CompletionStage<Decision> check(@NotNull @Valid Trial trial) {
        UUID clientId = uuid("clientId", trial.clientId());
        List<Target> targets = names.targets(trial.model());
        return Sql.run(database, pool -> PolicyTable.client(pool, clientId))
                .map(client -> policies.decide(client, targets, trial.model(), trial.tokens()))
                .toCompletionStage();
    }

    private <T> Future<T> inForce(T written) {
        return policies.catchUp().map(written);
    }

    private static Future<Policy> nameIsTaken(Throwable failure) {
        return failure instanceof GatewayError refused && refused.code() == ErrorCode.CONFLICT
                ? Future.failedFuture(new GatewayError(
                        ErrorCode.CONFLICT,
                        "The client has a policy of this name already: choose another one.",
                        "name"))
                : Future.failedFuture(failure);
    }

    private static int limit(@Nullable String text) {
        if (text == null) {
            return USUAL_LIMIT;
        }
        if (text.matches("[0-9]{1,3}")) {
            int limit = Integer.parseInt(text);
            if (limit >= 1 && limit <= Page.MOST) {
                return limit;
            }
        }
        throw invalid("limit", "limit must be a number from 1 to %d.".formatted(Page.MOST));
    }

    private static UUID policyId(String text) {
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException e) {
            throw PolicyTable.notFound();
        }
    }

    private static UUID uuid(String param, String text) {
        try {
            UUID id = UUID.fromString(text);
            if (id.toString().equalsIgnoreCase(text)) {
                return id;
            }
        } catch (IllegalArgumentException e) {
            // The same answer as to a number that is too short.
        }
        throw invalid(param, "%s must be a UUID.".formatted(param));
    }

    private static GatewayError invalid(String param, String message) {
        return new GatewayError(ErrorCode.INVALID_REQUEST, message, param);
    }
}
