package dev.comporta.budget;

import static dev.comporta.budget.BudgetRows.usage;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.comporta.store.ScratchDatabase;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Budgets follow the usage log")
class SettlementTest {

    private static final Instant NOON = Instant.parse("2026-11-20T12:00:00Z");
    private static final Instant YESTERDAY = Instant.parse("2026-11-19T23:59:59.999999Z");
    private static final Instant MIDNIGHT = Instant.parse("2026-11-21T00:00:00Z");

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

    @ParameterizedTest
    @CsvSource({"tokens, 30", "usd, 0.75", "eur, 0.69", "brl, 3.75"})
    void what_is_inserted_is_counted_in_the_unit_of_the_budget(String type, String used) {
        UUID client = rows.client();
        UUID budget = daily(client, type, "1000");

        rows.use(usage(client, NOON, 10, "0.25"), usage(rows.client(), NOON, 99, "9"), usage(client, NOON, 20, "0.5"));

        assertThat(rows.used(budget)).isEqualByComparingTo(used);
        assertThat(rows.budget(budget).getBigDecimal("current_usage")).isEqualByComparingTo(used);
    }

    @Test
    void usage_without_a_price_counts_its_tokens_and_no_money() {
        UUID client = rows.client();
        UUID budget = daily(client, "usd", "1");
        UUID policy = rows.policy(client, "eur", "1");
        rows.open(policy, NOON);

        rows.use(usage(client, NOON, 10, null));

        assertThat(rows.used(budget)).isZero();
        assertThat(rows.used(policy)).isZero();
    }

    @Test
    void the_percentage_of_the_budget_follows() {
        UUID client = rows.client();
        UUID budget = daily(client, "usd", "3");

        rows.use(usage(client, NOON, 1, "2"));

        assertThat(rows.budget(budget).getBigDecimal("usage_percentage")).isEqualByComparingTo("66.67");
    }

    @Test
    void what_is_sent_twice_is_counted_once() {
        UUID client = rows.client();
        UUID budget = daily(client, "tokens", "1000");
        JsonObject row = usage(client, NOON, 10, "1");

        rows.use(row, row);
        rows.use(row, usage(client, NOON, 5, "1"));

        assertThat(rows.used(budget)).isEqualByComparingTo("15");
    }

    @Test
    void a_ledger_that_was_never_opened_counts_nothing_until_it_is() {
        UUID client = rows.client();
        UUID budget = rows.budget(client, "tokens", "1000", BudgetPeriod.DAILY);
        rows.use(usage(client, NOON, 10, "1"), usage(client, YESTERDAY, 500, "1"));
        assertThat(rows.used(budget)).isZero();

        rows.open(budget, NOON);

        assertThat(rows.used(budget)).isEqualByComparingTo("10");
        Row opened = rows.budget(budget);
        assertThat(opened.getLocalDate("period_start_date")).isEqualTo(LocalDate.parse("2026-11-20"));
        assertThat(opened.getOffsetDateTime("next_reset_at").toInstant()).isEqualTo(MIDNIGHT);
        assertThat(opened.getBigDecimal("current_usage")).isEqualByComparingTo("10");
    }

    @Test
    void a_row_of_a_period_that_is_over_is_no_longer_counted() {
        UUID client = rows.client();
        UUID budget = daily(client, "tokens", "1000");

        rows.use(usage(client, YESTERDAY, 10, "1"), usage(client, NOON, 1, "1"));

        assertThat(rows.used(budget)).isEqualByComparingTo("1");
    }

    @Test
    void a_row_of_the_next_period_is_counted_when_that_opens() {
        UUID client = rows.client();
        UUID budget = daily(client, "tokens", "1000");
        rows.use(usage(client, NOON, 7, "1"), usage(client, MIDNIGHT, 10, "1"));
        assertThat(rows.used(budget)).isEqualByComparingTo("7");

        rows.open(budget, MIDNIGHT);

        assertThat(rows.used(budget)).isEqualByComparingTo("10");
        assertThat(rows.budget(budget).getBigDecimal("current_usage")).isEqualByComparingTo("10");
    }

    @Test
    void only_the_first_of_two_openings_counts() {
        UUID client = rows.client();
        UUID budget = daily(client, "tokens", "1000");
        long seen = rows.ledger(budget).getLong("generation");
        Window today = BudgetPeriod.DAILY.window(NOON, ZoneOffset.UTC);
        Window tomorrow = BudgetPeriod.DAILY.window(MIDNIGHT, ZoneOffset.UTC);

        assertThat(rows.open(budget, seen, tomorrow)).isTrue();
        assertThat(rows.open(budget, seen, today)).isFalse();
        assertThat(rows.open(UUID.randomUUID(), 0, today)).isFalse();

        assertThat(rows.ledger(budget).getOffsetDateTime("window_start").toInstant())
                .isEqualTo(MIDNIGHT);
        assertThat(rows.ledger(budget).getLong("generation")).isEqualTo(seen + 1);
    }

