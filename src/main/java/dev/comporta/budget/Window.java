package dev.comporta.budget;

import java.time.Instant;
import java.time.LocalDate;

/**
 * The time that a budget counts together.
 *
 * @param start its first instant
 * @param end the first instant after it
 * @param firstDay the day on which it begins, in the client's time zone
 */
public record Window(Instant start, Instant end, LocalDate firstDay) {

    /** Whether an instant lies in it. */
    public boolean contains(Instant instant) {
        return !instant.isBefore(start) && instant.isBefore(end);
    }
}
