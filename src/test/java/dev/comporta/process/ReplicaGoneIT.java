package dev.comporta.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.comporta.process.BudgetedCalls.Fate;
import java.math.BigDecimal;
import java.math.RoundingMode;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A gateway is killed under load and never comes back, and its disk is gone: what it had leased becomes usable by the
 * other when the leases have expired, and what is settled does not exceed the limit.
 */
class ReplicaGoneIT {

    private static final int ROUNDS = Proof.FULL ? 10 : 2;
    private static final int CALLERS = 100;

    @TempDir
    Path home;

    private final BudgetedCalls calls = new BudgetedCalls();

    @Test
    void what_a_lost_replica_had_leased_can_be_used_by_others() throws Exception {
        long seed = Long.getLong("comporta.seed", System.nanoTime());
        Proof.tell("replica gone: -Dcomporta.seed=%d", seed);
        Random random = new Random(seed);
        try (PostgresServer database = PostgresServer.start(Files.createDirectory(home.resolve("database")));
                ThriftyProvider provider = new ThriftyProvider(seed);
                GatewayProcess staying = replica(database, provider, "staying")) {
            BudgetedCalls.price(database, random);
            for (int round = 1; round <= ROUNDS; round++) {
                round(database, provider, staying, round, random);
            }
        }
    }

    private GatewayProcess replica(PostgresServer database, ThriftyProvider provider, String name) {
        return BudgetedCalls.replica(home, database, provider, name)
                .env("GATEWAY_BUDGETS_LEASE_TTL", "5S")
                .startReady();
    }

    private void round(
            PostgresServer database, ThriftyProvider provider, GatewayProcess staying, int round, Random random)
            throws Exception {
        String slug = "gone-" + round;
        UUID client = UUID.randomUUID();
        BigDecimal limit = BigDecimal.valueOf(40_000);
        database.execute("INSERT INTO clients (id, name, slug) VALUES ('%s', 'Gone', '%s')".formatted(client, slug));
        database.execute(
                "INSERT INTO client_budgets (client_id, budget_type, budget_limit, budget_period) VALUES ('%s', 'tokens', %s, 'monthly')"
                        .formatted(client, limit));
        Poll.until(
                "the window is open",
                Duration.ofSeconds(20),
                () -> number(database, "SELECT count(*) FROM budget_ledgers WHERE window_end < now()")
                                .signum()
                        == 0);
        String used = "SELECT used FROM budget_ledgers WHERE client_id = '" + client + "'";
        ExecutorService threads = Executors.newFixedThreadPool(CALLERS);
        List<Future<?>> callers = new ArrayList<>();
        long callSeed = random.nextLong();
        try (GatewayProcess going = replica(database, provider, "going-" + round)) {
            for (int i = 0; i < CALLERS; i++) {
                Random own = new Random(callSeed + i);
                callers.add(threads.submit(() -> {
                    int inARow = 0;
                    while (inARow < 3) {
                        GatewayProcess to = going.isAlive() && own.nextBoolean() ? going : staying;
                        Fate fate = calls.call(to.uri("/"), slug, own);
                        inARow = fate == Fate.EXCEEDED ? inARow + 1 : 0;
                        if (fate != Fate.SERVED && fate != Fate.HUNG_UP) {
                            Thread.sleep(20 + own.nextInt(100));
                        }
                    }
                    return null;
                }));
            }
            BigDecimal whenToKill = limit.multiply(BigDecimal.valueOf(10 + random.nextInt(40), 2));
            Poll.until(
                    "the round is well under way",
                    Duration.ofMinutes(2),
                    () -> number(database, used).compareTo(whenToKill) >= 0);
            going.kill();
        }
        BigDecimal lost = number(
                database,
                "SELECT coalesce(sum(amount), 0) FROM budget_leases JOIN budget_ledgers AS ledger ON ledger.id = ledger_id"
                        + " WHERE client_id = '" + client + "'");
        long killed = System.nanoTime();
        for (Future<?> caller : callers) {
            caller.get(2, TimeUnit.MINUTES);
        }
        threads.shutdown();
        staying.awaitDrained(Duration.ofSeconds(30));

        BigDecimal settled = number(database, used);
        BigDecimal percent = settled.multiply(BigDecimal.valueOf(100)).divide(limit, 2, RoundingMode.HALF_UP);
        Proof.tell(
                "round %d: %s leased when one was lost, all used up %d ms later; used %s of %s = %s %%",
                round, lost, (System.nanoTime() - killed) / 1_000_000, settled, limit, percent);
        assertThat(settled).isLessThanOrEqualTo(limit);
        assertThat(percent).isGreaterThanOrEqualTo(new BigDecimal("95"));
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
