package dev.comporta.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two hundred callers at once, two gateways on one database, a budget that is worth about a hundred calls, prices and
 * hang-ups at random, and one of the gateways killed in the middle: what is settled never exceeds the limit, nothing
 * stays held, and the budget can be used up.
 */
class BudgetHoldsIT {

    private static final int ROUNDS = Proof.FULL ? 50 : 3;
    private static final int CALLERS = 200;
    private static final int MODELS = 8;
    private static final String KEY = "the-shared-key-of-the-budget-tests";
    private static final String[] UNITS = {"usd", "tokens", "brl"};

    @TempDir
    Path home;

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();

    private final AtomicReferenceArray<GatewayProcess> replicas = new AtomicReferenceArray<>(2);

    /** How a client's books stand. */
    private record Standing(
            BigDecimal limit, BigDecimal used, BigDecimal leased, BigDecimal rows, int leases, int calls) {

        BigDecimal percent() {
            return used.multiply(BigDecimal.valueOf(100)).divide(limit, 2, RoundingMode.HALF_UP);
        }
    }

    @Test
    void settled_never_exceeds_the_limit_whatever_happens() throws Exception {
        long seed = Long.getLong("comporta.seed", System.nanoTime());
        Proof.tell("budget holds: -Dcomporta.seed=%d", seed);
        Random random = new Random(seed);
        try (PostgresServer database = PostgresServer.start(Files.createDirectory(home.resolve("database")));
                ThriftyProvider provider = new ThriftyProvider(seed)) {
            try {
                replicas.set(0, replica(database, provider, "one").startReady());
                replicas.set(1, replica(database, provider, "two").startReady());
                price(database, random);
                for (int round = 1; round <= ROUNDS; round++) {
                    round(database, provider, round, UNITS[round % UNITS.length], random);
                }
            } finally {
                replicas.get(0).close();
                replicas.get(1).close();
            }
        }
    }

    private GatewayProcess.Setup replica(PostgresServer database, ThriftyProvider provider, String name) {
        return GatewayProcess.in(home.resolve(name))
                .database(database)
                .env("GATEWAY_API_KEY", KEY)
                .env("GATEWAY_BUDGETS_IDLE_RETURN", "1S")
                .env("OPENAI_API_KEY", "sk-of-the-tests")
                .env("GATEWAY_PROVIDERS_OPENAI_BASE_URL", provider.baseUrl());
    }

    private static void price(PostgresServer database, Random random) throws SQLException {
        for (int i = 0; i < MODELS; i++) {
            database.execute("""
                    INSERT INTO ai_models_registry (provider, model_name, gateway_identifier, max_output_tokens,
                        input_price_per_million, output_price_per_million)
                    VALUES ('openai', 'thrifty-%1$d', 'openai/thrifty-%1$d', 300, %2$d.%3$03d, %4$d.%5$03d)
                    """.formatted(
                    i, 1 + random.nextInt(20), random.nextInt(1000), 1 + random.nextInt(60), random.nextInt(1000)));
        }
    }

    private void round(PostgresServer database, ThriftyProvider provider, int round, String unit, Random random)
            throws Exception {
        String slug = "round-" + round;
        UUID client = UUID.randomUUID();
        // About a hundred calls, by the means of what they use.
        String limit = unit.equals("tokens") ? "20000" : unit.equals("usd") ? "0.6" : "3";
        database.execute("INSERT INTO clients (id, name, slug) VALUES ('%s', 'Round', '%s')".formatted(client, slug));
        database.execute(
                "INSERT INTO client_budgets (client_id, budget_type, budget_limit, budget_period) VALUES ('%s', '%s', %s, 'monthly')"
                        .formatted(client, unit, limit));
        Poll.until("the window is open", Duration.ofSeconds(20), () -> !isDue(database, client));

        AtomicInteger refused = new AtomicInteger();
        AtomicInteger served = new AtomicInteger();
        ExecutorService threads = Executors.newFixedThreadPool(CALLERS);
        List<Future<?>> callers = new ArrayList<>();
        long callSeed = random.nextLong();
        for (int i = 0; i < CALLERS; i++) {
            Random own = new Random(callSeed + i);
            callers.add(threads.submit(() -> {
                call(slug, own, served, refused);
                return null;
            }));
        }
        BigDecimal whenToKill = new BigDecimal(limit).multiply(BigDecimal.valueOf(10 + random.nextInt(60), 2));
        Poll.until(
                "the round is well under way",
                Duration.ofMinutes(2),
                () -> standing(database, client, unit).used().compareTo(whenToKill) >= 0
                        || callers.stream().allMatch(Future::isDone));
        replicas.get(1).kill();
        replicas.set(1, replica(database, provider, "two").startReady());
        for (Future<?> caller : callers) {
            caller.get(5, TimeUnit.MINUTES);
        }
        threads.shutdown();
        replicas.get(0).awaitDrained(Duration.ofSeconds(30));
        replicas.get(1).awaitDrained(Duration.ofSeconds(30));
        Poll.until(
                "nothing is held",
                Duration.ofSeconds(30),
                () -> standing(database, client, unit).leases() == 0,
                () -> standing(database, client, unit).toString());

        Standing standing = standing(database, client, unit);
        Proof.tell(
                "round %d (%s): %d rows, %d answers, %d refusals; used %s of %s = %s %%",
                round,
                unit,
                standing.calls(),
                served.get(),
                refused.get(),
                standing.used().toPlainString(),
                standing.limit().toPlainString(),
                standing.percent());
        assertThat(standing.used()).isEqualByComparingTo(standing.rows());
        assertThat(standing.used()).isLessThanOrEqualTo(standing.limit());
        assertThat(standing.leased()).isEqualByComparingTo("0");
        assertThat(standing.percent()).isGreaterThanOrEqualTo(new BigDecimal("95"));
    }

