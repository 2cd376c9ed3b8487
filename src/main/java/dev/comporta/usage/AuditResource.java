package dev.comporta.usage;

import dev.comporta.admin.Sql;
import dev.comporta.admin.VisibleClient;
import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.core.Page;
import dev.comporta.store.Database;
import io.smallrye.common.annotation.NonBlocking;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.QueryParam;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The request log, newest first. A client key sees its own client's requests only. */
@Path("/api/audit")
@NonBlocking
public class AuditResource {

    private static final int LONGEST = 500;
    private static final Set<String> STATUSES = Set.of("success", "error", "cancelled");
    private static final Pattern UUID_TEXT = Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,9}");
    private static final Pattern AMOUNT = Pattern.compile("[0-9]{1,15}([.][0-9]{1,15})?");

    private final Database database;
    private final VisibleClient visible;

    AuditResource(Database database, VisibleClient visible) {
        this.database = database;
        this.visible = visible;
    }

    /**
     * @param clientId only this client's requests; a client key may leave it out or name its own
     * @param requestId only this request, by its {@code x-gateway-request-id}
     * @param statusCode the HTTP status that the caller got
     * @param minCost only requests that cost at least so much, in USD
     * @param model only requests to this model, by the provider's name for it or as it was asked for
     * @param status {@code success}, {@code error} or {@code cancelled}
     * @param from the earliest time of a request, inclusive, such as {@code 2026-11-20T00:00:00Z}
     * @param to the latest time of a request, exclusive
     * @param cursor {@code nextCursor} of the page before
     */
    @GET
    @RolesAllowed({"admin", "client"})
    public CompletionStage<Page<AuditEntry>> list(
            @QueryParam("clientId") @Nullable String clientId,
            @QueryParam("requestId") @Nullable String requestId,
            @QueryParam("conversationId") @Nullable String conversationId,
            @QueryParam("userId") @Nullable String userId,
            @QueryParam("teamId") @Nullable String teamId,
            @QueryParam("provider") @Nullable String provider,
            @QueryParam("model") @Nullable String model,
            @QueryParam("status") @Nullable String status,
            @QueryParam("statusCode") @Nullable String statusCode,
            @QueryParam("minCost") @Nullable String minCost,
            @QueryParam("from") @Nullable String from,
            @QueryParam("to") @Nullable String to,
            @QueryParam("limit") @Nullable String limit,
            @QueryParam("cursor") @Nullable String cursor) {
        AuditQuery query = new AuditQuery(
                visible.narrow(id("clientId", clientId)),
                id("requestId", requestId),
                text("conversationId", conversationId),
                text("userId", userId),
                text("teamId", teamId),
                text("provider", provider),
                text("model", model),
                status(status),
                number("statusCode", statusCode, 100, 999),
                minCost(minCost),
                time("from", from),
                time("to", to),
                limit == null ? 50 : number("limit", limit, 1, 500),
                AuditCursor.parse(cursor));
        return Sql.run(database, query::run).toCompletionStage();
    }

    private static @Nullable UUID id(String name, @Nullable String text) {
        if (text != null && !UUID_TEXT.matcher(text).matches()) {
            throw invalid(name, "must be a UUID");
        }
        return text == null ? null : UUID.fromString(text);
    }

    private static @Nullable String text(String name, @Nullable String text) {
        if (text != null && (text.length() > LONGEST || text.indexOf('\0') >= 0)) {
            throw invalid(name, "must have at most " + LONGEST + " characters");
        }
        return text;
    }

    private static @Nullable String status(@Nullable String text) {
        if (text != null && !STATUSES.contains(text)) {
            throw invalid("status", "must be success, error or cancelled");
        }
        return text;
    }

    private static @Nullable Integer number(String name, @Nullable String text, int least, int most) {
        if (text == null) {
            return null;
        }
        int number = NUMBER.matcher(text).matches() ? Integer.parseInt(text) : least - 1;
        if (number < least || number > most) {
            throw invalid(name, "must be a whole number from %d to %d".formatted(least, most));
        }
        return number;
    }

    private static @Nullable BigDecimal minCost(@Nullable String text) {
        if (text != null && !AMOUNT.matcher(text).matches()) {
            throw invalid("minCost", "must be an amount such as 0.05");
        }
        return text == null ? null : new BigDecimal(text);
    }

    private static GatewayError invalid(String name, String rule) {
        return new GatewayError(ErrorCode.INVALID_REQUEST, name + " " + rule + ".", name);
    }

    private static @Nullable Instant time(String name, @Nullable String text) {
        try {
            return text == null ? null : AuditTime.parse(text);
        } catch (DateTimeException e) {
            throw invalid(name, "must be a time such as 2026-11-20T00:00:00Z");
        }
    }
}
