package dev.comporta.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.comporta.store.Databases;
import dev.comporta.store.ScratchDatabase;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The table of policies, and the ledgers that follow it")
class PolicyLedgersTest {

    @TempDir
    static Path directory;

    private static ScratchDatabase scratch;

    private UUID client;

    @BeforeAll
    static void open() {
        scratch = ScratchDatabase.open(directory, List.of(), database -> {});
    }

    @AfterAll
    static void close() throws Exception {
        scratch.close();
    }

    @BeforeEach
    void make_a_client() {
        client = newClient();
    }

    private static UUID newClient() {
        return id("INSERT INTO clients (name, slug) VALUES ('A client', $1) RETURNING id", "c-" + System.nanoTime());
    }

    private UUID policy(String name, String columns, String values) {
        return id(
                "INSERT INTO policies (client_id, name, %s) VALUES ($1, $2, %s) RETURNING id"
                        .formatted(columns, values),
                client,
                name);
    }

    /** One with a limit and a window that is open, of which a part is used and leased. */
    private UUID busyPolicy(String name) {
        UUID id = policy(name, "max_cost_per_day, max_cost_currency", "100, 'BRL'");
        sql("""
                UPDATE budget_ledgers SET window_start = now(), window_end = now() + interval '1 day', generation = 1,
                    used = 40, leased = 5, exhausted_at = now()
                WHERE id = $1
                """, id);
        sql("""
                INSERT INTO budget_leases (id, ledger_id, generation, replica_id, process_id, amount, expires_at)
                VALUES (gen_random_uuid(), $1, 1, gen_random_uuid(), gen_random_uuid(), 5, now())
                """, id);
        return id;
    }

    private static UUID id(String statement, Object... parameters) {
        return sql(statement, parameters).iterator().next().getUUID("id");
    }

    private static RowSet<Row> sql(String statement, Object... parameters) {
        return Databases.sql(scratch.database(), statement, parameters);
    }

    private static Row ledger(UUID id) {
        RowSet<Row> rows = sql("SELECT * FROM budget_ledgers WHERE id = $1", id);
        assertThat(rows.size()).isEqualTo(1);
        return rows.iterator().next();
    }

    private static Instant windowEnd(UUID id) {
        return ledger(id).getOffsetDateTime("window_end").toInstant();
    }

    private static void assertNoLedger(UUID id) {
        assertThat(sql("SELECT FROM budget_ledgers WHERE id = $1", id).size()).isZero();
        assertThat(sql("SELECT FROM budget_leases WHERE ledger_id = $1", id).size())
                .isZero();
    }

    @Test
    void a_policy_with_a_limit_of_cost_has_a_ledger() {
        UUID id = policy("Production", "max_cost_per_day, max_cost_currency", "12.5, 'EUR'");

        Row ledger = ledger(id);
        assertThat(ledger.getUUID("client_id")).isEqualTo(client);
        assertThat(ledger.getString("kind")).isEqualTo("policy");
        assertThat(ledger.getString("name")).isEqualTo("Production");
        assertThat(ledger.getString("unit")).isEqualTo("eur");
        assertThat(ledger.getString("period")).isEqualTo("daily");
        assertThat(ledger.getBigDecimal("spending_limit")).isEqualByComparingTo(new BigDecimal("12.5"));
        assertThat(ledger.getBoolean("enforced")).isTrue();
        assertThat(ledger.getBoolean("paused")).isFalse();
        assertThat(windowEnd(id)).isEqualTo(Instant.EPOCH);
    }

    @Test
    void one_without_or_that_is_off_has_none() {
        assertNoLedger(policy("Models", "blocked_models", "'{gpt-4}'"));
        assertNoLedger(policy("Off", "max_cost_per_day, is_active", "10, false"));
    }

    @Test
    void a_limit_that_comes_later_brings_the_ledger() {
        UUID id = policy("P", "is_active", "true");

        sql("UPDATE policies SET max_cost_per_day = 3 WHERE id = $1", id);

        assertThat(ledger(id).getBigDecimal("spending_limit")).isEqualByComparingTo("3");
    }

    @Test
    void a_new_name_or_limit_keeps_what_was_counted() {
        UUID id = busyPolicy("P");

        sql("UPDATE policies SET name = 'Q', max_cost_per_day = 50 WHERE id = $1", id);

        Row ledger = ledger(id);
        assertThat(ledger.getString("name")).isEqualTo("Q");
        assertThat(ledger.getBigDecimal("spending_limit")).isEqualByComparingTo("50");
        assertThat(ledger.getBigDecimal("used")).isEqualByComparingTo("40");
        assertThat(ledger.getBigDecimal("leased")).isEqualByComparingTo("5");
        assertThat(ledger.getOffsetDateTime("exhausted_at")).isNotNull();
        assertThat(windowEnd(id)).isAfter(Instant.EPOCH);

        sql("UPDATE policies SET max_cost_per_day = 60 WHERE id = $1", id);
        assertThat(ledger(id).getOffsetDateTime("exhausted_at"))
                .as("a raised limit may pay for what was refused")
                .isNull();
    }

