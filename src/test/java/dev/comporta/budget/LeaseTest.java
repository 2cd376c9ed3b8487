package dev.comporta.budget;

import static dev.comporta.budget.BudgetRows.number;
import static dev.comporta.budget.BudgetRows.usage;
import static org.assertj.core.api.Assertions.assertThat;

import dev.comporta.store.ScratchDatabase;
import io.vertx.sqlclient.Row;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("Leases of a ledger in the database")
class LeaseTest {

    private static final Instant NOON = Instant.parse("2026-11-20T12:00:00Z");
    private static final Instant MIDNIGHT = Instant.parse("2026-11-21T00:00:00Z");
    private static final UUID REPLICA = UUID.randomUUID();
    private static final UUID PROCESS = UUID.randomUUID();

    @TempDir
    static Path directory;

    private static ScratchDatabase scratch;
    private static BudgetRows rows;

    private UUID client;
    private UUID budget;
    private UUID lease;

    @BeforeAll
    static void open() {
        scratch = ScratchDatabase.open(directory, List.of(), database -> {});
        rows = new BudgetRows(scratch.database());
    }

    @AfterAll
    static void close() throws Exception {
        scratch.close();
    }

    @BeforeEach
    void a_budget_of_a_hundred() {
        client = rows.client();
        budget = rows.budget(client, "tokens", "100", BudgetPeriod.DAILY);
        rows.open(budget, NOON);
        lease = UUID.randomUUID();
    }

    @ParameterizedTest(name = "{0} needed and {1} ahead of 100: {2}")
    @CsvSource({
        // A little ahead, never more than a sixteenth of what is free.
        "10, 0, 10",
        "10, 2, 12",
        "10, 90, 15.625",
        "0, 100, 6.25",
        "100, 50, 100",
        // All that is free where that is less.
        "101, 0, 100",
        "1000000, 1000000, 100",
        "0, 0, 0"
    })
    void what_is_needed_is_leased_and_a_little_ahead(String needed, String ahead, String granted) {
        Row row = lease(lease, needed, ahead);

        assertThat(row.getBigDecimal("granted")).isEqualByComparingTo(granted);
        assertThat(row.getBigDecimal("leased")).isEqualByComparingTo(granted);
        assertThat(row.getBigDecimal("used")).isZero();
        assertThat(row.getBigDecimal("spending_limit")).isEqualByComparingTo("100");
        assertThat(row.getBoolean("paused")).isFalse();
        assertThat(row.getBigDecimal("own")).isEqualByComparingTo(granted);
        assertThat(rows.leased(budget)).isEqualByComparingTo(granted);
    }

    @Test
    void an_empty_lease_is_not_kept() {
        lease(lease, "0", "0");
        assertThat(amountOrNone(lease)).isEmpty();

        lease(lease, "10", "0");
        rows.use(usage(client, NOON, 10, "1", lease));
        assertThat(amountOrNone(lease)).isEmpty();
        assertThat(rows.leased(budget)).isZero();
    }

    @Test
    void a_lease_grows() {
        lease(lease, "10", "0");
        assertThat(lease(lease, "5", "0").getBigDecimal("own")).isEqualByComparingTo("15");

        assertThat(amount(lease)).isEqualByComparingTo("15");
        assertThat(rows.leased(budget)).isEqualByComparingTo("15");
    }

    @Test
    void two_replicas_never_have_more_than_there_is() {
        lease(lease, "70", "0");
        Row second = lease(UUID.randomUUID(), "70", "0");
        Row third = lease(UUID.randomUUID(), "1", "0");

        assertThat(second.getBigDecimal("granted")).isEqualByComparingTo("30");
        assertThat(third.getBigDecimal("granted")).isZero();
        assertThat(rows.leased(budget)).isEqualByComparingTo("100");
    }

    @Test
    void what_is_used_is_no_longer_there_to_be_leased() {
        rows.use(usage(client, NOON, 40, "1"));

        assertThat(lease(lease, "70", "0").getBigDecimal("granted")).isEqualByComparingTo("60");
    }