    /** Calls until the budget is said to be used up, several times in a row. */
    private void call(String slug, Random random, AtomicInteger served, AtomicInteger refused) throws Exception {
        int inARow = 0;
        while (inARow < 4) {
            HttpRequest request = HttpRequest.newBuilder(
                            replicas.get(random.nextInt(2)).uri("/v1/chat/completions"))
                    .timeout(Duration.ofSeconds(30))
                    .header("Authorization", "Bearer " + KEY)
                    .header("Content-Type", "application/json")
                    .header("x-gateway-client-id", slug)
                    .POST(HttpRequest.BodyPublishers.ofString(body(random)))
                    .build();
            try {
                HttpResponse<InputStream> response = http.send(request, HttpResponse.BodyHandlers.ofInputStream());
                try (InputStream answer = response.body()) {
                    if (response.statusCode() == 429) {
                        inARow += new String(answer.readAllBytes()).contains("budget_exceeded") ? 1 : 0;
                        refused.incrementAndGet();
                        Thread.sleep(20 + random.nextInt(100));
                        continue;
                    }
                    if (response.statusCode() != 200) {
                        Thread.sleep(50);
                        continue;
                    }
                    inARow = 0;
                    if (random.nextInt(5) == 0) {
                        // Hangs up in the middle.
                        answer.readNBytes(random.nextInt(400));
                    } else {
                        answer.readAllBytes();
                        served.incrementAndGet();
                    }
                }
            } catch (IOException e) {
                Thread.sleep(50);
            }
        }
    }

    private static String body(Random random) {
        JsonObject body = new JsonObject()
                .put("model", "openai/thrifty-" + random.nextInt(MODELS))
                .put("stream", random.nextBoolean())
                .put(
                        "messages",
                        new JsonArray()
                                .add(new JsonObject()
                                        .put("role", "user")
                                        .put("content", "word ".repeat(random.nextInt(100)))));
        return (random.nextInt(4) == 0 ? body : body.put("max_tokens", 20 + random.nextInt(300))).encode();
    }

    private static boolean isDue(PostgresServer database, UUID client) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "SELECT window_end < now() FROM budget_ledgers WHERE client_id = '%s'".formatted(client))) {
            row.next();
            return row.getBoolean(1);
        }
    }

    private static Standing standing(PostgresServer database, UUID client, String unit) {
        String column = unit.equals("tokens") ? "total_tokens" : "cost_" + unit;
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("""
                        SELECT spending_limit, used, leased,
                            (SELECT coalesce(sum(%1$s), 0) FROM gateway_usage_logs WHERE client_id = '%2$s') AS rows,
                            (SELECT count(*) FROM budget_leases WHERE ledger_id = ledger.id) AS leases,
                            (SELECT count(*) FROM gateway_usage_logs
                                WHERE client_id = '%2$s' AND total_tokens > 0) AS calls
                        FROM budget_ledgers AS ledger WHERE client_id = '%2$s'
                        """.formatted(column, client))) {
            row.next();
            return new Standing(
                    row.getBigDecimal("spending_limit"),
                    row.getBigDecimal("used"),
                    row.getBigDecimal("leased"),
                    row.getBigDecimal("rows"),
                    row.getInt("leases"),
                    row.getInt("calls"));
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