    @Test
    void another_currency_or_client_begins_a_window_anew() {
        UUID id = busyPolicy("P");
        sql("UPDATE policies SET max_cost_currency = 'USD' WHERE id = $1", id);
        assertThat(ledger(id).getString("unit")).isEqualTo("usd");
        assertThat(windowEnd(id)).isEqualTo(Instant.EPOCH);

        UUID moved = busyPolicy("Q");
        UUID other = newClient();
        sql("UPDATE policies SET client_id = $2 WHERE id = $1", moved, other);
        assertThat(ledger(moved).getUUID("client_id")).isEqualTo(other);
        assertThat(windowEnd(moved)).isEqualTo(Instant.EPOCH);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "UPDATE policies SET is_active = false WHERE id = $1",
                "UPDATE policies SET max_cost_per_day = NULL WHERE id = $1",
                "UPDATE policies SET id = gen_random_uuid() WHERE id = $1",
                "DELETE FROM policies WHERE id = $1"
            })
    void a_limit_that_goes_takes_the_ledger_and_its_leases_along(String statement) {
        UUID id = busyPolicy("P");
        UUID other = busyPolicy("Q");

        sql(statement, id);

        assertNoLedger(id);
        assertThat(ledger(other).getBigDecimal("leased")).isEqualByComparingTo("5");
        assertThat(sql("SELECT FROM budget_leases WHERE ledger_id = $1", other).size())
                .isEqualTo(1);
    }

    @Test
    void one_statement_about_many_policies_is_followed_in_each() {
        UUID first = busyPolicy("P");
        UUID second = busyPolicy("Q");
        UUID third = policy("R", "is_active", "true");

        sql("UPDATE policies SET max_cost_per_day = 7, is_active = name <> 'Q' WHERE client_id = $1", client);

        assertThat(ledger(first).getBigDecimal("spending_limit")).isEqualByComparingTo("7");
        assertNoLedger(second);
        assertThat(ledger(third).getBigDecimal("spending_limit")).isEqualByComparingTo("7");

        sql("TRUNCATE policies");
        assertNoLedger(first);
        assertNoLedger(third);
    }

    @Test
    void the_ledgers_of_budgets_are_left_alone() {
        UUID budget = id("""
                INSERT INTO client_budgets (client_id, budget_type, budget_limit, budget_period)
                VALUES ($1, 'usd', 10, 'monthly') RETURNING id
                """, client);
        UUID policy = busyPolicy("P");

        sql("DELETE FROM policies WHERE id = $1", policy);

        assertThat(ledger(budget).getString("kind")).isEqualTo("budget");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "name = ''",
                "name = E'a\\nb'",
                "name = repeat('x', 101)",
                "name = 'Taken'",
                "description = repeat('x', 2001)",
                "allowed_models = NULL",
                "allowed_models = '{NULL}'",
                "allowed_models = '{{a,b},{c,d}}'",
                "allowed_models = '{\"\"}'",
                "blocked_models = '{\"gpt 4\"}'",
                "blocked_models = ARRAY[repeat('x', 201)]",
                "blocked_models = array_fill('x'::text, ARRAY[201])",
                "max_cost_per_day = 0",
                "max_cost_per_day = -1",
                "max_cost_per_day = 'NaN'",
                "max_cost_per_day = 'Infinity'",
                "max_cost_per_day = 1e15",
                "max_cost_per_day = 0.0000001",
                "max_cost_currency = 'JPY'",
                "max_cost_currency = 'usd'",
                "max_cost_currency = NULL",
                "max_tokens_per_request = 0",
                "client_id = gen_random_uuid()"
            })
    void the_table_refuses_what_no_call_could_be_judged_by(String change) {
        UUID id = busyPolicy("P");
        policy("Taken", "is_active", "true");

        assertThatThrownBy(() -> sql("UPDATE policies SET " + change + " WHERE id = $1", id))
                .hasCauseInstanceOf(PgException.class);

        assertThat(ledger(id).getBigDecimal("used")).isEqualByComparingTo("40");
        assertThat(ledger(id).getString("name")).isEqualTo("P");
    }
}
