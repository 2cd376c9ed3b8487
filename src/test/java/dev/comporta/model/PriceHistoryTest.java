package dev.comporta.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.comporta.store.ScratchDatabase;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whoever changes a price, the history of it knows. */
class PriceHistoryTest {

    @TempDir
    static Path directory;

    private static ScratchDatabase scratch;

    @BeforeAll
    static void open() {
        scratch = ScratchDatabase.open(directory, List.of(new ModelSeed()), database -> {});
    }

    @AfterAll
    static void close() throws Exception {
        scratch.close();
    }

    @Test
    void every_model_of_the_release_begins_with_the_prices_of_the_release() {
        assertThat(history("openai/gpt-5.4-nano")).containsExactly("seed 0.2 1.25 in force");
        assertThat(query("""
                        SELECT count(*) FROM ai_models_registry r FULL JOIN model_prices p ON p.model_registry_id = r.id
                        WHERE p.model_registry_id IS NULL OR r.id IS NULL""").iterator().next().getLong(0)).isZero();
    }

    @Test
    void plain_sql_is_an_edit() {
        query("UPDATE ai_models_registry SET input_price_per_million = 3, price_tiers = '[]'"
                + " WHERE gateway_identifier = 'openai/gpt-5.4'");
        query(
                "UPDATE ai_models_registry SET output_price_per_million = 14 WHERE gateway_identifier = 'openai/gpt-5.4'");

        assertThat(history("openai/gpt-5.4"))
                .containsExactly("seed 2.5 15 until the next", "edit 3 15 until the next", "edit 3 14 in force");
    }

    @Test
    void what_is_no_price_makes_no_history() {
        query("UPDATE ai_models_registry SET description = 'x', is_active = false, input_price_per_million = 1.250"
                + " WHERE gateway_identifier = 'openai/gpt-5'");

        assertThat(history("openai/gpt-5")).hasSize(1);
    }

    @Test
    void a_price_that_changes_twice_in_one_transaction_has_no_gap_and_no_overlap() {
        await(scratch.database()
                .pool()
                .withTransaction(sql -> sql.query(
                                "UPDATE ai_models_registry SET unit_prices = '{\"image\": 1}' WHERE model_name = 'o3'")
                        .execute()
                        .compose(first -> sql.query(
                                        "UPDATE ai_models_registry SET unit_prices = '{}' WHERE model_name = 'o3'")
                                .execute())));

        assertThat(history("openai/o3"))
                .containsExactly("seed 2 8 until the next", "edit 2 8 until the next", "edit 2 8 in force");
    }

    @Test
    void the_history_of_a_model_that_is_gone_stays_and_goes_on_if_it_comes_back() {
        query("DELETE FROM ai_models_registry WHERE gateway_identifier = 'openai/o1'");
        assertThat(history("openai/o1")).containsExactly("seed 15 60 closed");

        query("INSERT INTO ai_models_registry (id, provider, model_name, gateway_identifier, input_price_per_million)"
                + " SELECT model_registry_id, 'openai', 'o1', 'openai/o1', 14 FROM model_prices"
                + " WHERE gateway_identifier = 'openai/o1'");
        assertThat(history("openai/o1")).hasSize(2).last().isEqualTo("edit 14 null in force");
    }

    @Test
    void an_alias_has_no_price_and_no_history() {
        query("INSERT INTO ai_models_registry (provider, model_name, gateway_identifier, fallback_chain)"
                + " VALUES ('alias', 'fast', 'fast', '[\"demo/echo\"]')");

        assertThat(history("fast")).isEmpty();
        query("DELETE FROM ai_models_registry WHERE gateway_identifier = 'fast'");
    }

    private static List<String> history(String identifier) {
        List<String> history = new ArrayList<>();
        query("""
                SELECT concat_ws(' ', changed_by, coalesce(input_price_per_million::text, 'null'),
                    coalesce(output_price_per_million::text, 'null'),
                    CASE WHEN valid_to IS NULL THEN 'in force'
                         WHEN valid_to = lead(valid_from) OVER (ORDER BY valid_from) THEN 'until the next'
                         ELSE 'closed' END)
                FROM model_prices WHERE gateway_identifier = '%s' ORDER BY valid_from""".formatted(identifier)).forEach(row -> history.add(row.getString(0)));
        return history;
    }

    private static RowSet<Row> query(String sql) {
        return await(scratch.database().pool().query(sql).execute());
    }

    private static <T> T await(Future<T> future) {
        return future.toCompletionStage().toCompletableFuture().join();
    }
}
