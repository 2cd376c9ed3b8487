package dev.comporta.analytics;

import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A question about costs.
 *
 * @param from the first day, of UTC
 * @param to the day after the last
 * @param clientId null for all clients
 * @param filters what the other dimensions must be
 */
record CostQuery(
        LocalDate from,
        LocalDate to,
        @Nullable UUID clientId,
        Map<Dimension, String> filters,
        List<Dimension> groupBy) {

    /** A user is one of a client's own, and they are as many as there are people: asked for, they need a name. */
    CostQuery {
        if (groupBy.contains(Dimension.USER) && clientId == null && !filters.containsKey(Dimension.USER)) {
            throw Parameters.invalid("clientId", "must be given to group by user");
        }
    }

    /** The days of a period; where it was given by its ends, they must be days. */
    static LocalDate[] days(@Nullable String period, @Nullable String from, @Nullable String to, Instant now) {
        Period asked = Period.of(period, from, to, ZoneOffset.UTC, now);
        OffsetDateTime start = Period.sql(asked.from());
        OffsetDateTime end = Period.sql(asked.to());
        if (!isMidnight(start)) {
            throw Parameters.invalid("from", "must be a day such as 2026-11-01");
        }
        if (to != null && !isMidnight(end)) {
            throw Parameters.invalid("to", "must be a day such as 2026-11-01");
        }
        return new LocalDate[] {
            start.toLocalDate(),
            isMidnight(end) ? end.toLocalDate() : end.toLocalDate().plusDays(1)
        };
    }

    private static boolean isMidnight(OffsetDateTime time) {
        return time.equals(time.truncatedTo(ChronoUnit.DAYS));
    }
}