    @Test
    void one_batch_is_counted_in_the_ledgers_of_all_its_clients_and_in_all_of_a_client() {
        UUID first = rows.client();
        UUID second = rows.client();
        UUID budget = daily(first, "tokens", "1000");
        UUID policy = rows.policy(first, "usd", "10");
        UUID other = daily(second, "brl", "1000");
        rows.open(policy, NOON);

        rows.use(usage(first, NOON, 10, "0.5"), usage(second, NOON, 20, "0.25"), usage(first, NOON, 1, "0.25"));

        assertThat(rows.used(budget)).isEqualByComparingTo("11");
        assertThat(rows.used(policy)).isEqualByComparingTo("0.75");
        assertThat(rows.used(other)).isEqualByComparingTo("1.25");
    }

    @Test
    void amounts_are_exact_to_the_last_digit() {
        UUID client = rows.client();
        UUID budget = daily(client, "usd", "1");

        for (int i = 0; i < 10; i++) {
            rows.use(usage(client, NOON, 1, "0.000000000000000000000000000001"), usage(client, NOON, 1, "0.1"));
        }

        assertThat(rows.used(budget)).isEqualByComparingTo("1.00000000000000000000000000001");
    }

    @Test
    void a_budget_pauses_at_its_limit_and_the_next_period_unpauses_it() {
        UUID client = rows.client();
        UUID budget = daily(client, "tokens", "10");
        rows.use(usage(client, NOON, 9, "1"));
        assertThat(isPaused(budget)).isFalse();

        rows.use(usage(client, NOON, 1, "1"));
        assertThat(isPaused(budget)).isTrue();

        rows.open(budget, MIDNIGHT);
        assertThat(isPaused(budget)).isFalse();
    }

    @Test
    void a_budget_that_does_not_pause_is_only_watched() {
        UUID client = rows.client();
        UUID budget = daily(client, "tokens", "10");
        rows.sql("UPDATE client_budgets SET pause_at_limit = false WHERE id = $1", budget);

        rows.use(usage(client, NOON, 11, "1"));

        assertThat(isPaused(budget)).isFalse();
        assertThat(rows.ledger(budget).getBoolean("enforced")).isFalse();
        assertThat(rows.used(budget)).isEqualByComparingTo("11");
    }

    @Test
    void a_period_that_opens_with_its_limit_used_up_is_paused_from_the_start() {
        UUID client = rows.client();
        UUID budget = rows.budget(client, "tokens", "10", BudgetPeriod.DAILY);
        rows.use(usage(client, NOON, 10, "1"));

        rows.open(budget, NOON);

        assertThat(isPaused(budget)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"budget_limit = 11", "pause_at_limit = false"})
    void what_lets_a_paused_budget_go_on(String change) {
        UUID client = rows.client();
        UUID budget = daily(client, "tokens", "10");
        rows.use(usage(client, NOON, 10, "1"));
        rows.sql("UPDATE budget_ledgers SET exhausted_at = now() WHERE id = $1", budget);

        rows.sql("UPDATE client_budgets SET " + change + " WHERE id = $1", budget);

        assertThat(isPaused(budget)).isFalse();
        if (change.startsWith("budget_limit")) {
            assertThat(rows.ledger(budget).getOffsetDateTime("exhausted_at")).isNull();
            assertThat(rows.ledger(budget).getBigDecimal("spending_limit")).isEqualByComparingTo("11");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"budget_limit = 10", "budget_limit = 9", "notification_email = 'a@example.com'"})
    void what_leaves_a_paused_budget_paused(String change) {
        UUID client = rows.client();
        UUID budget = daily(client, "tokens", "10");
        rows.use(usage(client, NOON, 10, "1"));

        rows.sql("UPDATE client_budgets SET " + change + " WHERE id = $1", budget);

        assertThat(isPaused(budget)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"budget_limit = 10", "budget_limit = 5"})
    void a_limit_that_is_lowered_to_what_was_used_pauses(String change) {
        UUID client = rows.client();
        UUID budget = daily(client, "tokens", "100");
        rows.use(usage(client, NOON, 10, "1"));

        rows.sql("UPDATE client_budgets SET " + change + " WHERE id = $1", budget);

        assertThat(isPaused(budget)).isTrue();
    }

    @Test
    void a_budget_over_its_limit_pauses_when_it_is_told_to_pause_there() {
        UUID client = rows.client();
        UUID budget = daily(client, "tokens", "10");
        rows.sql("UPDATE client_budgets SET pause_at_limit = false WHERE id = $1", budget);
        rows.use(usage(client, NOON, 10, "1"));

        rows.sql("UPDATE client_budgets SET pause_at_limit = true WHERE id = $1", budget);

        assertThat(isPaused(budget)).isTrue();
    }

    @Test
    void a_pause_by_hand_holds_until_the_next_period() {
        UUID client = rows.client();
        UUID budget = daily(client, "tokens", "10");

        rows.sql("UPDATE client_budgets SET is_paused = true WHERE id = $1", budget);
        assertThat(isPaused(budget)).isTrue();
        rows.use(usage(client, NOON, 1, "1"));
        rows.sql("UPDATE clients SET time_zone = 'Europe/Lisbon' WHERE id = $1", client);
        rows.open(budget, NOON);
        assertThat(isPaused(budget)).isTrue();

        rows.open(budget, MIDNIGHT);
        assertThat(isPaused(budget)).isFalse();
    }

