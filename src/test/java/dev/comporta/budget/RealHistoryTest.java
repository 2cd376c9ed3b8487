package dev.comporta.budget;

import static dev.comporta.budget.BudgetRows.usage;
import static org.assertj.core.api.Assertions.assertThat;

import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.core.Spending;
import dev.comporta.core.SpendingUnit;
import dev.comporta.store.Database;
import dev.comporta.store.Databases;
import dev.comporta.store.Live;
import dev.comporta.store.ReplicaId;
import dev.comporta.store.ScratchDatabase;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.sqlclient.Row;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** As {@link LedgerHistoriesTest}, but with the real tables, real threads and fewer histories. */
@DisplayName("Random histories of two replicas on a real database")
class RealHistoryTest {

    private static final int HISTORIES = Boolean.getBoolean("comporta.proof") ? 40 : 3;
    private static final int CALLERS = 8;
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Spending PRICE =
            new Spending(BigDecimal.ONE, new BigDecimal("0.31"), new BigDecimal("0.2852"), new BigDecimal("1.55"));

    @TempDir
    static Path directory;

    private static ScratchDatabase first;
    private static ScratchDatabase second;
    private static BudgetRows rows;

    @BeforeAll
    static void open() throws IOException {
        first = ScratchDatabase.open(directory.resolve("one"), List.of(), database -> {}, 4);
        second = first.replica(directory.resolve("two"));
        rows = new BudgetRows(first.database());
    }

    @AfterAll
    static void close() throws Exception {
        second.close();
        first.close();
    }

    private record Config(Duration leaseTtl, Duration idleReturn, long assumedOutputTokens) implements BudgetConfig {

        @Override
        public OptionalLong openInputTokens() {
            return OptionalLong.empty();
        }
    }

    /** The clock of all replicas, which the test puts forward. */
    private static final class Calendar extends Clock {

        private volatile Instant now = Instant.parse("2026-11-20T12:00:00Z");

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    }

    /** One process, until it is killed. */
    private static final class Process {

        private final LedgerTable table;
        private final BudgetLedger ledger;
        private final LeaseCare care;
        /** Held for reading by calls that are under way. */
        private final ReadWriteLock calls = new ReentrantReadWriteLock();

        private volatile boolean dead;

        Process(Database database, ReplicaId replica, Clock clock) {
            Config config = new Config(Duration.ofMinutes(2), Duration.ofMillis(300), 1_000);
            table = new LedgerTable(database, replica, config, new SimpleMeterRegistry());
            Live<Map<UUID, List<LedgerRow>>> rows =
                    database.live("budgets", Set.of("budget_ledgers", "clients"), table::all);
            Databases.await(rows.reload());
            ledger = new BudgetLedger(rows, table, config.leaseTtl(), clock, System::nanoTime);
            care = new LeaseCare(ledger, table, config.leaseTtl(), config.idleReturn(), System::nanoTime);
        }
    }

    private final class History {

        private final Random random;
        private final Calendar calendar = new Calendar();
        private final List<AtomicReference<Process>> replicas = new ArrayList<>();
        private final List<ReplicaId> ids = new ArrayList<>();
        private final UUID client = rows.client();
        private final UUID budget;
        private final UUID policy;
        /** What was used on each day, in tokens: the model. */
        private final Map<String, BigDecimal> used = new ConcurrentHashMap<>();

        private final Map<String, BigDecimal> highest = new ConcurrentHashMap<>();
        private final AtomicInteger served = new AtomicInteger();
        private final AtomicInteger refused = new AtomicInteger();

        History(long seed) {
            random = new Random(seed);
            budget = rows.budget(client, "tokens", "20000", BudgetPeriod.DAILY);
            policy = rows.policy(client, "brl", "60000");
            for (ScratchDatabase database : List.of(first, second)) {
                ids.add(database.replicaId());
                replicas.add(
                        new AtomicReference<>(new Process(database.database(), ids.get(ids.size() - 1), calendar)));
            }
        }

        void run() throws Exception {
            ExecutorService threads = Executors.newFixedThreadPool(CALLERS);
            List<Future<?>> callers = new ArrayList<>();
            AtomicInteger left = new AtomicInteger(400);
            for (int i = 0; i < CALLERS; i++) {
                Random own = new Random(random.nextLong());
                callers.add(threads.submit(() -> {
                    while (left.getAndDecrement() > 0) {
                        call(own);
                    }
                    return null;
                }));
            }
            while (!callers.stream().allMatch(Future::isDone)) {
                something();
                check();
            }
            for (Future<?> caller : callers) {
                caller.get();
            }
            threads.shutdown();
            end();
        }

