package dev.comporta.privacy;

import dev.comporta.admin.Sql;
import dev.comporta.admin.VisibleClient;
import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.core.Text;
import dev.comporta.store.Database;
import io.smallrye.common.annotation.NonBlocking;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.QueryParam;
import java.time.Clock;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Erases the data of one conversation or one end user of a client: what was said is deleted, and usage and costs do not
 * say any more who it was. Tokens and money stay. Doing it again is no error, and finds nothing.
 */
@Path("/api/privacy")
@NonBlocking
@RolesAllowed({"admin", "client"})
public class PrivacyResource {

    private static final int LONGEST = 500;
    private static final int UUID_LENGTH = 36;

    private final Database database;
    private final VisibleClient visible;
    private final Clock clock;

    PrivacyResource(Database database, VisibleClient visible, Clock clock) {
        this.database = database;
        this.visible = visible;
        this.clock = clock;
    }

    /**
     * @param conversationId as the client named it in {@code x-gateway-conversation-id}
     * @param clientId whose it is; a client key may leave it out
     */
    @DELETE
    @Path("/conversations/{conversationId: .+}")
    public CompletionStage<Erased> conversation(
            String conversationId, @QueryParam("clientId") @Nullable String clientId) {
        return erase("conversation", "conversationId", conversationId, clientId);
    }

    /** @param userId as the client named it in {@code x-gateway-user-id}, or in the body's {@code user} */
    @DELETE
    @Path("/users/{userId: .+}")
    public CompletionStage<Erased> user(String userId, @QueryParam("clientId") @Nullable String clientId) {
        return erase("user", "userId", userId, clientId);
    }

    /** @param phone as the client wrote it in {@code x-gateway-phone} */
    @DELETE
    @Path("/phones/{phone: .+}")
    public CompletionStage<Erased> phone(String phone, @QueryParam("clientId") @Nullable String clientId) {
        return erase("phone", "phone", phone, clientId);
    }

    private CompletionStage<Erased> erase(String kind, String param, String subject, @Nullable String clientId) {
        UUID client = visible.require(parse(clientId));
        if (!subject.equals(Text.storable(subject, LONGEST))) {
            throw new GatewayError(
                    ErrorCode.INVALID_REQUEST, "%s must be a text of at most 500 characters.".formatted(param), param);
        }
        return Sql.run(
                        database,
                        pool -> pool.withTransaction(
                                sql -> ErasureTable.erase(sql, client, kind, subject, clock.instant())))
                .toCompletionStage();
    }

    private static @Nullable UUID parse(@Nullable String clientId) {
        if (clientId == null) {
            return null;
        }
        try {
            UUID id = UUID.fromString(clientId);
            // Java takes shorter ones too.
            if (clientId.length() == UUID_LENGTH && id.toString().equals(clientId.toLowerCase(Locale.ROOT))) {
                return id;
            }
        } catch (IllegalArgumentException e) {
            // Said below.
        }
        throw new GatewayError(ErrorCode.INVALID_REQUEST, "clientId must be a UUID.", "clientId");
    }
}
