package dev.comporta.analytics;

import dev.comporta.store.Database;
import dev.comporta.store.Databases;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Tuple;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A row of the usage log, as the tests throw them. */
record Usage(
        UUID id,
        Instant createdAt,
        UUID clientId,
        @Nullable String conversation,
        @Nullable String user,
        @Nullable String team,
        @Nullable String project,
        @Nullable String app,
        @Nullable String taskType,
        @Nullable String provider,
        @Nullable String model,
        long input,
        long cachedInput,
        long output,
        int latency,
        @Nullable Integer firstToken,
        boolean cached,
        boolean fallback,
        String status,
        @Nullable BigDecimal usd) {

    static final BigDecimal TO_EUR = new BigDecimal("0.9213");
    static final BigDecimal TO_BRL = new BigDecimal("5.43217");

    private static final String INSERT = """
            INSERT INTO gateway_usage_logs (
                id, created_at, request_id, client_id, conversation_id, user_id, team_id, project_id, app_id, task_type,
                endpoint, api_type, provider, model_name, input_tokens, cached_tokens, output_tokens, total_tokens,
                usage_source, latency_ms, time_to_first_token_ms, was_cached, was_fallback, status, status_code,
                cost_usd, cost_eur, cost_brl)
            SELECT
                id, created_at, id::text, client_id, conversation, "user", team, project, app, task,
                '/v1/chat/completions', 'chat.completions', provider, model, input, cached_input, output, input + output,
                'exact', latency, first_token, cached, fallback, status, 200, usd, eur, brl
            FROM json_to_recordset($1::text::json) AS row (
                id uuid, created_at timestamptz, client_id uuid, conversation text, "user" text, team text, project text,
                app text, task text, provider text, model text, input bigint, cached_input bigint, output bigint,
                latency integer, first_token integer, cached boolean, fallback boolean, status text,
                usd numeric, eur numeric, brl numeric)
            ON CONFLICT (id, created_at) DO NOTHING
            """;

    /** A call of one of these clients, at any microsecond of this time. */
    static Usage random(Random random, List<UUID> clients, Instant from, Duration within) {
        String status = pick(random, "success", "success", "success", "error", "cancelled");
        boolean used = !status.equals("error");
        String team = pick(random, "red", "blue", null);
        long input = used ? random.nextInt(5_000) : 0;
        boolean priced = used && random.nextInt(10) > 0;
        return new Usage(
                new UUID(random.nextLong(), random.nextLong()),
                from.plusNanos(random.nextLong(within.toMillis()) * 1_000_000 + random.nextInt(1_000) * 1_000),
                clients.get(random.nextInt(clients.size())),
                random.nextInt(4) == 0 ? null : "conversation " + random.nextInt(60),
                random.nextInt(4) == 0 ? null : "user " + random.nextInt(12),
                team,
                team == null ? null : "project of " + team,
                pick(random, "app, \"one\"", "=app()", ""),
                pick(random, "chat", null),
                random.nextInt(20) == 0 ? null : pick(random, "openai", "groq", "google"),
                pick(random, "a", "b", "c/d"),
                input,
                input / 3,
                used ? random.nextInt(900) : 0,
                (int) Math.exp(random.nextDouble() * 12),
                random.nextInt(3) == 0 ? null : random.nextInt(3_000),
                random.nextInt(12) == 0,
                random.nextInt(15) == 0,
                status,
                priced ? BigDecimal.valueOf(random.nextLong(10_000_000_000L), 11) : null);
    }

    @SafeVarargs
    private static <T> T pick(Random random, T... values) {
        return values[random.nextInt(values.length)];
    }

    static Future<Void> insert(Database database, List<Usage> rows) {
        JsonArray json = new JsonArray();
        rows.forEach(row -> json.add(row.json()));
        return database.pool()
                .preparedQuery(INSERT)
                .execute(Tuple.of(json.encode()))
                .mapEmpty();
    }

    static void insertNow(Database database, Usage... rows) {
        Databases.await(insert(database, List.of(rows)));
    }

    /** A client with its key to the log. */
    static UUID client(Database database, String slug, String zone, String currency) {
        return Databases.sql(
                        database,
                        "INSERT INTO clients (name, slug, time_zone, display_currency) VALUES ($1, $1, $2, $3) RETURNING id",
                        slug,
                        zone,
                        currency)
                .iterator()
                .next()
                .getUUID(0);
    }

    Usage at(Instant time) {
        return new Usage(
                id,
                time,
                clientId,
                conversation,
                user,
                team,
                project,
                app,
                taskType,
                provider,
                model,
                input,
                cachedInput,
                output,
                latency,
                firstToken,
                cached,
                fallback,
                status,
                usd);
    }

    long tokens() {
        return input + output;
    }

    boolean unpriced() {
        return usd == null && tokens() > 0;
    }

    BigDecimal usdOrZero() {
        return usd == null ? BigDecimal.ZERO : usd;
    }

    private JsonObject json() {
        return new JsonObject()
                .put("id", id.toString())
                .put("created_at", createdAt.toString())
                .put("client_id", clientId.toString())
                .put("conversation", conversation)
                .put("user", user)
                .put("team", team)
                .put("project", project)
                .put("app", app)
                .put("task", taskType)
                .put("provider", provider)
                .put("model", model)
                .put("input", input)
                .put("cached_input", cachedInput)
                .put("output", output)
                .put("latency", latency)
                .put("first_token", firstToken)
                .put("cached", cached)
                .put("fallback", fallback)
                .put("status", status)
                .put("usd", usd == null ? null : usd.toPlainString())
                .put("eur", usd == null ? null : usd.multiply(TO_EUR).toPlainString())
                .put("brl", usd == null ? null : usd.multiply(TO_BRL).toPlainString());
    }
}
