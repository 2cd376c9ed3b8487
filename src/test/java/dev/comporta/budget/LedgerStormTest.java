package dev.comporta.budget;

import static dev.comporta.budget.BudgetRows.usage;
import static org.assertj.core.api.Assertions.assertThat;

import dev.comporta.store.Database;
import dev.comporta.store.ScratchDatabase;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import io.vertx.sqlclient.data.Numeric;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Connections do at random what replicas, administrators and the clock do to a few ledgers at the same time. */
@DisplayName("Ledgers in a storm of statements")
class LedgerStormTest {

    private static final int CONNECTIONS = 8;
    private static final int STATEMENTS_EACH = 50;
    private static final Instant START = Instant.parse("2026-11-20T00:00:00Z");
    private static final BigDecimal LIMIT = new BigDecimal("1000");

    @TempDir
    static Path directory;

    private static ScratchDatabase scratch;
    private static BudgetRows rows;

    @BeforeAll
    static void open() {
        scratch = ScratchDatabase.open(directory, List.of(), database -> {}, CONNECTIONS);
        rows = new BudgetRows(scratch.database());
    }

    @AfterAll
    static void close() throws Exception {
        scratch.close();
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2})
    void replicas_never_have_leased_and_used_more_than_the_limit(long seed) {
        blow(seed, false);
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {3, 4})
    void whatever_happens_at_once_nobody_waits_in_a_circle_and_the_sums_agree(long seed) {
        blow(seed, true);
    }

    /** @param anythingGoes windows open, leases expire, time zones and budgets change; else calls come and go */
    private static void blow(long seed, boolean anythingGoes) {
        List<UUID> clients = List.of(rows.client(), rows.client());
        List<UUID> ledgers = new ArrayList<>();
        for (UUID client : clients) {
            ledgers.add(rows.budget(client, "tokens", LIMIT.toString(), BudgetPeriod.DAILY));
            ledgers.add(rows.policy(client, "usd", LIMIT.toString()));
        }
        ledgers.forEach(ledger -> rows.open(ledger, START));

        Storm storm = new Storm(scratch.database(), clients, ledgers, anythingGoes);
        List<Future<Void>> connections = new ArrayList<>();
        for (int i = 0; i < CONNECTIONS; i++) {
            connections.add(storm.blow(new Random(seed * 100 + i), new ArrayList<>(), STATEMENTS_EACH));
        }
        Future.join(connections)
                .toCompletionStage()
                .toCompletableFuture()
                .orTimeout(60, TimeUnit.SECONDS)
                .join();

        assertThat(storm.failures).isEmpty();
        assertThat(storm.granted.get()).isPositive();
        for (UUID ledger : ledgers) {
            Row row = rows.ledger(ledger);
            assertThat(row.getBigDecimal("leased"))
                    .as("leased of %s", row.getString("kind"))
                    .isEqualByComparingTo(
                            rows.one("SELECT coalesce(sum(amount), 0) FROM budget_leases WHERE ledger_id = $1", ledger)
                                    .getBigDecimal(0));
            if (row.getOffsetDateTime("window_end").toInstant().equals(Instant.EPOCH)) {
                // To be counted anew: the time zone has changed.
                rows.open(ledger, START);
                row = rows.ledger(ledger);
            }
            assertThat(row.getBigDecimal("used"))
                    .as("used of %s", row.getString("kind"))
                    .isEqualByComparingTo(rows.one(
                                    """
                            SELECT coalesce(sum(comporta_amount($2, usage)), 0) FROM gateway_usage_logs AS usage
                            WHERE client_id = $1 AND created_at >= $3 AND created_at < $4
                            """,
                                    row.getUUID("client_id"),
                                    row.getString("unit"),
                                    row.getOffsetDateTime("window_start"),
                                    row.getOffsetDateTime("window_end"))
                            .getBigDecimal(0));
            if (!anythingGoes) {
                assertThat(row.getBigDecimal("used").add(row.getBigDecimal("leased")))
                        .isBetween(LIMIT.multiply(new BigDecimal("0.5")), LIMIT);
            }
        }
        for (UUID client : clients) {
            Row budget = rows.one("""
                    SELECT current_usage, used, is_paused, paused FROM client_budgets AS budget
                    JOIN budget_ledgers AS ledger ON ledger.id = budget.id WHERE budget.client_id = $1
                    """, client);
            assertThat(budget.getBigDecimal("current_usage")).isEqualByComparingTo(budget.getBigDecimal("used"));
            assertThat(budget.getBoolean("is_paused")).isEqualTo(budget.getBoolean("paused"));
        }
    }

    /** A lease that a connection believes to have. */
    private record Mine(UUID id, int ledger, BigDecimal amount) {}

    private static final class Storm {

        private final Database database;
        private final List<UUID> clients;
        private final List<UUID> ledgers;
        private final boolean anythingGoes;
        private final UUID replica = UUID.randomUUID();
        private final UUID[] processes = {UUID.randomUUID(), UUID.randomUUID()};
        private final AtomicInteger granted = new AtomicInteger();
        private final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();

        Storm(Database database, List<UUID> clients, List<UUID> ledgers, boolean anythingGoes) {
            this.database = database;
            this.clients = clients;
            this.ledgers = ledgers;
            this.anythingGoes = anythingGoes;
        }

        /** One statement after the other. */
        Future<Void> blow(Random random, List<Mine> mine, int statements) {
            if (statements == 0) {
                return Future.succeededFuture();
            }
            return any(random, mine)
                    .recover(failure -> {
                        failures.add(
                                failure instanceof PgException refused
                                        ? refused.getSqlState() + " " + refused.getErrorMessage()
                                        : failure.toString());
                        return Future.succeededFuture();
                    })
                    .compose(done -> blow(random, mine, statements - 1));
        }

        private Future<?> any(Random random, List<Mine> mine) {
            int ledger = random.nextInt(ledgers.size());
            int dice = random.nextInt(anythingGoes ? 100 : 86);
            if (dice < 35 || mine.isEmpty()) {
                return lease(random, ledger, mine);
            }
            if (dice < 70) {
                return settle(random, mine);
            }
            if (dice < 80) {
                Mine back = mine.remove(random.nextInt(mine.size()));
                return run("SELECT comporta_return($1, $2, $3)", ledgers.get(back.ledger), back.id, numeric(back));
            }
            if (dice < 86) {
                UUID[] renewed = mine.stream().map(Mine::id).toArray(UUID[]::new);
                return run("""
                        WITH mine AS (SELECT id FROM budget_leases WHERE id = ANY ($1) ORDER BY id FOR UPDATE)
                        UPDATE budget_leases AS lease SET expires_at = clock_timestamp() + interval '1 minute'
                        FROM mine WHERE mine.id = lease.id RETURNING lease.id
                        """, (Object) renewed);
            }
            if (dice < 90) {
                return open(ledgers.get(ledger), random.nextInt(3));
            }
            if (dice < 93) {
                return run(
                        "SELECT comporta_return_all($1, $2, $3)",
                        replica,
                        processes[random.nextInt(2)],
                        random.nextBoolean());
            }
            if (dice < 95) {
                return run(
                        "UPDATE clients SET time_zone = $2 WHERE id = $1",
                        clients.get(ledger / 2),
                        random.nextBoolean() ? "UTC" : "Asia/Tokyo");
            }
            if (dice < 97) {
                return run(
                        "UPDATE client_budgets SET budget_limit = budget_limit, is_paused = $2 WHERE client_id = $1",
                        clients.get(ledger / 2),
                        random.nextInt(3) == 0);
            }
            return run("UPDATE budget_ledgers SET exhausted_at = now() WHERE id = $1", ledgers.get(ledger));
        }

        private Future<?> lease(Random random, int ledger, List<Mine> mine) {
            UUID id = UUID.randomUUID();
            boolean shortLived = anythingGoes && random.nextInt(4) == 0;
            return run("SELECT generation FROM budget_ledgers WHERE id = $1", ledgers.get(ledger))
                    .compose(found -> run(
                            "SELECT * FROM comporta_lease($1, $2, $3, $4, $5, $6, $7, make_interval(secs => $8))",
                            ledgers.get(ledger),
                            found.iterator().next().getLong(0),
                            id,
                            replica,
                            processes[random.nextInt(2)],
                            Numeric.create(random.nextInt(300)),
                            Numeric.create(random.nextInt(100)),
                            shortLived ? 0.001 : 60.0))
                    .onSuccess(answer -> {
                        Row row = answer.iterator().next();
                        if (row.getLong("generation") == null) {
                            // The window is to be opened anew.
                            return;
                        }
                        if (row.getBigDecimal("granted").signum() > 0) {
                            granted.incrementAndGet();
                            mine.add(new Mine(id, ledger, row.getBigDecimal("granted")));
                        }
                        BigDecimal spoken = row.getBigDecimal("used").add(row.getBigDecimal("leased"));
                        if (!anythingGoes && spoken.compareTo(LIMIT) > 0) {
                            failures.add("over the limit: " + spoken);
                        }
                    });
        }

        /** A batch of several clients, each row paid from a lease or from none, at times of three days. */
        private Future<?> settle(Random random, List<Mine> mine) {
            JsonArray batch = new JsonArray();
            for (int i = 0; i <= random.nextInt(3) && !mine.isEmpty(); i++) {
                Mine paying = mine.remove(random.nextInt(mine.size()));
                // Of an amount that the lease covers, in either unit.
                long tokens = paying.ledger % 2 == 0 ? paying.amount.longValue() / 2 : 0;
                String usd = paying.ledger % 2 == 0
                        ? "0"
                        : paying.amount.divide(BigDecimal.valueOf(2)).toPlainString();
                JsonObject row = usage(
                        clients.get(paying.ledger / 2),
                        START.plus(Duration.ofHours(random.nextInt(anythingGoes ? 72 : 24))),
                        tokens,
                        usd,
                        paying.id);
                batch.add(row);
                if (random.nextInt(5) == 0) {
                    batch.add(row);
                }
            }
            return run(BudgetRows.INSERT_USAGE, batch.encode());
        }

        private Future<?> open(UUID ledger, int days) {
            return run("""
                            SELECT generation, time_zone FROM budget_ledgers JOIN clients ON clients.id = client_id
                            WHERE budget_ledgers.id = $1
                            """, ledger).compose(found -> {
                Row row = found.iterator().next();
                Window window = BudgetPeriod.DAILY.window(
                        START.plus(Duration.ofDays(days)), ZoneId.of(row.getString("time_zone")));
                return run(
                        "SELECT comporta_open_window($1, $2, $3, $4, $5)",
                        ledger,
                        row.getLong("generation"),
                        window.start().atOffset(ZoneOffset.UTC),
                        window.end().atOffset(ZoneOffset.UTC),
                        window.firstDay());
            });
        }

        private Future<RowSet<Row>> run(String statement, Object... parameters) {
            return database.pool().preparedQuery(statement).execute(Tuple.from(parameters));
        }

        private static Numeric numeric(Mine lease) {
            return Numeric.create(lease.amount);
        }
    }
}
