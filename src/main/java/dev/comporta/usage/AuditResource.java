package dev.comporta.usage;

import dev.comporta.admin.Sql;
import dev.comporta.admin.VisibleClient;
import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.core.Page;
import dev.comporta.store.Database;
import io.smallrye.common.annotation.NonBlocking;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.QueryParam;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The request log, newest first. A client key sees its own client's requests only. */
@Path("/api/audit")
@NonBlocking
public class AuditResource {

    private final Database database;
    private final VisibleClient visible;

    AuditResource(Database database, VisibleClient visible) {
        this.database = database;
        this.visible = visible;
    }

    /**
     * @param clientId only this client's requests; a client key may leave it out or name its own
     * @param model only requests to this model, by the provider's name for it or as it was asked for
     * @param status {@code success}, {@code error} or {@code cancelled}
     * @param from the earliest time of a request, inclusive, such as {@code 2026-11-20T00:00:00Z}
     * @param to the latest time of a request, exclusive
     * @param cursor {@code nextCursor} of the page before
     */
    @GET
    @RolesAllowed({"admin", "client"})
    public CompletionStage<Page<AuditEntry>> list(
            @QueryParam("clientId") @Nullable UUID clientId,
            @QueryParam("requestId") @Nullable String requestId,
            @QueryParam("conversationId") @Nullable String conversationId,
            @QueryParam("model") @Nullable String model,
            @QueryParam("status") @Nullable String status,
            @QueryParam("from") @Nullable String from,
            @QueryParam("to") @Nullable String to,
            @QueryParam("limit") @DefaultValue("50") @Min(1) @Max(500) int limit,
            @QueryParam("cursor") @Nullable String cursor) {
        AuditQuery query = new AuditQuery(
                visible.narrow(clientId),
                requestId,
                conversationId,
                model,
                status,
                time("from", from),
                time("to", to),
                limit,
                AuditCursor.parse(cursor));
        return Sql.run(database, query::run).toCompletionStage();
    }

    private static @Nullable Instant time(String name, @Nullable String text) {
        try {
            return text == null ? null : AuditTime.parse(text);
        } catch (DateTimeException e) {
            throw new GatewayError(
                    ErrorCode.INVALID_REQUEST, "%s must be a time such as 2026-11-20T00:00:00Z.".formatted(name), name);
        }
    }
}
