package dev.comporta.analytics;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The time that a report is about.
 *
 * @param from inclusive
 * @param to exclusive
 * @param zone where its days begin
 * @param days how many days, if it was asked for by their number; the last of them is still going on
 */
record Period(
        Instant from, Instant to, ZoneId zone, @Nullable Integer days) {

    private static final Map<String, Integer> NAMES = new LinkedHashMap<>();
    private static final String DEFAULT = "30d";
    private static final int MOST_DAYS = 400;
    private static final Instant EARLIEST = Instant.parse("2000-01-01T00:00:00Z");
    private static final Instant LATEST = Instant.parse("9999-12-31T00:00:00Z");

    static {
        for (int days : List.of(7, 30, 60, 90)) {
            NAMES.put(days + "d", days);
        }
    }

    /** The steps of a series. */
    enum Interval {
        HOUR(31),
        DAY(MOST_DAYS);

        private final int mostDays;

        Interval(int mostDays) {
            this.mostDays = mostDays;
        }

        static Interval of(@Nullable String text) {
            return Parameters.oneOf("interval", text, "day", List.of("hour", "day"))
                            .equals("day")
                    ? DAY
                    : HOUR;
        }
    }

    /**
     * @param period {@code 7d}, {@code 30d}, {@code 60d} or {@code 90d}: so many days, of which today is the last
     * @param from a time such as {@code 2026-11-01T00:00:00Z}, or a day such as {@code 2026-11-01}, which begins in the
     *     zone
     * @param to the same; without it until now
     */
    static Period of(@Nullable String period, @Nullable String from, @Nullable String to, ZoneId zone, Instant now) {
        if (from == null) {
            if (to != null) {
                throw Parameters.invalid("from", "must be given with to");
            }
            int days = NAMES.get(Parameters.oneOf("period", period, DEFAULT, NAMES.keySet()));
            Instant start = now.atZone(zone)
                    .toLocalDate()
                    .minusDays(days - 1)
                    .atStartOfDay(zone)
                    .toInstant();
            return new Period(start, now.truncatedTo(ChronoUnit.MICROS), zone, days);
        }
        if (period != null) {
            throw Parameters.invalid("period", "must not be given with from and to");
        }
        Instant start = time("from", from, zone);
        Instant end = to == null ? now.truncatedTo(ChronoUnit.MICROS) : time("to", to, zone);
        if (!start.isBefore(end)) {
            throw Parameters.invalid("from", "must be before to");
        }
        if (Duration.between(start, end).toDays() > MOST_DAYS) {
            throw Parameters.invalid("from", "must be at most " + MOST_DAYS + " days before to");
        }
        return new Period(start, end, zone, null);
    }

    private static Instant time(String name, String text, ZoneId zone) {
        try {
            Instant time = text.indexOf('T') < 0
                    ? LocalDate.parse(text).atStartOfDay(zone).toInstant()
                    : Instant.parse(text).truncatedTo(ChronoUnit.MICROS);
            if (!time.isBefore(EARLIEST) && time.isBefore(LATEST)) {
                return time;
            }
        } catch (DateTimeException e) {
            // Told below.
        }
        throw Parameters.invalid(name, "must be a day such as 2026-11-01 or a time such as 2026-11-01T00:00:00Z");
    }

    /** What this is compared with: as many days before, until the same time of the day; or as long a time before. */
    Period previous() {
        return days == null
                ? new Period(from.minus(Duration.between(from, to)), from, zone, null)
                : new Period(earlier(from, days), earlier(to, days), zone, days);
    }

    private Instant earlier(Instant time, int days) {
        return time.atZone(zone).minusDays(days).toInstant();
    }

    /** The beginnings of all steps, and the end of the last. The first and the last may be shorter than the others. */
    List<Instant> steps(Interval interval) {
        if (Duration.between(from, to).toDays() > interval.mostDays) {
            throw Parameters.invalid("interval", "must be day for more than " + interval.mostDays + " days");
        }
        List<Instant> steps = new ArrayList<>();
        for (Instant step = from; step.isBefore(to); step = next(step, interval)) {
            steps.add(step);
        }
        steps.add(to);
        return steps;
    }

    /** Hours are those of UTC, which are those of most zones too, and are what sums are kept of. */
    private Instant next(Instant step, Interval interval) {
        return interval == Interval.DAY
                ? step.atZone(zone).toLocalDate().plusDays(1).atStartOfDay(zone).toInstant()
                : step.truncatedTo(ChronoUnit.HOURS).plus(1, ChronoUnit.HOURS);
    }

    /** As a parameter of a statement. */
    static OffsetDateTime sql(Instant time) {
        return time.atOffset(ZoneOffset.UTC);
    }
}
