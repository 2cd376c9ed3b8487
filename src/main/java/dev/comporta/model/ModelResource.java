package dev.comporta.model;

import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.store.Database;
import io.smallrye.common.annotation.NonBlocking;
import io.vertx.core.Future;
import io.vertx.pgclient.PgException;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.jboss.resteasy.reactive.ResponseStatus;
import org.jspecify.annotations.Nullable;

/** The registry for administrators. Reads come from memory; a write is answered once this replica has taken it up. */
@Path("/api/ai-gateway/models")
@RolesAllowed("admin")
@NonBlocking
public class ModelResource {

    private static final String UNIQUE_VIOLATION = "23505";
    private static final String CHECK_VIOLATION = "23514";

    private final ModelRegistry registry;
    private final ModelRows rows;
    private final Database database;

    ModelResource(ModelRegistry registry, ModelRows rows, Database database) {
        this.registry = registry;
        this.rows = rows;
        this.database = database;
    }

    @GET
    public ModelPage list(
            @QueryParam("provider") @Nullable String provider,
            @QueryParam("capability") @Nullable String capability,
            @QueryParam("active") @Nullable Boolean active,
            @QueryParam("limit") @DefaultValue("100") @Min(1) @Max(500) int limit,
            @QueryParam("cursor") @Nullable String cursor) {
        return ModelPage.of(
                registry.all().stream()
                        .filter(model -> provider == null || model.provider().equals(provider))
                        .filter(model -> capability == null || model.can(capability))
                        .filter(model -> active == null || model.active() == active),
                limit,
                cursor);
    }

    @GET
    @Path("/{id}")
    public ModelView get(@PathParam("id") UUID id) {
        return ModelView.of(registry.find(id.toString()).orElseThrow(() -> notFound(id)));
    }

    @POST
    @ResponseStatus(201)
    public CompletionStage<ModelView> create(@Valid @NotNull SetModel model) {
        check(model);
        return rows.insert(database.pool(), model)
                .recover(failure -> Future.failedFuture(explain(failure, model)))
                .compose(this::takeUp)
                .toCompletionStage();
    }

    /** Replaces the whole row. */
    @PUT
    @Path("/{id}")
    public CompletionStage<ModelView> replace(@PathParam("id") UUID id, @Valid @NotNull SetModel model) {
        check(model);
        return rows.update(database.pool(), id, model)
                .recover(failure -> Future.failedFuture(explain(failure, model)))
                .map(row -> row.orElseThrow(() -> notFound(id)))
                .compose(this::takeUp)
                .toCompletionStage();
    }

    /** Switches the model off. The row stays, because usage points to it. */
    @DELETE
    @Path("/{id}")
    public CompletionStage<Void> delete(@PathParam("id") UUID id) {
        return rows.switchOff(database.pool(), id)
                .map(row -> row.orElseThrow(() -> notFound(id)))
                .compose(this::takeUp)
                .<Void>mapEmpty()
                .toCompletionStage();
    }

    private void check(SetModel model) {
        model.check();
        if (model.fallbackChain() == null) {
            return;
        }
        for (String member : model.fallbackChain()) {
            if (member.equals(model.modelName())
                    || registry.find(member).filter(Model::isAlias).isPresent()) {
                throw new GatewayError(
                        ErrorCode.INVALID_REQUEST,
                        "%s is an alias; a fallbackChain names models only.".formatted(member),
                        "fallbackChain");
            }
        }
    }

    /** The row is written, so the answer is good even if the database went away since; a later reload catches up. */
    private Future<ModelView> takeUp(Model model) {
        return registry.reload().otherwiseEmpty().map(reloaded -> ModelView.of(model));
    }

    private static Throwable explain(Throwable failure, SetModel model) {
        if (failure instanceof PgException refused) {
            String state = String.valueOf(refused.getSqlState());
            if (state.equals(UNIQUE_VIOLATION)) {
                return new GatewayError(
                        ErrorCode.CONFLICT,
                        "A row for %s exists already; change that one.".formatted(model.identifier()),
                        "modelName");
            }
            if (state.equals(CHECK_VIOLATION) || state.startsWith("22")) {
                return new GatewayError(
                        ErrorCode.INVALID_REQUEST, "A value does not fit the table: " + refused.getErrorMessage());
            }
        }
        return failure;
    }

    private static GatewayError notFound(UUID id) {
        return new GatewayError(ErrorCode.NOT_FOUND, "There is no model with the id %s.".formatted(id), "id");
    }
}
