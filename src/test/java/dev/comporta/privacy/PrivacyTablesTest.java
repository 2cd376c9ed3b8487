package dev.comporta.privacy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.comporta.core.Attribution;
import dev.comporta.core.GatewayError;
import dev.comporta.store.Database;
import dev.comporta.store.Databases;
import dev.comporta.store.ScratchDatabase;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
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

@DisplayName("Retention and erasure in a real database")
class PrivacyTablesTest {

    private static final Instant NOW = Instant.parse("2026-11-20T10:00:00Z");
    private static final String SUMS = """
            SELECT sum(total_tokens)::text || ' ' || sum(cost_usd)::text || ' '
                || (SELECT sum(amount_usd)::text || ' ' || count(*) FROM cost_events)
                || ' ' || (SELECT string_agg(id || ' ' || used || ' ' || leased, ',') FROM budget_ledgers)
                || ' ' || (SELECT string_agg(current_usage::text, ',') FROM client_budgets)
            FROM gateway_usage_logs
            """;

    @TempDir
    static Path directory;

    private static ScratchDatabase scratch;
    private static Database database;

    private UUID client;

    @BeforeAll
    static void open() {
        scratch = ScratchDatabase.open(directory, List.of(), opened -> {});
        database = scratch.database();
    }

    @AfterAll
    static void close() throws Exception {
        scratch.close();
    }

    @BeforeEach
    void begin() {
        Databases.sql(database, "DELETE FROM gateway_usage_logs");
        Databases.sql(database, "DELETE FROM cost_events");
        Databases.sql(database, "DELETE FROM gateway_payloads");
        Databases.sql(database, "DELETE FROM erasures");
        client = newClient();
    }

    @Test
    void every_client_has_a_key_of_its_own_for_hashes() {
        newClient();

        assertThat(one("SELECT count(*) = count(DISTINCT prompt_hash_key) FROM client_secrets")
                        .getBoolean(0))
                .isTrue();
        assertThat(one("SELECT count(*) FROM clients WHERE id NOT IN (SELECT client_id FROM client_secrets)")
                        .getLong(0))
                .isZero();
    }

    @Test
    void old_months_go_whole_and_the_default_partition_row_by_row() {
        month("gateway_usage_logs", "2026_01");
        month("gateway_usage_logs", "2026_06");
        month("cost_events", "2026_01");
        month("gateway_payloads", "2026_06");
        for (String day : List.of("2025-03-05", "2026-01-31", "2026-06-15", "2026-10-20", "2026-11-19")) {
            usage(Instant.parse(day + "T10:00:00Z"), Attribution.NONE);
        }

        String done = run(retention(Duration.ofDays(120), Duration.ofDays(120), Duration.ofDays(30)), NOW);

        assertThat(done)
                .contains("dropped gateway_usage_logs_2026_01", "dropped gateway_usage_logs_2026_06")
                .contains("deleted 1 rows of gateway_usage_logs", "dropped cost_events_2026_01")
                .contains("dropped gateway_payloads_2026_06");
        assertThat(days("gateway_usage_logs")).containsExactly("2026-10-20", "2026-11-19");
        assertThat(days("cost_events")).containsExactly("2026-10-20", "2026-11-19");
        assertThat(days("gateway_payloads")).containsExactly("2026-11-19");
        assertThat(run(retention(Duration.ofDays(120), Duration.ofDays(120), Duration.ofDays(30)), NOW))
                .isEqualTo("nothing is old enough");
    }

