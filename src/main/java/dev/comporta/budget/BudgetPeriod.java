package dev.comporta.budget;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.TemporalAdjusters;
import java.util.Locale;

/** After what time the counting of a budget begins anew. Days are those of the client's time zone. */
public enum BudgetPeriod {
    DAILY,
    /** From Monday to Sunday. */
    WEEKLY,
    /** From the 1st to the last of a month. */
    MONTHLY;

    /** The word in tables and in the API: {@code daily}, {@code weekly}, {@code monthly}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @throws IllegalArgumentException if there is no such period */
    public static BudgetPeriod of(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }

    /**
     * The window that {@code at} lies in. The windows of a zone follow each other without gap or overlap: each begins
     * when the clocks there first show its first day, so one may be an hour shorter or longer than others.
     */
    public Window window(Instant at, ZoneId zone) {
        LocalDate firstDay = firstDay(at.atZone(zone).toLocalDate());
        Window window = beginningOn(firstDay, zone);
        // Clocks that are put back over midnight show the last minutes of a day again when the next has begun.
        while (!at.isBefore(window.end())) {
            firstDay = following(firstDay);
            window = beginningOn(firstDay, zone);
        }
        return window;
    }

    private Window beginningOn(LocalDate firstDay, ZoneId zone) {
        return new Window(
                firstDay.atStartOfDay(zone).toInstant(),
                following(firstDay).atStartOfDay(zone).toInstant(),
                firstDay);
    }

    private LocalDate firstDay(LocalDate day) {
        return switch (this) {
            case DAILY -> day;
            case WEEKLY -> day.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
            case MONTHLY -> day.withDayOfMonth(1);
        };
    }

    private LocalDate following(LocalDate firstDay) {
        return switch (this) {
            case DAILY -> firstDay.plusDays(1);
            case WEEKLY -> firstDay.plusWeeks(1);
            case MONTHLY -> firstDay.plusMonths(1);
        };
    }
}
