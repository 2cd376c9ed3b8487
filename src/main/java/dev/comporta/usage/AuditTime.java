package dev.comporta.usage;

import java.time.DateTimeException;
import java.time.Instant;

/** A time from outside that a table can hold. */
final class AuditTime {

    private static final Instant EARLIEST = Instant.parse("2000-01-01T00:00:00Z");
    private static final Instant LATEST = Instant.parse("9999-12-31T00:00:00Z");

    private AuditTime() {}

    /** @throws DateTimeException if it is not a time of this era */
    static Instant parse(String text) {
        Instant time = Instant.parse(text);
        if (time.isBefore(EARLIEST) || time.isAfter(LATEST)) {
            throw new DateTimeException("out of range");
        }
        return time;
    }
}