    @Test
    void what_budgets_may_count_again_stays_however_short_the_setting() {
        usage(Instant.parse("2026-10-30T00:00:00Z"), Attribution.NONE);
        usage(Instant.parse("2026-11-01T00:00:00Z"), Attribution.NONE);
        usage(Instant.parse("2026-11-19T23:00:00Z"), Attribution.NONE);

        run(retention(Duration.ofHours(1), Duration.ofHours(1), Duration.ofHours(11)), NOW);

        assertThat(days("gateway_usage_logs")).containsExactly("2026-11-01", "2026-11-19");
        assertThat(days("gateway_payloads")).containsExactly("2026-11-19");
        assertThat(one("SELECT to_regclass('gateway_usage_logs_2026_11') IS NOT NULL OR now() < '2026-11-01'")
                        .getBoolean(0))
                .as("the present month")
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "2026-11-20T10:00:00Z, 2026-10-31T10:00:00Z",
        "2026-11-05T10:00:00Z, 2026-10-27T10:00:00Z",
        "2026-12-01T00:30:00Z, 2026-10-31T10:00:00Z",
        "2026-12-01T12:30:00Z, 2026-11-22T12:30:00Z",
        "2028-03-01T12:00:00Z, 2028-02-21T12:00:00Z"
    })
    void the_present_periods_of_all_time_zones_are_known(Instant now, Instant before) {
        assertThat(Retention.beforePeriods(now)).isEqualTo(before);
    }

    @Test
    void for_ever_is_for_ever() {
        usage(Instant.parse("2020-01-01T00:00:00Z"), Attribution.NONE);

        assertThat(run(retention(Duration.ZERO, Duration.ZERO, Duration.ZERO), NOW))
                .isEqualTo("nothing is old enough");
        assertThat(days("gateway_payloads")).containsExactly("2020-01-01");
    }

    @Test
    void many_rows_go_in_batches() {
        Databases.sql(database, """
                INSERT INTO gateway_payloads (usage_id, created_at, client_id)
                SELECT gen_random_uuid(), '2020-01-01T00:00:00Z', $1 FROM generate_series(1, 25000)
                """, client);

        assertThat(run(retention(Duration.ZERO, Duration.ZERO, Duration.ofDays(1)), NOW))
                .isEqualTo("deleted 25000 rows of gateway_payloads");
    }

    @ParameterizedTest
    @CsvSource({"conversation, c1", "user, u1", "phone, +5511912345678"})
    void an_erasure_takes_the_person_and_leaves_the_money(String kind, String subject) {
        Instant before = NOW.minusSeconds(60);
        UUID gone = usage(before, person("c1", "+5511912345678", "u1"));
        UUID stays = usage(before, person("c2", "+5511900000000", "u2"));
        UUID foreign = usage(newClient(), before, person("c1", "+5511912345678", "u1"));
        UUID later = usage(NOW.plusSeconds(1), person("c1", "+5511912345678", "u1"));
        budget();
        String sums = one(SUMS).getString(0);

        assertThat(erase(kind, subject)).isEqualTo(new Erased(1, 1, 1));

        assertThat(one(SUMS).getString(0)).isEqualTo(sums);
        Row row = usageRow(gone);
        for (String column : List.of("conversation_id", "phone", "user_id", "metadata", "prompt_hash")) {
            assertThat(row.getValue(column)).as(column).isNull();
        }
        assertThat(row.getJsonObject("error_details").fieldNames()).containsExactly("code");
        assertThat(row.getString("team_id")).isEqualTo("team");
        assertThat(events("user_id IS NULL")).isEqualTo(1);
        for (UUID kept : List.of(stays, foreign, later)) {
            assertThat(usageRow(kept).getString("conversation_id")).isNotNull();
            assertThat(usageRow(kept).getJsonObject("error_details").getString("message"))
                    .isEqualTo("why");
            assertThat(payloads(kept)).isEqualTo(1);
        }
        assertThat(payloads(gone)).isZero();
        assertThat(erase(kind, subject)).as("again").isEqualTo(new Erased(0, 0, 0));
    }

    @Test
    void what_comes_late_is_erased_by_the_job_and_after_a_week_nobody_knows_of_whom() {
        assertThat(erase("user", "u1")).isEqualTo(new Erased(0, 0, 0));
        UUID late = usage(NOW.minusSeconds(1), person("c1", "p", "u1"));
        UUID back = usage(NOW.plusSeconds(1), person("c9", "p", "u1"));

        ErasureRepetition job = new ErasureRepetition(database);
        assertThat(Databases.await(job.run(NOW.plus(Duration.ofHours(1)))))
                .isEqualTo("erased late rows: 1 of usage, 1 of costs, 1 payloads; forgot 0 subjects");

        assertThat(usageRow(late).getString("user_id")).isNull();
        assertThat(usageRow(back).getString("user_id")).isEqualTo("u1");
        assertThat(one("SELECT usage_logs FROM erasures").getLong(0)).isEqualTo(1);
        assertThat(Databases.await(job.run(NOW.plus(Duration.ofDays(8))))).endsWith("forgot 1 subjects");
        assertThat(one("SELECT subject FROM erasures").getString(0)).isNull();
        assertThat(Databases.await(job.run(NOW.plus(Duration.ofDays(8))))).endsWith("forgot 0 subjects");
    }

    @Test
    void a_payload_that_comes_after_its_usage_was_erased_is_found_all_the_same() {
        usage(NOW.minusSeconds(60), person("c1", "p", "u1"));
        Databases.sql(database, "DELETE FROM gateway_payloads");
        erase("conversation", "c1");
        payload(UUID.randomUUID(), client, NOW.minusSeconds(60), person("c1", "p", "u1"));

        Databases.await(new ErasureRepetition(database).run(NOW.plusSeconds(60)));

        assertThat(days("gateway_payloads")).isEmpty();
    }

    @Test
    void of_a_client_that_never_was_nothing_is_noted() {
        assertThatThrownBy(() ->
                        Databases.await(ErasureTable.erase(database.pool(), UUID.randomUUID(), "user", "u1", NOW)))
                .hasCauseInstanceOf(GatewayError.class);
        assertThat(one("SELECT count(*) FROM erasures").getLong(0)).isZero();
    }

    private static Retention retention(Duration usage, Duration costs, Duration payloads) {
        return new Retention(database, new RetentionConfig() {
            @Override
            public Duration usageLogs() {
                return usage;
            }

            @Override
            public Duration costEvents() {
                return costs;
            }

            @Override
            public Duration payloads() {
                return payloads;
            }
        });
    }

    private static String run(Retention retention, Instant now) {
        return Databases.await(retention.run(now));
    }

    private static void month(String table, String month) {
        String first = month.replace('_', '-') + "-01";
        Databases.await(database.pool()
                .query(
                        "CREATE TABLE IF NOT EXISTS %s_%s PARTITION OF %s FOR VALUES FROM ('%s 00:00Z') TO (timestamptz '%s 00:00Z' + interval '1 month')"
                                .formatted(table, month, table, first, first))
                .execute());
    }

    private Erased erase(String kind, String subject) {
        return Databases.await(ErasureTable.erase(database.pool(), client, kind, subject, NOW));
    }

    private static Attribution person(String conversation, String phone, String user) {
        return new Attribution(conversation, phone, user, "team", null, null, null, "{}", "ab".repeat(32));
    }

    private static UUID newClient() {
        UUID id = UUID.randomUUID();
        Databases.sql(database, "INSERT INTO clients (id, name, slug) VALUES ($1, 'x', $2)", id, "c-" + id);
        return id;
    }

    private void budget() {
        Databases.sql(
                database,
                "INSERT INTO client_budgets (client_id, budget_type, budget_limit, budget_period) VALUES ($1, 'usd', 100, 'monthly')",
                client);
        Databases.sql(database, """
                SELECT comporta_open_window(id, generation, '2026-11-01Z', '2026-12-01Z', '2026-11-01')
                FROM budget_ledgers WHERE client_id = $1
                """, client);
    }

    private UUID usage(Instant at, Attribution who) {
        return usage(client, at, who);
    }

    /** A usage with its cost and its payload. */
    private static UUID usage(UUID client, Instant at, Attribution who) {
        UUID id = UUID.randomUUID();
        Databases.sql(
                database,
                """
                INSERT INTO gateway_usage_logs (
                    id, created_at, request_id, client_id, conversation_id, phone, user_id, team_id, endpoint, api_type,
                    total_tokens, usage_source, cost_usd, status, status_code, error_details, metadata, prompt_hash)
                VALUES ($1, $2, 'r', $3, $4, $5, $6, $7, '/v1', 'x', 10, 'exact', 0.000000123, 'error', 400,
                    '{"code":"c","message":"why"}', $8::text::jsonb, decode($9, 'hex'))
                """,
                id,
                at.atOffset(ZoneOffset.UTC),
                client,
                who.conversationId(),
                who.phone(),
                who.userId(),
                who.teamId(),
                who.metadata(),
                who.promptHash());
        Databases.sql(database, """
                INSERT INTO cost_events (usage_log_id, created_at, client_id, amount_usd, amount_eur, amount_brl,
                    usd_to_eur_rate, usd_to_brl_rate, user_id)
                VALUES ($1, $2, $3, 0.000000123, 0, 0, 1, 1, $4)
                """, id, at.atOffset(ZoneOffset.UTC), client, who.userId());
        payload(id, client, at, who);
        return id;
    }

    private static void payload(UUID id, UUID client, Instant at, Attribution who) {
        Databases.await(database.pool()
                .preparedQuery(PayloadRow.INSERT)
                .execute(new PayloadRow(id, at, client, who, "{\"a\":1}", null).tuple()));
    }

    private static Row usageRow(UUID id) {
        return one("SELECT * FROM gateway_usage_logs WHERE id = $1", id);
    }

    private long events(String condition) {
        return one("SELECT count(*) FROM cost_events WHERE client_id = $1 AND " + condition, client)
                .getLong(0);
    }

    private static long payloads(UUID usage) {
        return one("SELECT count(*) FROM gateway_payloads WHERE usage_id = $1", usage)
                .getLong(0);
    }

    private static List<String> days(String table) {
        RowSet<Row> rows = Databases.sql(
                database, "SELECT to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') FROM " + table + " ORDER BY 1");
        List<String> days = new ArrayList<>();
        rows.forEach(row -> days.add(row.getString(0)));
        return days;
    }

    private static Row one(String statement, Object... parameters) {
        return Databases.sql(database, statement, parameters).iterator().next();
    }
}
