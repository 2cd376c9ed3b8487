package dev.comporta.usage;

import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The place between two rows of the request log, as text that a caller hands back. */
record AuditCursor(Instant createdAt, UUID id) {

    static @Nullable AuditCursor parse(@Nullable String text) {
        if (text == null) {
            return null;
        }
        try {
            int separator = text.indexOf('_');
            return new AuditCursor(
                    AuditTime.parse(text.substring(0, Math.max(separator, 0))),
                    UUID.fromString(text.substring(separator + 1)));
        } catch (DateTimeException | IllegalArgumentException e) {
            throw new GatewayError(
                    ErrorCode.INVALID_REQUEST, "cursor must be the nextCursor of an earlier page.", "cursor");
        }
    }

    String text() {
        return createdAt + "_" + id;
    }
}
