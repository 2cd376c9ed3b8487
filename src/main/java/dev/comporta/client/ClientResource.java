package dev.comporta.client;

import dev.comporta.admin.Sql;
import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.core.Page;
import dev.comporta.store.Database;
import io.vertx.core.Future;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.groups.ConvertGroup;
import jakarta.validation.groups.Default;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.time.Clock;
import java.util.concurrent.CompletionStage;

/** Administers clients. {@code {id}} is a UUID or a slug. A write is in force here before its answer is sent. */
@Path("/api/clients")
@RolesAllowed("admin")
class ClientResource {

    private final Database database;
    private final ClientDirectory directory;
    private final Clock clock;

    ClientResource(Database database, ClientDirectory directory, Clock clock) {
        this.database = database;
        this.directory = directory;
        this.clock = clock;
    }

    @GET
    public CompletionStage<Page<Client>> list(
            @QueryParam("limit") @DefaultValue("50") @Min(1) @Max(Page.MOST) int limit,
            @QueryParam("cursor") @DefaultValue("") String cursor) {
        return Sql.run(database, pool -> ClientTable.page(pool, cursor, limit + 1))
                .map(clients -> Page.of(clients, limit, Client::slug))
                .toCompletionStage();
    }

    @POST
    public CompletionStage<Response> create(
            @NotNull @Valid @ConvertGroup(from = Default.class, to = ClientSettings.New.class) ClientSettings body) {
        return Sql.run(
                        database,
                        pool -> pool.withTransaction(sql -> ClientTable.insertIfAbsent(sql, body.slug(), body.name())
                                .compose(id -> id == null
                                        ? Future.failedFuture(slugIsTaken())
                                        : ClientTable.update(sql, id, body))))
                .compose(this::inForce)
                .map(client -> Response.created(URI.create("/api/clients/" + client.id()))
                        .entity(client)
                        .build())
                .toCompletionStage();
    }

    @GET
    @Path("/{id}")
    public CompletionStage<Client> get(String id) {
        return Sql.run(database, pool -> ClientTable.find(pool, id)).toCompletionStage();
    }

    @PUT
    @Path("/{id}")
    public CompletionStage<Client> change(String id, @NotNull @Valid ClientSettings body) {
        return Sql.run(
                        database,
                        pool -> ClientTable.find(pool, id).compose(client -> {
                            if (isDefault(client) && body.slug() != null && !client.isNamed(body.slug())) {
                                return Future.failedFuture(new GatewayError(
                                        ErrorCode.CONFLICT,
                                        "The client 'default' keeps its slug: the shared key means it when a call names no client.",
                                        "slug"));
                            }
                            return ClientTable.update(pool, client.id(), body);
                        }))
                .compose(this::inForce)
                .toCompletionStage();
    }

    /** The client's usage stays and its slug stays taken; its keys stop working. */
    @DELETE
    @Path("/{id}")
    public CompletionStage<Void> delete(String id) {
        return Sql.run(
                        database,
                        pool -> pool.withTransaction(sql -> ClientTable.find(sql, id)
                                .compose(client -> isDefault(client)
                                        ? Future.<Void>failedFuture(
                                                new GatewayError(
                                                        ErrorCode.CONFLICT,
                                                        "The client 'default' cannot be deleted: the shared key means it when a call names no client."))
                                        : ClientTable.delete(sql, client.id())
                                                .compose(deleted ->
                                                        KeyTable.revokeOfClient(sql, client.id(), clock.instant())))))
                .compose(this::inForce)
                .toCompletionStage();
    }

    private <T> Future<T> inForce(T written) {
        return directory.catchUp().map(written);
    }

    private static boolean isDefault(Client client) {
        return client.slug().equals(Client.DEFAULT_SLUG);
    }

    private static GatewayError slugIsTaken() {
        return new GatewayError(
                ErrorCode.CONFLICT,
                "This slug is taken, maybe by a deleted client, whose slug stays its own: choose another one.",
                "slug");
    }
}