    @Test
    void usage_moves_from_the_lease_that_paid_for_it_to_what_is_used() {
        lease(lease, "50", "0");

        rows.use(usage(client, NOON, 20, "1", lease), usage(client, NOON, 5, "1", lease), usage(client, NOON, 1, "1"));

        assertThat(rows.used(budget)).isEqualByComparingTo("26");
        assertThat(rows.leased(budget)).isEqualByComparingTo("25");
        assertThat(amount(lease)).isEqualByComparingTo("25");
    }

    @Test
    void one_call_is_paid_from_leases_of_several_ledgers_each_in_its_unit() {
        UUID policy = rows.policy(client, "usd", "10");
        rows.open(policy, NOON);
        UUID inMoney = UUID.randomUUID();
        lease(lease, "50", "0");
        lease(policy, 1, inMoney, "4", "0");

        rows.use(usage(client, NOON, 20, "1.5", lease, inMoney));

        assertThat(rows.leased(budget)).isEqualByComparingTo("30");
        assertThat(rows.used(policy)).isEqualByComparingTo("1.5");
        assertThat(rows.leased(policy)).isEqualByComparingTo("2.5");
    }

    @Test
    void usage_above_the_lease_owes_and_what_comes_next_makes_up_for_it() {
        lease(lease, "10", "0");

        rows.use(usage(client, NOON, 15, "1", lease));
        assertThat(amount(lease)).isEqualByComparingTo("-5");
        assertThat(rows.leased(budget)).isEqualByComparingTo("-5");

        lease(lease, "5", "0");
        assertThat(rows.leased(budget)).isZero();
    }

    @Test
    void what_is_given_back_can_be_leased_again() {
        lease(lease, "100", "0");

        giveBack(lease, "60");
        assertThat(lease(UUID.randomUUID(), "80", "0").getBigDecimal("granted")).isEqualByComparingTo("60");

        giveBack(lease, "40");
        assertThat(amountOrNone(lease)).isEmpty();
        assertThat(rows.leased(budget)).isEqualByComparingTo("60");
        giveBack(lease, "40");
        assertThat(rows.leased(budget)).isEqualByComparingTo("60");
    }

    @Test
    void a_lease_that_has_expired_is_taken_back_once_it_is_needed() {
        lease(lease, "90", "0");
        expire(lease);

        assertThat(lease(UUID.randomUUID(), "10", "0").getBigDecimal("granted")).isEqualByComparingTo("10");
        assertThat(amount(lease)).isEqualByComparingTo("90");

        assertThat(lease(UUID.randomUUID(), "50", "0").getBigDecimal("granted")).isEqualByComparingTo("50");
        assertThat(amountOrNone(lease)).isEmpty();
        assertThat(rows.leased(budget)).isEqualByComparingTo("60");
    }

    @Test
    void who_leases_again_keeps_an_expired_lease() {
        lease(lease, "90", "0");
        expire(lease);

        assertThat(lease(lease, "20", "0").getBigDecimal("granted")).isEqualByComparingTo("10");
        assertThat(amount(lease)).isEqualByComparingTo("100");
    }

    @Test
    void what_an_expired_lease_paid_for_is_counted_all_the_same() {
        lease(lease, "90", "0");
        expire(lease);
        lease(UUID.randomUUID(), "100", "0");

        rows.use(usage(client, NOON, 30, "1", lease));

        assertThat(rows.used(budget)).isEqualByComparingTo("30");
        assertThat(rows.leased(budget)).isEqualByComparingTo("100");
    }

    @Test
    void nothing_can_be_had_of_another_generation_or_a_paused_or_a_deleted_ledger() {
        assertThat(lease(budget, 7, lease, "1", "0").getBigDecimal("granted")).isZero();

        rows.sql("UPDATE client_budgets SET is_paused = true WHERE id = $1", budget);
        Row paused = lease(lease, "1", "0");
        assertThat(paused.getBigDecimal("granted")).isZero();
        assertThat(paused.getBoolean("paused")).isTrue();

        rows.sql("DELETE FROM client_budgets WHERE id = $1", budget);
        Row deleted = lease(lease, "1", "0");
        assertThat(deleted.getBigDecimal("granted")).isZero();
        assertThat(deleted.getLong("generation")).isNull();
        assertThat(amountOrNone(lease)).isEmpty();
    }

