import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Instant;

/**
 * Fills a migrated database with usage. Arguments: JDBC URL, fill-usage.sql, rows, days, seed. Refuses one that has usage
 * already. The login is part of the URL.
 */
class FillUsage {

    private final Connection connection;

    private FillUsage(Connection connection) {
        this.connection = connection;
    }

    public static void main(String[] args) throws Exception {
        String script = Files.readString(Path.of(args[1]))
                .replace("$rows", args[2])
                .replace("$days", args[3])
                .replace("$seed", args[4])
                .replace("$now", Instant.now().toString());
        try (Connection connection = DriverManager.getConnection(args[0])) {
            new FillUsage(connection).fill(script, Long.parseLong(args[2]), Integer.parseInt(args[3]));
        }
    }

    private void fill(String script, long rows, int days) throws SQLException {
        if (number("SELECT count(*) FROM (SELECT FROM gateway_usage_logs LIMIT 1) AS one") != 0) {
            throw new IllegalStateException("this database has usage already");
        }
        long begin = System.nanoTime();
        run("SET synchronous_commit = off");
        run(script);
        for (int day = 0; day < days; day++) {
            run("CALL pg_temp.fill(%d, %d)".formatted(day, rows / days));
            if (day % 10 == 9) {
                say("%d of %d days", begin, day + 1, days);
            }
        }
        run("""
                INSERT INTO cost_events
                SELECT id, created_at, client_id, 'AI', cost_usd, cost_eur, cost_brl, usd_to_eur_rate, usd_to_brl_rate,
                    user_id, team_id, project_id, app_id, task_type, provider, model_name
                FROM gateway_usage_logs WHERE cost_usd IS NOT NULL AND total_tokens > 0
                """);
        run("""
                INSERT INTO fallback_events
                SELECT gen_random_uuid(), created_at, id, client_id, request_id, 'openai', 'bench-model-0',
                    provider, model_name, fallback_reason
                FROM gateway_usage_logs WHERE was_fallback
                """);
        say("cost events and fallback events", begin);
        long rolling = System.nanoTime();
        run("SELECT comporta_rebuild_rollups()");
        run("ALTER TABLE gateway_usage_logs ENABLE TRIGGER USER");
        say("sums, in %d s", begin, (System.nanoTime() - rolling) / 1_000_000_000);
        run("VACUUM ANALYZE");
        say("analyzed: %,d rows", begin, number("SELECT count(*) FROM gateway_usage_logs"));
    }

    private void run(String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private long number(String sql) throws SQLException {
        try (var statement = connection.createStatement();
                var row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }

    private static void say(String what, long begin, Object... values) {
        System.err.printf("%4d s: %s%n", (System.nanoTime() - begin) / 1_000_000_000, what.formatted(values));
    }
}
