package dev.comporta.alert;

import dev.comporta.admin.Sql;
import dev.comporta.admin.VisibleClient;
import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.core.Page;
import dev.comporta.core.Uuid7;
import dev.comporta.store.Database;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Tuple;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Response;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** What was told, and whether it arrived. A client key sees the alerts of its own client, an admin key all. */
@Path("/api/alerts")
@RolesAllowed("admin")
class AlertResource {

    private static final List<String> STATUSES = List.of("pending", "delivered", "dead");

    private final Database database;
    private final VisibleClient visible;
    private final Alerts alerts;
    private final Deliverer deliverer;
    private final AlertConfig config;
    private final Clock clock;

    AlertResource(
            Database database,
            VisibleClient visible,
            Alerts alerts,
            Deliverer deliverer,
            AlertConfig config,
            Clock clock) {
        this.database = database;
        this.visible = visible;
        this.alerts = alerts;
        this.deliverer = deliverer;
        this.config = config;
        this.clock = clock;
    }

    @GET
    @RolesAllowed({"admin", "client"})
    public CompletionStage<Page<AlertView>> list(
            @QueryParam("clientId") @Nullable String clientId,
            @QueryParam("type") @Nullable String type,
            @QueryParam("limit") @Nullable String limit,
            @QueryParam("cursor") @Nullable String cursor) {
        UUID client = visible.narrow(Parameter.uuid("clientId", clientId));
        String only = Parameter.text("type", type);
        UUID before = Parameter.uuid("cursor", cursor);
        int most = Parameter.limit(limit);
        return Sql.run(database, pool -> AlertLists.alerts(pool, client, only, before, most))
                .toCompletionStage();
    }

    @GET
    @Path("/deliveries")
    public CompletionStage<Page<DeliveryView>> deliveries(
            @QueryParam("status") @Nullable String status,
            @QueryParam("alertId") @Nullable String alertId,
            @QueryParam("limit") @Nullable String limit,
            @QueryParam("cursor") @Nullable String cursor) {
        String only = Parameter.word("status", status, STATUSES);
        UUID alert = Parameter.uuid("alertId", alertId);
        UUID before = Parameter.uuid("cursor", cursor);
        int most = Parameter.limit(limit);
        return Sql.run(database, pool -> AlertLists.deliveries(pool, only, alert, before, most))
                .toCompletionStage();
    }

    @GET
    @Path("/deliveries/{id}")
    public CompletionStage<DeliveryView> delivery(String id) {
        UUID delivery = Parameter.uuid("id", id);
        return Sql.run(database, pool -> AlertLists.delivery(pool, delivery)).toCompletionStage();
    }

    /** Tries a dead one again, for as long as a new one. */
    @POST
    @Path("/deliveries/{id}/retry")
    public CompletionStage<DeliveryView> retry(String id) {
        UUID delivery = Parameter.uuid("id", id);
        Instant now = clock.instant();
        return Sql.run(
                        database,
                        pool -> DeliveryTable.revive(
                                        pool,
                                        delivery,
                                        now,
                                        now.plus(config.alerts().giveUpAfter()))
                                .compose(revived -> AlertLists.delivery(pool, delivery)
                                        .compose(found -> revived
                                                ? Future.succeededFuture(found)
                                                : Future.failedFuture(new GatewayError(
                                                        ErrorCode.CONFLICT,
                                                        "This delivery is %s: only a dead one is tried again."
                                                                .formatted(found.status()),
                                                        "id")))))
                .onSuccess(revived -> deliverer.look())
                .toCompletionStage();
    }

    /** Raises an alert for one recipient; the answer's {@code id} tells later whether it arrived. */
    @POST
    @Path("/test")
    public CompletionStage<Response> test(@NotNull @Valid TestAlert body) {
        Recipient recipient = body.recipient();
        String key = "test/" + Uuid7.at(clock.instant());
        Alert alert = new Alert(
                key,
                "test",
                null,
                "A test of Comporta's alerts",
                "This is how an alert of this gateway arrives.",
                new JsonObject());
        return Sql.run(
                        database,
                        pool -> alerts.raise(pool, alert, List.of(recipient)).compose(raised -> deliveryOf(pool, key)))
                .onSuccess(raised -> deliverer.look())
                .map(raised -> Response.accepted(raised).build())
                .toCompletionStage();
    }

    private static Future<DeliveryView> deliveryOf(Pool pool, String key) {
        return pool.preparedQuery("""
                        SELECT delivery.id FROM alert_deliveries AS delivery JOIN alerts AS alert
                        ON alert.id = delivery.alert_id WHERE alert.alert_key = $1
                        """)
                .execute(Tuple.of(key))
                .compose(
                        rows -> AlertLists.delivery(pool, rows.iterator().next().getUUID("id")));
    }
}
