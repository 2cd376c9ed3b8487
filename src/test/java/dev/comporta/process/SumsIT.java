package dev.comporta.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.comporta.process.BudgetedCalls.Fate;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
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
 * Many mixed calls of several clients through two gateways that are killed now and then: the cost events, the usage log
 * and what budgets and policies count as used are the same sums, to the last digit, in every unit.
 */
class SumsIT {

    private static final int CALLS = Integer.getInteger("comporta.calls", Proof.FULL ? 1_000_000 : 3_000);
    private static final int KILLS = Proof.FULL ? 20 : 2;
    private static final int CALLERS = 48;
    /** One for each unit; the last two are soon used up. */
    private static final List<Client> CLIENTS = List.of(
            new Client("tokens", "100000000000", "usd"),
            new Client("usd", "100000000", "brl"),
            new Client("eur", "100000000", null),
            new Client("brl", "100000000", "eur"),
            new Client("brl", "1", "usd"),
            new Client("tokens", "12000", null));

    @TempDir
    Path home;

    private final BudgetedCalls calls = new BudgetedCalls();
    private final AtomicReferenceArray<GatewayProcess> replicas = new AtomicReferenceArray<>(2);

    /** @param policy the unit of a daily limit that it has besides its budget, or null */
    private record Client(UUID id, String unit, String limit, String policy) {

        Client(String unit, String limit, String policy) {
            this(UUID.randomUUID(), unit, limit, policy);
        }

        String slug() {
            return "sums-" + id.toString().substring(0, 8);
        }
    }

    @Test
    void the_sums_agree_to_the_last_digit() throws Exception {
        long seed = Long.getLong("comporta.seed", System.nanoTime());
        Proof.tell("sums: -Dcomporta.seed=%d", seed);
        Random random = new Random(seed);
        try (PostgresServer database = PostgresServer.start(Files.createDirectory(home.resolve("database")));
                ThriftyProvider provider = new ThriftyProvider(seed, 3)) {
            try {
                for (int i = 0; i < 2; i++) {
                    replicas.set(
                            i,
                            BudgetedCalls.replica(home, database, provider, "replica-" + i)
                                    .startReady());
                }
                BudgetedCalls.price(database, random);
                for (Client client : CLIENTS) {
                    create(database, client);
                }
                Poll.until(
                        "the windows are open",
                        Duration.ofSeconds(20),
                        () -> number(database, "SELECT count(*) FROM budget_ledgers WHERE window_end < now()")
                                        .signum()
                                == 0);
                long begun = System.nanoTime();
                Map<Fate, Integer> fates = call(database, provider, random);
                replicas.get(0).awaitDrained(Duration.ofMinutes(5));
                replicas.get(1).awaitDrained(Duration.ofMinutes(5));
                Poll.until(
                        "nothing is held",
                        Duration.ofSeconds(30),
                        () -> number(database, "SELECT count(*) FROM budget_leases")
                                        .signum()
                                == 0);
                Proof.tell("%d calls in %d s: %s", CALLS, (System.nanoTime() - begun) / 1_000_000_000, fates);
                assertThat(fates.get(Fate.SERVED)).isGreaterThan(CALLS / 3);
                for (Client client : CLIENTS) {
                    check(database, client);
                }
            } finally {
                replicas.get(0).close();
                replicas.get(1).close();
            }
        }
    }

    private static void create(PostgresServer database, Client client) throws SQLException {
        database.execute(
                "INSERT INTO clients (id, name, slug) VALUES ('%s', 'Sums', '%s')".formatted(client.id, client.slug()));
        database.execute(
                "INSERT INTO client_budgets (client_id, budget_type, budget_limit, budget_period) VALUES ('%s', '%s', %s, 'monthly')"
                        .formatted(client.id, client.unit, client.limit));
        if (client.policy != null) {
            database.execute("""
                    INSERT INTO budget_ledgers (id, client_id, kind, name, unit, period, spending_limit, enforced)
                    VALUES (gen_random_uuid(), '%s', 'policy', 'Production', '%s', 'monthly', 1000000, true)
                    """.formatted(client.id, client.policy));
        }
    }

