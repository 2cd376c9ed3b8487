package dev.comporta.budget;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class BudgetPeriodTest {

    @ParameterizedTest(name = "{0} in {2} at {1}")
    @CsvSource({
        "DAILY,   2026-11-20T02:59:59.999Z, America/Sao_Paulo,  2026-11-19T03:00:00Z, 2026-11-20T03:00:00Z, 2026-11-19",
        "DAILY,   2026-11-20T03:00:00Z,     America/Sao_Paulo,  2026-11-20T03:00:00Z, 2026-11-21T03:00:00Z, 2026-11-20",
        "WEEKLY,  2026-11-22T23:59:59Z,     UTC,                2026-11-16T00:00:00Z, 2026-11-23T00:00:00Z, 2026-11-16",
        "WEEKLY,  2026-11-23T00:00:00Z,     UTC,                2026-11-23T00:00:00Z, 2026-11-30T00:00:00Z, 2026-11-23",
        "WEEKLY,  2027-01-01T12:00:00Z,     UTC,                2026-12-28T00:00:00Z, 2027-01-04T00:00:00Z, 2026-12-28",
        "MONTHLY, 2026-12-31T23:59:59Z,     UTC,                2026-12-01T00:00:00Z, 2027-01-01T00:00:00Z, 2026-12-01",
        "MONTHLY, 2028-02-29T12:00:00Z,     UTC,                2028-02-01T00:00:00Z, 2028-03-01T00:00:00Z, 2028-02-01",
        "MONTHLY, 2027-02-28T12:00:00Z,     UTC,                2027-02-01T00:00:00Z, 2027-03-01T00:00:00Z, 2027-02-01",
        "DAILY,   2028-02-29T12:00:00Z,     UTC,                2028-02-29T00:00:00Z, 2028-03-01T00:00:00Z, 2028-02-29",
        "DAILY,   2026-11-20T09:59:59Z,     Pacific/Kiritimati, 2026-11-19T10:00:00Z, 2026-11-20T10:00:00Z, 2026-11-20",
        "DAILY,   2026-11-20T11:59:59Z,     Etc/GMT+12,         2026-11-19T12:00:00Z, 2026-11-20T12:00:00Z, 2026-11-19",
        "MONTHLY, 2026-12-31T10:00:00Z,     Pacific/Kiritimati, 2026-12-31T10:00:00Z, 2027-01-31T10:00:00Z, 2027-01-01",
        "MONTHLY, 2026-03-29T12:00:00Z,     Europe/Lisbon,      2026-03-01T00:00:00Z, 2026-03-31T23:00:00Z, 2026-03-01",
    })
    void begins_and_ends_at_midnights_of_the_zone(
            BudgetPeriod period, Instant at, ZoneId zone, Instant start, Instant end, LocalDate firstDay) {
        assertThat(period.window(at, zone)).isEqualTo(new Window(start, end, firstDay));
    }

    @ParameterizedTest(name = "{0} on {1}: {4}")
    @CsvSource({
        // Midnight does not exist: the day begins at one.
        "America/Sao_Paulo, 2018-11-04, 2018-11-04T03:00:00Z, 2018-11-05T02:00:00Z, PT23H",
        "Asia/Beirut,       2022-03-27, 2022-03-26T22:00:00Z, 2022-03-27T21:00:00Z, PT23H",
        "Africa/Cairo,      2024-04-26, 2024-04-25T22:00:00Z, 2024-04-26T21:00:00Z, PT23H",
        "America/Havana,    2024-03-10, 2024-03-10T05:00:00Z, 2024-03-11T04:00:00Z, PT23H",
        "Atlantic/Azores,   2024-03-31, 2024-03-31T01:00:00Z, 2024-04-01T00:00:00Z, PT23H",
        // Midnight happens twice: the day begins with the first one.
        "America/Havana,    2024-11-03, 2024-11-03T04:00:00Z, 2024-11-04T05:00:00Z, PT25H",
        "Atlantic/Azores,   2024-10-27, 2024-10-27T00:00:00Z, 2024-10-28T01:00:00Z, PT25H",
        "America/St_Johns,  2010-11-07, 2010-11-07T02:30:00Z, 2010-11-08T03:30:00Z, PT25H",
        // At midnight it is eleven again: the day that ends is the longer one.
        "America/Sao_Paulo, 2019-02-16, 2019-02-16T02:00:00Z, 2019-02-17T03:00:00Z, PT25H",
        "Africa/Cairo,      2024-10-31, 2024-10-30T21:00:00Z, 2024-10-31T22:00:00Z, PT25H",
        // The clocks change in the night, or by half an hour only.
        "Europe/Lisbon,     2026-03-29, 2026-03-29T00:00:00Z, 2026-03-29T23:00:00Z, PT23H",
        "Europe/Lisbon,     2026-10-25, 2026-10-24T23:00:00Z, 2026-10-26T00:00:00Z, PT25H",
        "Australia/Lord_Howe, 2026-04-05, 2026-04-04T13:00:00Z, 2026-04-05T13:30:00Z, PT24H30M",
        // The day after the one that Samoa left out.
        "Pacific/Apia,      2011-12-31, 2011-12-30T10:00:00Z, 2011-12-31T10:00:00Z, PT24H",
    })
    void a_day_on_which_the_clocks_change_is_as_long_as_it_is_there(
            ZoneId zone, LocalDate day, Instant start, Instant end, Duration length) {
        Window window = new Window(start, end, day);

        assertThat(BudgetPeriod.DAILY.window(start, zone)).isEqualTo(window);
        assertThat(BudgetPeriod.DAILY.window(end.minusNanos(1), zone)).isEqualTo(window);
        assertThat(BudgetPeriod.DAILY.window(start.minusNanos(1), zone).end()).isEqualTo(start);
        assertThat(Duration.between(start, end)).isEqualTo(length);
    }

    @Test
    void minutes_that_clocks_show_again_after_midnight_stay_in_the_day_that_has_begun() {
        ZoneId zone = ZoneId.of("America/St_Johns");
        Instant again = Instant.parse("2010-11-07T03:00:00Z");

        assertThat(again.atZone(zone).toLocalDate()).isEqualTo(LocalDate.parse("2010-11-06"));
        assertThat(BudgetPeriod.DAILY.window(again, zone).firstDay()).isEqualTo(LocalDate.parse("2010-11-07"));
    }

    @Test
    void the_day_that_a_country_left_out_is_no_window() {
        ZoneId zone = ZoneId.of("Pacific/Apia");
        Window before = BudgetPeriod.DAILY.window(Instant.parse("2011-12-30T09:59:59Z"), zone);
        Window after = BudgetPeriod.DAILY.window(before.end(), zone);

        assertThat(before.firstDay()).isEqualTo(LocalDate.parse("2011-12-29"));
        assertThat(after.firstDay()).isEqualTo(LocalDate.parse("2011-12-31"));
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void windows_follow_each_other_without_gap_or_overlap(long seed) {
        Random random = new Random(seed);
        List<String> zones = ZoneId.getAvailableZoneIds().stream().sorted().toList();
        for (int i = 0; i < 200; i++) {
            ZoneId zone = ZoneId.of(zones.get(random.nextInt(zones.size())));
            BudgetPeriod period = BudgetPeriod.values()[random.nextInt(3)];
            Instant at = Instant.parse("1970-01-01T00:00:00Z")
                    .plus(random.nextInt(70 * 366 * 24), ChronoUnit.HOURS)
                    .plusNanos(random.nextLong(3_600_000_000_000L));
            assertThat(period.window(at, zone).contains(at))
                    .as("%s %s %s", period, zone, at)
                    .isTrue();
            walk(period, zone, at);
        }
    }

    private static void walk(BudgetPeriod period, ZoneId zone, Instant at) {
        Window window = period.window(at, zone);
        for (int i = 0; i < 20; i++) {
            assertThat(window.start()).as("%s %s", period, zone).isBefore(window.end());
            assertThat(period.window(window.start(), zone)).isEqualTo(window);
            assertThat(period.window(window.end().minusNanos(1), zone)).isEqualTo(window);
            Window next = period.window(window.end(), zone);
            assertThat(next.start()).as("%s %s", period, zone).isEqualTo(window.end());
            assertThat(next.firstDay()).isAfter(window.firstDay());
            window = next;
        }
    }

    @ParameterizedTest
    @EnumSource(BudgetPeriod.class)
    void is_found_by_its_word(BudgetPeriod period) {
        assertThat(BudgetPeriod.of(period.word())).isEqualTo(period);
    }
}
