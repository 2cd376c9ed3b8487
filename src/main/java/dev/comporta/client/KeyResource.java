package dev.comporta.client;

import dev.comporta.admin.Sql;
import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.core.Page;
import dev.comporta.store.Database;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlClient;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.time.Clock;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Administers stored gateway keys. A key's text is in the answer that makes it, and nowhere else. */
@Path("/api/keys")
@RolesAllowed("admin")
class KeyResource {

    private final Database database;
    private final ClientDirectory directory;
    private final EnvironmentKeys environment;
    private final Clock clock;

    KeyResource(Database database, ClientDirectory directory, EnvironmentKeys environment, Clock clock) {
        this.database = database;
        this.directory = directory;
        this.environment = environment;
        this.clock = clock;
    }

    @GET
    public CompletionStage<Page<KeyView>> list(
            @QueryParam("clientId") @Nullable String client,
            @QueryParam("limit") @DefaultValue("50") @Min(1) @Max(Page.MOST) int limit,
            @QueryParam("cursor") @Nullable String cursor) {
        UUID before = cursor == null ? null : cursor(cursor);
        return Sql.run(
                        database,
                        pool -> clientId(pool, client).compose(id -> KeyTable.page(pool, id, before, limit + 1)))
                .map(keys -> Page.of(keys, limit, key -> key.id().toString()))
                .toCompletionStage();
    }

    @POST
    public CompletionStage<Response> create(@NotNull @Valid NewKey body) {
        Instant now = clock.instant();
        body.check(now);
        refuseIfGivenByEnvironment(body.kind());
        GatewayKey key = GatewayKey.generate();
        return Sql.run(
                        database,
                        pool -> clientId(pool, body.clientId())
                                .compose(clientId -> KeyTable.insert(
                                        pool, key, body.kind(), clientId, body.name(), body.expiresAt(), now)))
                .compose(this::inForce)
                .map(stored -> issued(stored, key))
                .toCompletionStage();
    }

    /** Holds at once on this replica, within a second on the others. */
    @DELETE
    @Path("/{id}")
    public CompletionStage<Void> revoke(String id) {
        UUID keyId = keyId(id);
        return Sql.run(
                        database,
                        pool -> pool.withTransaction(sql -> leaveAnAdminKey(sql, keyId)
                                .compose(left -> KeyTable.lock(sql, keyId))
                                .compose(key -> KeyTable.revoke(sql, keyId, clock.instant()))))
                .compose(this::inForce)
                .toCompletionStage();
    }

    @POST
    @Path("/{id}/rotate")
    public CompletionStage<Response> rotate(String id, @Nullable @Valid Rotation body) {
        UUID keyId = keyId(id);
        Rotation rotation = body == null ? Rotation.DEFAULT : body;
        Instant now = clock.instant();
        NewKey.checkExpiry(rotation.expiresAt(), now);
        GatewayKey key = GatewayKey.generate();
        return Sql.run(
                        database,
                        pool -> pool.withTransaction(sql -> KeyTable.lock(sql, keyId)
                                .compose(old -> {
                                    refuseIfGivenByEnvironment(old.kind());
                                    if (!old.isUsable(now)) {
                                        return Future.failedFuture(
                                                new GatewayError(
                                                        ErrorCode.CONFLICT,
                                                        "This key is revoked or has expired: make a new one with POST /api/keys."));
                                    }
                                    return KeyTable.expire(sql, keyId, rotation.oldKeyExpires(now))
                                            .compose(expiring -> KeyTable.insert(
                                                    sql,
                                                    key,
                                                    old.kind(),
                                                    old.clientId(),
                                                    old.name(),
                                                    rotation.expiresAt(),
                                                    now));
                                })))
                .compose(this::inForce)
                .map(stored -> issued(stored, key))
                .toCompletionStage();
    }

    /** An administrator who revokes the last key that opens the admin API would lock everybody out. */
    private Future<Void> leaveAnAdminKey(SqlClient sql, UUID revoked) {
        if (environment.give(KeyKind.ADMIN)) {
            return Future.succeededFuture();
        }
        Instant now = clock.instant();
        return KeyTable.lockAdminKeys(sql).compose(keys -> {
            boolean opens = keys.stream().anyMatch(key -> key.id().equals(revoked) && key.isUsable(now));
            boolean others = keys.stream().anyMatch(key -> !key.id().equals(revoked) && key.isUsable(now));
            return opens && !others
                    ? Future.failedFuture(
                            new GatewayError(
                                    ErrorCode.CONFLICT,
                                    "This is the last admin key: make another one first, or rotate it, or set GATEWAY_ADMIN_KEY."))
                    : Future.succeededFuture();
        });
    }

    private void refuseIfGivenByEnvironment(KeyKind kind) {
        if (environment.give(kind)) {
            throw new GatewayError(
                    ErrorCode.CONFLICT,
                    "The environment gives the %s key of this gateway, so a stored one would not be accepted: change %s instead."
                            .formatted(kind.word(), kind == KeyKind.ADMIN ? "GATEWAY_ADMIN_KEY" : "GATEWAY_API_KEY"),
                    "kind");
        }
    }

    private static Future<@Nullable UUID> clientId(SqlClient sql, @Nullable String idOrSlug) {
        return idOrSlug == null
                ? Future.succeededFuture()
                : ClientTable.find(sql, idOrSlug).map(Client::id);
    }

    private <T> Future<T> inForce(T written) {
        return directory.catchUp().map(written);
    }

    private static Response issued(KeyView stored, GatewayKey key) {
        return Response.status(Response.Status.CREATED)
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .entity(new IssuedKey(stored, key.secret()))
                .build();
    }

    private static UUID keyId(String text) {
        return uuid(text, new GatewayError(ErrorCode.NOT_FOUND, "There is no key with this id."));
    }

    private static UUID cursor(String text) {
        return uuid(
                text,
                new GatewayError(ErrorCode.INVALID_REQUEST, "The cursor must be a nextCursor of this list.", "cursor"));
    }

    private static UUID uuid(String text, GatewayError otherwise) {
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException e) {
            throw otherwise;
        }
    }
}