    private Map<Fate, Integer> call(PostgresServer database, ThriftyProvider provider, Random random) throws Exception {
        AtomicInteger next = new AtomicInteger();
        Map<Fate, AtomicInteger> fates = new EnumMap<>(Fate.class);
        for (Fate fate : Fate.values()) {
            fates.put(fate, new AtomicInteger());
        }
        ExecutorService threads = Executors.newFixedThreadPool(CALLERS);
        List<Future<?>> callers = new ArrayList<>();
        long callSeed = random.nextLong();
        for (int i = 0; i < CALLERS; i++) {
            Random own = new Random(callSeed + i);
            callers.add(threads.submit(() -> {
                while (next.getAndIncrement() < CALLS) {
                    // Those whose budgets are used up make fewer calls.
                    Client client = CLIENTS.get(own.nextInt(own.nextInt(4) == 0 ? CLIENTS.size() : 4));
                    Fate fate = calls.call(replicas.get(own.nextInt(2)).uri("/"), client.slug(), own);
                    fates.get(fate).incrementAndGet();
                    if (fate == Fate.NOBODY_THERE) {
                        next.decrementAndGet();
                        Thread.sleep(20);
                    }
                }
                return null;
            }));
        }
        for (int kill = 1; kill <= KILLS; kill++) {
            int when = (int) ((long) CALLS * kill / (KILLS + 1)) + random.nextInt(1 + CALLS / (4 * KILLS));
            Poll.until(
                    "it is time to kill",
                    Duration.ofHours(2),
                    () -> next.get() >= when || callers.stream().allMatch(Future::isDone));
            int which = random.nextInt(2);
            replicas.get(which).kill();
            replicas.set(
                    which,
                    BudgetedCalls.replica(home, database, provider, "replica-" + which)
                            .startReady());
        }
        for (Future<?> caller : callers) {
            caller.get(2, TimeUnit.HOURS);
        }
        threads.shutdown();
        Map<Fate, Integer> counts = new EnumMap<>(Fate.class);
        fates.forEach((fate, count) -> counts.put(fate, count.get()));
        return counts;
    }

    private static void check(PostgresServer database, Client client) throws SQLException {
        String of = " WHERE client_id = '" + client.id + "'";
        for (String currency : List.of("usd", "eur", "brl")) {
            BigDecimal rows =
                    number(database, "SELECT coalesce(sum(cost_" + currency + "), 0) FROM gateway_usage_logs" + of);
            BigDecimal events = number(
                    database,
                    "SELECT coalesce(sum(amount_" + currency + "), 0) FROM cost_events WHERE usage_log_id IN"
                            + " (SELECT id FROM gateway_usage_logs" + of + ")");
            assertThat(events).as("cost events of %s in %s", client, currency).isEqualByComparingTo(rows);
        }
        assertThat(
                        number(
                                database,
                                "SELECT count(*) FROM cost_events WHERE usage_log_id NOT IN (SELECT id FROM gateway_usage_logs)"))
                .as("cost events of no call")
                .isZero();
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement();
                ResultSet ledgers = statement.executeQuery("SELECT * FROM budget_ledgers" + of)) {
            int count = 0;
            while (ledgers.next()) {
                count++;
                String unit = ledgers.getString("unit");
                BigDecimal rows = number(
                        database,
                        "SELECT coalesce(sum(" + (unit.equals("tokens") ? "total_tokens" : "cost_" + unit)
                                + "), 0) FROM gateway_usage_logs" + of);
                BigDecimal used = ledgers.getBigDecimal("used");
                Proof.tell("%s of %s: %s of %s", ledgers.getString("kind"), client.slug(), used.toPlainString(), unit);
                assertThat(used)
                        .as("%s of %s", ledgers.getString("kind"), client)
                        .isEqualByComparingTo(rows);
                assertThat(used).isPositive().isLessThanOrEqualTo(ledgers.getBigDecimal("spending_limit"));
                assertThat(ledgers.getBigDecimal("leased")).isZero();
            }
            assertThat(count).isEqualTo(client.policy == null ? 1 : 2);
        }
        assertThat(number(database, "SELECT current_usage FROM client_budgets" + of))
                .isEqualByComparingTo(
                        number(database, "SELECT used FROM budget_ledgers" + of + " AND kind = 'budget'"));
    }

    private static BigDecimal number(PostgresServer database, String query) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getBigDecimal(1);
        }
    }
}
