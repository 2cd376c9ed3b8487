package dev.comporta.budget;

import static dev.comporta.budget.BudgetRows.usage;
import static org.assertj.core.api.Assertions.assertThat;

import dev.comporta.store.Databases;
import dev.comporta.store.ScratchDatabase;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The job reset-budget-periods")
class ResetBudgetPeriodsTest {

    private static final Instant NOON = Instant.parse("2026-11-20T12:00:00Z");

    @TempDir
    static Path directory;

    private static ScratchDatabase scratch;
    private static BudgetRows rows;

    @BeforeAll
    static void open() {
        scratch = ScratchDatabase.open(directory, List.of(), database -> {}, 4);
        rows = new BudgetRows(scratch.database());
    }

    @AfterAll
    static void close() throws Exception {
        scratch.close();
    }

    @BeforeEach
    void no_ledgers() {
        rows.sql("DELETE FROM client_budgets");
        rows.sql("DELETE FROM budget_ledgers");
    }

    @Test
    void opens_what_is_over_budgets_and_policies_alike_each_in_its_time_zone() {
        UUID client = rows.client("America/Sao_Paulo");
        UUID budget = rows.budget(client, "tokens", "10", BudgetPeriod.MONTHLY);
        UUID policy = rows.policy(client, "usd", "10");
        UUID elsewhere = rows.budget(rows.client("Asia/Tokyo"), "usd", "10", BudgetPeriod.DAILY);

        assertThat(run(NOON)).isEqualTo("3 windows opened");
        assertThat(run(NOON)).isEqualTo("0 windows opened");

        ZoneId saoPaulo = ZoneId.of("America/Sao_Paulo");
        assertThat(window(budget)).isEqualTo(BudgetPeriod.MONTHLY.window(NOON, saoPaulo));
        assertThat(window(policy).start()).isEqualTo(Instant.parse("2026-11-20T03:00:00Z"));
        assertThat(window(elsewhere).start()).isEqualTo(Instant.parse("2026-11-19T15:00:00Z"));
    }

    @Test
    void runs_that_were_missed_are_made_up_for_by_one() {
        UUID client = rows.client();
        UUID budget = rows.budget(client, "tokens", "10", BudgetPeriod.DAILY);
        run(NOON);
        rows.use(usage(client, NOON, 10, "1"));
        assertThat(rows.budget(budget).getBoolean("is_paused")).isTrue();

        Instant later = NOON.plus(Duration.ofDays(40));
        rows.use(usage(client, later.minusSeconds(60), 3, "1"));
        assertThat(run(later)).isEqualTo("1 windows opened");

        assertThat(window(budget).contains(later)).isTrue();
        assertThat(rows.used(budget)).isEqualByComparingTo("3");
        assertThat(rows.budget(budget).getBoolean("is_paused")).isFalse();
    }

    @Test
    void replicas_that_run_at_once_open_each_window_once() {
        for (int i = 0; i < 5; i++) {
            rows.budget(rows.client(), "tokens", "10", BudgetPeriod.DAILY);
        }

        List<Future<Integer>> runs = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            runs.add(Windows.openAll(scratch.database().pool(), NOON));
        }
        Databases.await(Future.join(runs));

        assertThat(runs.stream().mapToInt(Future::result).sum()).isEqualTo(5);
        assertThat(rows.sql("SELECT FROM budget_ledgers WHERE generation <> 1")).isEmpty();
    }

    @Test
    void a_window_that_a_clock_ahead_has_opened_early_is_left_alone() {
        UUID budget = rows.budget(rows.client(), "tokens", "10", BudgetPeriod.DAILY);
        Instant midnight = Instant.parse("2026-11-21T00:00:00Z");
        rows.open(budget, midnight);

        assertThat(run(midnight.minusSeconds(30))).isEqualTo("0 windows opened");
    }

    @Test
    void a_window_of_a_time_far_away_is_put_right() {
        UUID budget = rows.budget(rows.client(), "tokens", "10", BudgetPeriod.DAILY);
        rows.open(budget, Instant.parse("2031-01-01T00:00:00Z"));

        assertThat(run(NOON)).isEqualTo("1 windows opened");
        assertThat(window(budget).contains(NOON)).isTrue();
    }

    @Test
    void a_window_of_another_time_zone_is_put_right() {
        UUID client = rows.client("Asia/Tokyo");
        UUID budget = rows.budget(client, "tokens", "10", BudgetPeriod.DAILY);
        Window utc = BudgetPeriod.DAILY.window(NOON, ZoneId.of("UTC"));
        rows.open(budget, 0, utc);

        assertThat(run(NOON)).isEqualTo("1 windows opened");
        assertThat(window(budget)).isEqualTo(BudgetPeriod.DAILY.window(NOON, ZoneId.of("Asia/Tokyo")));
    }

    @Test
    void a_time_zone_that_is_none_is_taken_for_utc_and_keeps_no_other_back() {
        UUID budget = rows.budget(rows.client("Mars/Olympus"), "tokens", "10", BudgetPeriod.DAILY);
        UUID other = rows.budget(rows.client(), "tokens", "10", BudgetPeriod.DAILY);

        assertThat(run(NOON)).isEqualTo("2 windows opened");

        assertThat(window(budget)).isEqualTo(window(other));
    }

    private static String run(Instant now) {
        return Databases.await(new ResetBudgetPeriods(scratch.database()).run(now));
    }

    private static Window window(UUID ledger) {
        var row = rows.ledger(ledger);
        Instant start = row.getOffsetDateTime("window_start").toInstant();
        List<LocalDate> firstDay = new ArrayList<>();
        rows.sql("SELECT period_start_date FROM client_budgets WHERE id = $1", ledger)
                .forEach(budget -> firstDay.add(budget.getLocalDate(0)));
        return new Window(
                start,
                row.getOffsetDateTime("window_end").toInstant(),
                firstDay.isEmpty() ? LocalDate.EPOCH : firstDay.get(0));
    }
}
