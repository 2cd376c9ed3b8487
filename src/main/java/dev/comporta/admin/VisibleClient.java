package dev.comporta.admin;

import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import io.quarkus.security.identity.SecurityIdentity;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Which client the caller of the admin API may look at: with the admin key any, with a client key its own. */
@ApplicationScoped
public class VisibleClient {

    private final SecurityIdentity identity;

    VisibleClient(SecurityIdentity identity) {
        this.identity = identity;
    }

    /**
     * The client whose rows may be seen; null for those of all.
     *
     * @param asked the client that the request names, or null
     * @throws GatewayError {@link ErrorCode#FORBIDDEN} if that is another one than the key's own
     */
    public @Nullable UUID narrow(@Nullable UUID asked) {
        UUID own = identity.getAttribute("clientId");
        if (own == null || own.equals(asked)) {
            return asked;
        }
        if (asked == null) {
            return own;
        }
        throw new GatewayError(ErrorCode.FORBIDDEN, "This key sees its own client only.", "clientId");
    }

    /**
     * The one client that a request is about.
     *
     * @throws GatewayError {@link ErrorCode#INVALID_REQUEST} if it names none and the key belongs to none,
     *     {@link ErrorCode#FORBIDDEN} if it names another one than the key's own
     */
    public UUID require(@Nullable UUID asked) {
        UUID client = narrow(asked);
        if (client == null) {
            throw new GatewayError(ErrorCode.INVALID_REQUEST, "Name the client: ?clientId=<UUID>.", "clientId");
        }
        return client;
    }
}