        private void call(Random own) throws Exception {
            int which = own.nextInt(2);
            Process process = replicas.get(which).get();
            if (!process.calls.readLock().tryLock()) {
                return;
            }
            try {
                int tokens = 1 + own.nextInt(own.nextInt(10) == 0 ? 3_000 : 80);
                Spending most = times(tokens);
                Spending least = own.nextBoolean() ? most : times(own.nextInt(tokens + 1));
                Instant at = calendar.instant();
                Held held = process.ledger.tryHold(client, at, most);
                if (held == null) {
                    held = process.ledger
                            .hold(client, at, most, least)
                            .toCompletionStage()
                            .toCompletableFuture()
                            .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
                }
                Instant counted = at.isAfter(held.notBefore()) ? at : held.notBefore();
                int share = own.nextInt(3) == 0 ? 100 : own.nextInt(101);
                long can = held.in(SpendingUnit.TOKENS)
                        .min(held.in(SpendingUnit.BRL).divideToIntegralValue(PRICE.brl()))
                        .longValue();
                int uses = (int) (can * share / 100);
                if (own.nextInt(4) == 0) {
                    Thread.sleep(own.nextInt(30));
                }
                rows.use(usage(
                        client,
                        counted,
                        uses,
                        PRICE.usd().multiply(BigDecimal.valueOf(uses)).toPlainString(),
                        held.leases().toArray(UUID[]::new)));
                used.merge(day(counted), BigDecimal.valueOf(uses), BigDecimal::add);
                served.incrementAndGet();
                if (!process.dead) {
                    held.settle(times(uses));
                }
            } catch (ExecutionException | CompletionException refusal) {
                assertThat(refusal.getCause())
                        .isInstanceOfSatisfying(
                                GatewayError.class,
                                error -> assertThat(error.code())
                                        .isIn(
                                                ErrorCode.BUDGET_EXCEEDED,
                                                ErrorCode.BUDGET_RESERVED,
                                                ErrorCode.COST_LIMIT_EXCEEDED));
                refused.incrementAndGet();
            } catch (GatewayError paused) {
                assertThat(paused.code()).isEqualTo(ErrorCode.BUDGET_EXCEEDED);
                refused.incrementAndGet();
            } catch (TimeoutException forgotten) {
                throw new AssertionError("a call was forgotten", forgotten);
            } finally {
                process.calls.readLock().unlock();
            }
        }

        private void something() throws Exception {
            int dice = random.nextInt(100);
            if (dice < 55) {
                Thread.sleep(random.nextInt(20));
            } else if (dice < 85) {
                Process process = replicas.get(random.nextInt(2)).get();
                Databases.await(process.ledger.openDue());
                process.care.tick();
            } else if (dice < 92) {
                String limit = Integer.toString(1_000 + random.nextInt(30_000));
                rows.sql("UPDATE client_budgets SET budget_limit = $2 WHERE id = $1", budget, BudgetRows.number(limit));
            } else if (dice < 97) {
                kill(random.nextInt(2));
            } else {
                calendar.now = calendar.now.plus(Duration.ofHours(random.nextInt(16)));
            }
        }

        /** The process dies; what its calls used is in its journal, which the next one brings to the database. */
        private void kill(int which) throws Exception {
            Process killed = replicas.get(which).get();
            killed.dead = true;
            killed.calls.writeLock().lock();
            ScratchDatabase database = which == 0 ? first : second;
            Process next = new Process(database.database(), ids.get(which), calendar);
            Databases.await(next.table.giveBackOfEarlierProcesses());
            replicas.get(which).set(next);
        }

        private void check() {
            Row ledger = rows.ledger(budget);
            String day = day(ledger.getOffsetDateTime("window_start").toInstant());
            BigDecimal limit = highest.merge(day, ledger.getBigDecimal("spending_limit"), BigDecimal::max);
            assertThat(ledger.getBigDecimal("used")).isLessThanOrEqualTo(limit);
            assertThat(rows.used(policy)).isLessThanOrEqualTo(BigDecimal.valueOf(60_000));
        }

        private void end() throws Exception {
            long until = System.nanoTime() + PATIENCE.toNanos();
            while (rows.leased(budget).signum() != 0 || rows.leased(policy).signum() != 0) {
                assertThat(System.nanoTime()).as("something stays leased").isLessThan(until);
                for (AtomicReference<Process> replica : replicas) {
                    Databases.await(replica.get().ledger.openDue());
                    replica.get().care.tick();
                    // A statement of a process that was killed may have been done after its successor looked.
                    Databases.await(replica.get().table.giveBackOfEarlierProcesses());
                }
                Thread.sleep(50);
            }
            check();
            String today =
                    day(rows.ledger(budget).getOffsetDateTime("window_start").toInstant());
            BigDecimal expected = used.getOrDefault(today, BigDecimal.ZERO);
            assertThat(rows.used(budget)).isEqualByComparingTo(expected);
            assertThat(rows.used(policy)).isEqualByComparingTo(expected.multiply(PRICE.brl()));
            assertThat(rows.sql("SELECT FROM budget_leases WHERE ledger_id IN ($1, $2)", budget, policy))
                    .isEmpty();
        }

        private String day(Instant at) {
            return at.toString().substring(0, 10);
        }
    }

    private static Spending times(int tokens) {
        BigDecimal factor = BigDecimal.valueOf(tokens);
        return new Spending(
                factor,
                PRICE.usd().multiply(factor),
                PRICE.eur().multiply(factor),
                PRICE.brl().multiply(factor));
    }

    @Test
    void used_is_what_the_model_says_and_nothing_stays_leased() throws Exception {
        long seed = Long.getLong("test.seed", new Random().nextLong() >>> 16);
        for (int i = 0; i < HISTORIES; i++) {
            History history = new History(seed + i);
            try {
                history.run();
            } catch (Throwable e) {
                throw new AssertionError("Repeat it with -Dtest.seed=" + (seed + i), e);
            }
            System.out.printf(
                    "[proof] real history, seed %d: %d calls served, %d refused%n",
                    seed + i, history.served.get(), history.refused.get());
            assertThat(history.served.get()).isPositive();
        }
    }
}
