package dev.comporta.client;

import io.quarkus.runtime.annotations.RegisterForReflection;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A stored key as the admin API shows it: everything but what would let somebody in.
 *
 * @param clientId whose it is, for {@link KeyKind#CLIENT} and only then
 * @param prefix its first characters
 * @param lastUsedAt up to a minute late
 */
@RegisterForReflection
record KeyView(
        UUID id,
        KeyKind kind,
        @Nullable UUID clientId,
        String name,
        String prefix,
        Instant createdAt,
        @Nullable Instant lastUsedAt,
        @Nullable Instant expiresAt,
        @Nullable Instant revokedAt) {

    boolean isUsable(Instant now) {
        return revokedAt == null && (expiresAt == null || now.isBefore(expiresAt));
    }
}