    @Test
    void what_was_leased_in_one_window_is_worth_nothing_in_the_next() {
        lease(lease, "60", "0");

        rows.open(budget, MIDNIGHT);

        assertThat(rows.leased(budget)).isZero();
        assertThat(amountOrNone(lease)).isEmpty();
        rows.use(usage(client, NOON, 10, "1", lease), usage(client, MIDNIGHT, 1, "1", lease));
        assertThat(rows.leased(budget)).isZero();
        assertThat(rows.used(budget)).isEqualByComparingTo("1");
        giveBack(lease, "50");
        assertThat(rows.leased(budget)).isZero();
    }

    @Test
    void a_lowered_limit_leaves_nothing_to_lease_and_a_raised_one_more() {
        lease(lease, "60", "0");

        rows.sql("UPDATE client_budgets SET budget_limit = 50 WHERE id = $1", budget);
        assertThat(lease(lease, "1", "0").getBigDecimal("granted")).isZero();

        rows.sql("UPDATE client_budgets SET budget_limit = 200 WHERE id = $1", budget);
        assertThat(lease(lease, "1000", "0").getBigDecimal("granted")).isEqualByComparingTo("140");
    }

    @Test
    void a_process_that_ends_gives_back_all_that_is_its_own() {
        UUID policy = rows.policy(client, "usd", "10");
        rows.open(policy, NOON);
        UUID replica = UUID.randomUUID();
        UUID process = UUID.randomUUID();
        UUID before = UUID.randomUUID();
        lease(budget, 1, UUID.randomUUID(), replica, process, "10", "0");
        lease(policy, 1, UUID.randomUUID(), replica, process, "3", "0");
        lease(budget, 1, UUID.randomUUID(), replica, before, "20", "0");
        lease(lease, "40", "0");

        assertThat(returnAll(replica, process, true)).isEqualTo(1);
        assertThat(rows.leased(budget)).isEqualByComparingTo("50");
        assertThat(rows.leased(policy)).isEqualByComparingTo("3");

        assertThat(returnAll(replica, process, false)).isEqualTo(2);
        assertThat(rows.leased(budget)).isEqualByComparingTo("40");
        assertThat(rows.leased(policy)).isZero();

        assertThat(returnAll(replica, process, false)).isZero();
    }

    private Row lease(UUID id, String needed, String ahead) {
        return lease(budget, 1, id, needed, ahead);
    }

    private static Row lease(UUID ledger, long generation, UUID id, String needed, String ahead) {
        return lease(ledger, generation, id, REPLICA, PROCESS, needed, ahead);
    }

    private static Row lease(
            UUID ledger, long generation, UUID id, UUID replica, UUID process, String needed, String ahead) {
        return rows.one(
                "SELECT * FROM comporta_lease($1, $2, $3, $4, $5, $6, $7, '1 minute')",
                ledger,
                generation,
                id,
                replica,
                process,
                number(needed),
                number(ahead));
    }

    private void giveBack(UUID id, String amount) {
        rows.sql("SELECT comporta_return($1, $2, $3)", budget, id, number(amount));
    }

    private static long returnAll(UUID replica, UUID process, boolean earlier) {
        return rows.one("SELECT comporta_return_all($1, $2, $3)", replica, process, earlier)
                .getLong(0);
    }

    private static void expire(UUID id) {
        rows.sql("UPDATE budget_leases SET expires_at = now() - interval '1 second' WHERE id = $1", id);
    }

    private static BigDecimal amount(UUID id) {
        return amountOrNone(id).get(0);
    }

    private static List<BigDecimal> amountOrNone(UUID id) {
        List<BigDecimal> amounts = new ArrayList<>();
        rows.sql("SELECT amount FROM budget_leases WHERE id = $1", id)
                .forEach(row -> amounts.add(row.getBigDecimal(0)));
        return amounts;
    }
}
