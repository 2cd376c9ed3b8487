package dev.comporta.analytics;

import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import java.time.DateTimeException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The place between two rows of a list that is ordered by time, as text that a caller hands back. */
record Cursor(Instant at, String id) {

    private static final Instant EARLIEST = Instant.parse("2000-01-01T00:00:00Z");
    private static final Instant LATEST = Instant.parse("9999-12-31T00:00:00Z");

    /** What comes after everything: the place before the first row. */
    static final Cursor START = new Cursor(LATEST, "");

    static Cursor parse(@Nullable String text) {
        if (text == null) {
            return START;
        }
        try {
            int separator = Math.max(text.indexOf('_'), 0);
            Instant at = Instant.parse(text.substring(0, separator));
            if (!at.isBefore(EARLIEST) && at.isBefore(LATEST) && text.indexOf('\0') < 0) {
                return new Cursor(at, text.substring(separator + 1));
            }
        } catch (DateTimeException e) {
            // Told below.
        }
        throw wrong();
    }

    static GatewayError wrong() {
        return new GatewayError(
                ErrorCode.INVALID_REQUEST, "cursor must be the nextCursor of an earlier page.", "cursor");
    }

    String text() {
        return at + "_" + id;
    }
}
