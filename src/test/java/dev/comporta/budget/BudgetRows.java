package dev.comporta.budget;

import dev.comporta.store.Database;
import dev.comporta.store.Databases;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.data.Numeric;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;

/** Budgets, usage and leases of tests, written by plain SQL. */
final class BudgetRows {

    /** Takes a JSON array of usage rows; those that are there already are left alone, as the usage writer does. */
    static final String INSERT_USAGE = """
            INSERT INTO gateway_usage_logs (
                id, created_at, request_id, client_id, endpoint, api_type, input_tokens, output_tokens, total_tokens,
                usage_source, cost_usd, cost_eur, cost_brl, status, status_code, budget_leases)
            SELECT id, created_at, id::text, client_id, '/v1/chat/completions', 'chat.completions', total_tokens, 0,
                total_tokens, 'exact', cost_usd, cost_usd * 0.92, cost_usd * 5, 'success', 200, budget_leases
            FROM json_to_recordset($1::text::json) AS row (
                id uuid, created_at timestamptz, client_id uuid, total_tokens bigint, cost_usd numeric,
                budget_leases uuid[])
            ON CONFLICT (id, created_at) DO NOTHING
            """;

    private final Database database;

    BudgetRows(Database database) {
        this.database = database;
    }

    RowSet<Row> sql(String statement, Object... parameters) {
        return Databases.sql(database, statement, parameters);
    }

    Row one(String statement, Object... parameters) {
        return sql(statement, parameters).iterator().next();
    }

    UUID client() {
        return client("UTC");
    }

    UUID client(String timeZone) {
        return one(
                        "INSERT INTO clients (name, slug, time_zone) VALUES ('c', $1, $2) RETURNING id",
                        "c-" + UUID.randomUUID().toString().substring(0, 13),
                        timeZone)
                .getUUID(0);
    }

    UUID budget(UUID client, String type, String limit, BudgetPeriod period) {
        return one("""
                        INSERT INTO client_budgets (client_id, budget_type, budget_limit, budget_period)
                        VALUES ($1, $2, $3, $4) RETURNING id
                        """, client, type, number(limit), period.word()).getUUID(0);
    }

    /** A ledger of the kind that a policy has. */
    UUID policy(UUID client, String unit, String limit) {
        return one("""
                        INSERT INTO budget_ledgers (id, client_id, kind, name, unit, period, spending_limit, enforced)
                        VALUES (gen_random_uuid(), $1, 'policy', 'Production', $2, 'daily', $3, true) RETURNING id
                        """, client, unit, number(limit)).getUUID(0);
    }

    Row budget(UUID id) {
        return one("SELECT * FROM client_budgets WHERE id = $1", id);
    }

    Row ledger(UUID id) {
        return one("SELECT * FROM budget_ledgers WHERE id = $1", id);
    }

    BigDecimal used(UUID ledger) {
        return ledger(ledger).getBigDecimal("used");
    }

    BigDecimal leased(UUID ledger) {
        return ledger(ledger).getBigDecimal("leased");
    }

    /** Opens the window that a budget or policy is in at that time. */
    boolean open(UUID id, Instant at) {
        Row row = one("""
                SELECT generation, period, time_zone FROM budget_ledgers JOIN clients ON clients.id = client_id
                WHERE budget_ledgers.id = $1
                """, id);
        Window window = BudgetPeriod.of(row.getString("period")).window(at, ZoneId.of(row.getString("time_zone")));
        return open(id, row.getLong("generation"), window);
    }

    boolean open(UUID id, long seen, Window window) {
        return one(
                        "SELECT comporta_open_window($1, $2, $3, $4, $5)",
                        id,
                        seen,
                        window.start().atOffset(ZoneOffset.UTC),
                        window.end().atOffset(ZoneOffset.UTC),
                        window.firstDay())
                .getBoolean(0);
    }

    /** Inserts usage with one statement, as a batch of the usage writer. */
    void use(JsonObject... usage) {
        sql(INSERT_USAGE, new JsonArray(List.of(usage)).encode());
    }

    static JsonObject usage(UUID client, Instant at, long tokens, String usd, UUID... leases) {
        JsonArray paid = new JsonArray();
        for (UUID lease : leases) {
            paid.add(lease.toString());
        }
        return new JsonObject()
                .put("id", UUID.randomUUID().toString())
                .put("created_at", at.toString())
                .put("client_id", client.toString())
                .put("total_tokens", tokens)
                .put("cost_usd", usd)
                .put("budget_leases", leases.length == 0 ? null : paid);
    }

    static Numeric number(String number) {
        return Numeric.create(new BigDecimal(number));
    }
}
