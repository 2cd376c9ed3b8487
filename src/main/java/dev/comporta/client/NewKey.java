package dev.comporta.client;

import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The key that an administrator wants made.
 *
 * @param kind absent means {@link KeyKind#CLIENT}
 * @param clientId the client, by id or slug; for a client key and only then
 * @param expiresAt absent means never
 */
@RegisterForReflection
record NewKey(
        @Nullable KeyKind kind,
        @Nullable String clientId,
        @NotNull @Size(min = 1, max = 200) String name,
        @Nullable Instant expiresAt) {

    NewKey {
        kind = kind == null ? KeyKind.CLIENT : kind;
    }

    /** What no single field can tell. */
    void check(Instant now) {
        if (kind == KeyKind.CRON) {
            throw invalid("kind", "A cron key is given by the environment, in GATEWAY_CRON_KEY.");
        }
        if (kind == KeyKind.CLIENT && (clientId == null || clientId.isBlank())) {
            throw invalid("clientId", "Name the client by id or slug, or set kind to 'shared' or 'admin'.");
        }
        if (kind != KeyKind.CLIENT && clientId != null) {
            throw invalid("clientId", "Only a key of kind 'client' belongs to a client: leave clientId out.");
        }
        checkExpiry(expiresAt, now);
    }

    static void checkExpiry(@Nullable Instant expiresAt, Instant now) {
        if (expiresAt != null && !expiresAt.isAfter(now)) {
            throw invalid("expiresAt", "The time of expiry must be in the future.");
        }
    }

    private static GatewayError invalid(String param, String message) {
        return new GatewayError(ErrorCode.INVALID_REQUEST, message, param);
    }
}
