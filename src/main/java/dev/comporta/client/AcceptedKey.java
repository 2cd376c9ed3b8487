package dev.comporta.client;

import java.security.MessageDigest;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A key that is accepted, known by its hash.
 *
 * @param id its row, or null for a key given by environment
 * @param client whose it is, for {@link KeyKind#CLIENT} and only then
 * @param hash SHA-256 of its text
 * @param expiresAt from then on it is refused; null is never
 */
record AcceptedKey(
        @Nullable UUID id,
        KeyKind kind,
        @Nullable Client client,
        byte[] hash,
        @Nullable Instant expiresAt) {

    /** Takes the same time whatever the difference. */
    boolean matches(byte[] other) {
        return MessageDigest.isEqual(hash, other);
    }

    boolean isExpired(Instant now) {
        return expiresAt != null && !now.isBefore(expiresAt);
    }
}
