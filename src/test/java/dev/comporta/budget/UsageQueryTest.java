package dev.comporta.budget;

import static dev.comporta.budget.BudgetRows.usage;
import static org.assertj.core.api.Assertions.assertThat;

import dev.comporta.budget.Projection.Basis;
import dev.comporta.budget.Projection.Recent;
import dev.comporta.store.Databases;
import dev.comporta.store.ScratchDatabase;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("Current usage and its projection")
class UsageQueryTest {

    private static final Instant NOVEMBER = Instant.parse("2026-11-01T00:00:00Z");
    private static final Instant DECEMBER = Instant.parse("2026-12-01T00:00:00Z");
    private static final Recent SEVEN_A_WEEK = new Recent(new BigDecimal("7"), Duration.ofDays(7));

    @TempDir
    static Path directory;

    private static ScratchDatabase scratch;
    private static BudgetRows rows;

    @BeforeAll
    static void open() {
        scratch = ScratchDatabase.open(directory, List.of(), database -> {});
        rows = new BudgetRows(scratch.database());
    }

    @AfterAll
    static void close() throws Exception {
        scratch.close();
    }

    @ParameterizedTest(name = "{1} used at {0}: {2}")
    @CsvSource({
        "2026-11-16T00:00:00Z, 10, 20.000000, 20.00, ELAPSED",
        "2026-11-11T00:00:00Z, 1,  3.000000,  3.00,  ELAPSED",
        "2026-11-08T00:00:00Z, 1,  4.285714,  4.29,  ELAPSED",
        "2026-11-30T23:59:59Z, 10, 10.000004, 10.00, ELAPSED",
        "2026-11-16T00:00:00Z, 0,  0.000000,  0.00,  ELAPSED",
        // On the first day by the seven days before: one a day.
        "2026-11-01T00:00:00Z, 0,  30.000000, 30.00, RECENT",
        "2026-11-01T00:00:01Z, 5,  34.999988, 35.00, RECENT",
        "2026-11-01T12:00:00Z, 5,  34.500000, 34.50, RECENT",
        // Opened by a clock that is ahead.
        "2026-10-31T23:59:59Z, 0,  30.000000, 30.00, RECENT",
    })
    void goes_on_as_it_did(Instant now, String used, String atEnd, String percentage, Basis basis) {
        Projection projection =
                Projection.of(new BigDecimal(used), new BigDecimal("100"), true, NOVEMBER, DECEMBER, now, SEVEN_A_WEEK);

        assertThat(projection).isEqualTo(new Projection(new BigDecimal(atEnd), new BigDecimal(percentage), basis));
    }

    @Test
    void one_call_in_the_first_second_is_no_trend() {
        Projection projection = Projection.of(
                new BigDecimal("5"),
                new BigDecimal("100"),
                true,
                NOVEMBER,
                DECEMBER,
                NOVEMBER.plusSeconds(1),
                Recent.NONE);

        assertThat(projection.atPeriodEnd()).isEqualByComparingTo("5");
        assertThat(projection.basis()).isEqualTo(Basis.USED);
    }

    @Test
    void tokens_are_whole() {
        Projection projection = Projection.of(
                new BigDecimal("1"),
                new BigDecimal("1000"),
                false,
                NOVEMBER,
                DECEMBER,
                Instant.parse("2026-11-08T00:00:00Z"),
                Recent.NONE);

        assertThat(projection.atPeriodEnd()).isEqualTo(new BigDecimal("4"));
    }

    @ParameterizedTest(name = "{0} at {2} in {1}: {3}")
    @CsvSource({
        "DAILY,   UTC,               2026-11-20T00:00:00Z, 1",
        "DAILY,   UTC,               2026-11-20T23:59:59Z, 1",
        "WEEKLY,  UTC,               2026-11-20T12:00:00Z, 3",
        "MONTHLY, UTC,               2026-11-20T12:00:00Z, 11",
        "MONTHLY, UTC,               2026-11-30T23:59:59Z, 1",
        "MONTHLY, UTC,               2028-02-01T00:00:00Z, 29",
        "MONTHLY, America/Sao_Paulo, 2026-12-01T02:59:59Z, 1",
        "MONTHLY, America/Sao_Paulo, 2026-12-01T03:00:00Z, 31",
    })
    void the_present_day_is_one_of_those_that_remain(BudgetPeriod period, String zone, Instant now, long days) {
        UUID client = rows.client(zone);
        UUID budget = rows.budget(client, "tokens", "10", period);
        rows.open(budget, now);

        assertThat(usageOf(client, now).daysRemaining()).isEqualTo(days);
    }

    @Test
    void the_days_before_are_those_that_have_usage() {
        UUID client = rows.client();
        UUID budget = rows.budget(client, "tokens", "1000", BudgetPeriod.MONTHLY);
        rows.open(budget, NOVEMBER);
        rows.use(
                // Longer ago than seven days.
                usage(client, Instant.parse("2026-10-24T23:59:59Z"), 1_000_000, "1"),
                usage(client, Instant.parse("2026-10-30T00:00:00Z"), 10, "1"),
                usage(client, Instant.parse("2026-10-31T12:00:00Z"), 10, "1"),
                usage(client, NOVEMBER, 7, "1"));

        Projection projection = usageOf(client, NOVEMBER.plusSeconds(1)).projection();

        assertThat(projection.basis()).isEqualTo(Basis.RECENT);
        assertThat(projection.atPeriodEnd()).isEqualByComparingTo("307");
        assertThat(projection.percentage()).isEqualByComparingTo("30.70");
    }

    @Test
    void what_is_used_above_the_limit_leaves_nothing() {
        UUID client = rows.client();
        UUID budget = rows.budget(client, "tokens", "10", BudgetPeriod.DAILY);
        rows.open(budget, NOVEMBER);
        rows.use(usage(client, NOVEMBER, 25, "1"));

        CurrentUsage usage = usageOf(client, NOVEMBER);

        assertThat(usage.remaining()).isZero();
        assertThat(usage.percentage()).isEqualTo(new BigDecimal("250.00"));
        assertThat(usage.isPaused()).isTrue();
    }

    @Test
    void a_client_without_a_budget_has_no_usage_of_one() {
        UUID client = rows.client();
        rows.policy(client, "usd", "10");

        assertThat(Databases.await(UsageQuery.run(scratch.database().pool(), client, NOVEMBER)))
                .isNull();
    }

    private static CurrentUsage usageOf(UUID client, Instant now) {
        return Databases.await(UsageQuery.run(scratch.database().pool(), client, now));
    }
}