    @Test
    void a_budget_can_be_paused_from_its_beginning() {
        UUID client = rows.client();
        UUID budget = rows.budget(client, "tokens", "10", BudgetPeriod.DAILY);
        rows.sql("UPDATE client_budgets SET is_paused = true WHERE id = $1", budget);

        rows.open(budget, NOON);

        assertThat(isPaused(budget)).isTrue();
    }

    @Test
    void another_unit_counts_the_period_anew() {
        UUID client = rows.client();
        UUID budget = daily(client, "tokens", "10");
        rows.use(usage(client, NOON, 10, "0.5"));

        rows.sql("UPDATE client_budgets SET budget_type = 'usd' WHERE id = $1", budget);
        assertThat(rows.ledger(budget).getOffsetDateTime("window_end").toInstant())
                .isEqualTo(Instant.EPOCH);
        rows.open(budget, NOON);

        assertThat(rows.used(budget)).isEqualByComparingTo("0.5");
        assertThat(rows.budget(budget).getBigDecimal("current_usage")).isEqualByComparingTo("0.5");
        assertThat(isPaused(budget)).isFalse();
    }

    @Test
    void another_period_or_time_zone_counts_anew() {
        UUID client = rows.client();
        UUID budget = daily(client, "tokens", "1000");
        UUID policy = rows.policy(client, "usd", "5");
        rows.open(policy, NOON);
        rows.use(usage(client, NOON, 10, "1"), usage(client, Instant.parse("2026-11-20T02:00:00Z"), 5, "1"));
        rows.use(usage(client, Instant.parse("2026-11-02T00:00:00Z"), 100, "1"));

        rows.sql("UPDATE clients SET time_zone = 'America/Sao_Paulo' WHERE id = $1", client);
        rows.use(usage(client, NOON, 1, "1"));
        rows.open(budget, NOON);
        rows.open(policy, NOON);
        assertThat(rows.used(budget)).isEqualByComparingTo("11");
        assertThat(rows.used(policy)).isEqualByComparingTo("2");

        rows.sql("UPDATE client_budgets SET budget_period = 'monthly' WHERE id = $1", budget);
        rows.open(budget, NOON);
        assertThat(rows.used(budget)).isEqualByComparingTo("116");
    }

    @Test
    void a_deleted_budget_takes_its_ledger_and_leases_with_it() {
        UUID client = rows.client();
        UUID budget = daily(client, "tokens", "1000");
        long generation = rows.ledger(budget).getLong("generation");
        rows.sql("""
                SELECT comporta_lease($1, $2, gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 1, 0, '1 minute')
                """, budget, generation);

        rows.sql("DELETE FROM client_budgets WHERE id = $1", budget);

        assertThat(rows.sql("SELECT FROM budget_ledgers WHERE id = $1", budget)).isEmpty();
        assertThat(rows.sql("SELECT FROM budget_leases WHERE ledger_id = $1", budget))
                .isEmpty();
        rows.use(usage(client, NOON, 10, "1"));
    }

    @Test
    void usage_that_is_deleted_stays_counted() {
        UUID client = rows.client();
        UUID budget = daily(client, "tokens", "1000");
        rows.use(usage(client, NOON, 10, "1"));

        rows.sql("DELETE FROM gateway_usage_logs WHERE client_id = $1", client);

        assertThat(rows.used(budget)).isEqualByComparingTo("10");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "1000000000000000", "NaN", "Infinity"})
    void a_limit_that_is_none_is_refused_by_the_table_too(String limit) {
        UUID client = rows.client();

        assertThatThrownBy(() -> rows.sql(
                        "INSERT INTO client_budgets (client_id, budget_type, budget_limit, budget_period)"
                                + " VALUES ($1, 'usd', '" + limit + "', 'daily')",
                        client))
                .hasMessageContaining("client_budgets_budget_limit_check");
    }

    @Test
    void emptying_the_table_of_budgets_leaves_no_ledger_behind() {
        UUID client = rows.client();
        UUID budget = daily(client, "tokens", "1000");
        UUID policy = rows.policy(client, "usd", "5");

        rows.sql("TRUNCATE client_budgets");

        assertThat(rows.sql("SELECT FROM budget_ledgers WHERE id = $1", budget)).isEmpty();
        assertThat(rows.sql("SELECT FROM budget_ledgers WHERE id = $1", policy)).hasSize(1);
    }

    private static UUID daily(UUID client, String type, String limit) {
        UUID budget = rows.budget(client, type, limit, BudgetPeriod.DAILY);
        rows.open(budget, NOON);
        return budget;
    }

    /** The budget and its ledger always agree. */
    private static boolean isPaused(UUID budget) {
        boolean paused = rows.budget(budget).getBoolean("is_paused");
        assertThat(rows.ledger(budget).getBoolean("paused")).isEqualTo(paused);
        return paused;
    }
}
