package dev.comporta.budget;

import static org.assertj.core.api.Assertions.assertThat;

import dev.comporta.budget.MemoryLedgers.Ledger;
import dev.comporta.budget.MemoryLedgers.Usage;
import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.core.Spending;
import dev.comporta.core.SpendingUnit;
import io.vertx.core.Future;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;

/**
 * What happens at random to three replicas and the ledgers of two clients, in virtual time, and what must hold after
 * each step. The gateway's own ledger and slices are at work; tables, clocks and connections are not real.
 */
final class LedgerHistory {

    private static final long MILLI = 1_000_000;
    private static final long SECOND = 1_000 * MILLI;
    private static final Duration TTL = Duration.ofSeconds(12);
    private static final Duration IDLE = Duration.ofSeconds(2);
    private static final Instant START = Instant.parse("2026-11-20T23:59:20Z");
    private static final Instant MIDNIGHT = Instant.parse("2026-11-21T00:00:00Z");
    /** Nanoseconds count from anywhere; these run over in the course of a history. */
    private static final long SOMEWHERE = Long.MAX_VALUE - 20 * SECOND;

    private final Random random;
    /** Whether replicas stay away for longer than their leases live, and answers are lost. */
    private final boolean rough;

    private final VirtualTime time;
    private final MemoryLedgers ledgers;
    private final List<UUID> clients = List.of(UUID.randomUUID(), UUID.randomUUID());
    private final List<Replica> replicas = new ArrayList<>();
    /** The highest limit that a ledger's window has had. */
    private final Map<UUID, BigDecimal> limits = new HashMap<>();

    /** The same of all windows, by their first moment. */
    private final Map<UUID, Map<Instant, BigDecimal>> windows = new HashMap<>();

    private final Map<UUID, Long> raised = new HashMap<>();
    private final Map<UUID, Long> generations = new HashMap<>();

    int served;
    int exceeded;
    int reserved;
    int unavailable;
    int crashes;

    LedgerHistory(long seed, boolean rough) {
        random = new Random(seed);
        this.rough = rough;
        time = new VirtualTime(random);
        ledgers = new MemoryLedgers(time::nanos, TTL.toNanos());
        for (UUID client : clients) {
            ledgers.add(row(client, null, random.nextBoolean() ? SpendingUnit.TOKENS : SpendingUnit.USD));
            if (random.nextInt(3) > 0) {
                ledgers.add(row(client, "Production", random.nextBoolean() ? SpendingUnit.USD : SpendingUnit.BRL));
            }
        }
        for (int i = 0; i < 3; i++) {
            replicas.add(new Replica());
        }
    }

    private LedgerRow row(UUID client, String policy, SpendingUnit unit) {
        return new LedgerRow(
                UUID.randomUUID(),
                client,
                policy,
                unit,
                BudgetPeriod.DAILY,
                ZoneOffset.UTC,
                BigDecimal.valueOf(300 + random.nextInt(3_000)),
                true,
                false,
                Instant.EPOCH,
                Instant.EPOCH,
                0);
    }

    private Instant now() {
        return START.plusNanos(time.nanos());
    }

    /** One process after the other, on one data directory. */
    private final class Replica {

        private final Duration skew = Duration.ofMillis(random.nextInt(400) - 200);
        private final Deque<Usage> journal = new ArrayDeque<>();
        private final Set<UUID> earlier = new HashSet<>();
        private final List<Running> running = new ArrayList<>();
        private Map<UUID, List<LedgerRow>> rows = Map.of();
        private FlakyLeases leases;
        private BudgetLedger ledger;
        private LeaseCare care;
        private boolean alive;
        private boolean flushing;
        /** Calls that ask to be held for. */
        private int asking;

        Replica() {
            start();
        }

        private void start() {
            alive = true;
            asking = 0;
            leases = new FlakyLeases(ledgers, time, random, LedgerHistory.this::announce);
            rows = ledgers.rows();
            FlakyLeases line = leases;
            ledger = new BudgetLedger(
                    () -> rows,
                    () -> line.statement(ledgers::rows).map(loaded -> {
                        rows = loaded;
                        return null;
                    }),
                    leases,
                    TTL,
                    new SkewedClock(skew),
                    () -> SOMEWHERE + time.nanos());
            care = new LeaseCare(ledger, leases, TTL, IDLE, () -> SOMEWHERE + time.nanos());
            tickLater(leases);
        }

        private void tickLater(FlakyLeases mine) {
            time.after(SECOND, () -> {
                if (alive && mine == leases) {
                    ledger.openDue();
                    care.tick();
                    tickLater(mine);
                }
            });
        }

        private void call() {
            UUID client = clients.get(random.nextInt(2));
            Spending most = spending(1 + random.nextInt(random.nextInt(20) == 0 ? 5_000 : 60));
            Spending least = random.nextBoolean() ? most : part(most, random.nextInt(101));
            Instant at = now().plus(skew);
            FlakyLeases mine = leases;
            Held quick = ledger.tryHold(client, at, most);
            asking++;
            Future<Held> held = quick != null ? Future.succeededFuture(quick) : ledger.hold(client, at, most, least);
            held.onComplete(answer -> {
                if (mine != leases) {
                    return;
                }
                asking--;
                if (answer.succeeded()) {
                    served++;
                    Running call = new Running(client, at, answer.result(), most, least);
                    running.add(call);
                    long length = random.nextInt(10) == 0 ? 40 * SECOND : 2 * SECOND;
                    time.after((long) (random.nextDouble() * length), () -> {
                        if (mine == leases && alive) {
                            end(call);
                        }
                    });
                } else {
                    refused(client, least, answer.cause());
                }
            });
        }

        private void end(Running call) {
            if (!running.remove(call)) {
                return;
            }
            Spending used = call.used();
            journal.add(new Usage(call.client, call.at, used, call.held.leases()));
            if (random.nextInt(4) == 0) {
                // It may be in the database before the call knows that it is in the journal.
                time.after(random.nextInt(50) * MILLI, () -> call.held.settle(used));
            } else {
                call.held.settle(used);
                call.held.settle(used);
            }
            flushLater();
        }

        private void flushLater() {
            if (!flushing) {
                flushing = true;
                time.after(random.nextInt(300) * MILLI, () -> {
                    flushing = false;
                    if (alive) {
                        flush();
                    }
                });
            }
        }

        private void flush() {
            while (!journal.isEmpty()) {
                ledgers.settle(journal.poll());
            }
        }

        private void crash() {
            if (!alive) {
                return;
            }
            crashes++;
            alive = false;
            leases.die();
            earlier.add(leases.process);
            long away = rough && random.nextBoolean() ? 3 * TTL.toNanos() : TTL.toNanos() / 4;
            time.after((long) (random.nextDouble() * away), this::comeBack);
        }

        private void comeBack() {
            start();
            // The journal knows of the calls that were cut off.
            for (Running call : running) {
                journal.add(new Usage(call.client, call.at, call.used(), call.held.leases()));
            }
            running.clear();
            Set<UUID> before = new HashSet<>(earlier);
            time.after(random.nextInt(500) * MILLI, () -> {
                flush();
                ledgers.giveAllBack(before);
            });
        }
    }

    /** A call that holds something, or held it when its process died. */
    private final class Running {

        private final UUID client;
        private final Instant at;
        private final Held held;
        private final Spending most;

        Running(UUID client, Instant at, Held held, Spending most, Spending least) {
            this.client = client;
            // As the usage log has it.
            this.at = at.isAfter(held.notBefore()) ? at : held.notBefore();
            this.held = held;
            for (SpendingUnit unit : SpendingUnit.values()) {
                BigDecimal amount = held.in(unit);
                assertThat(amount == null
                                || amount.compareTo(least.in(unit)) >= 0 && amount.compareTo(most.in(unit)) <= 0)
                        .as("what is held is neither less nor more than was asked for")
                        .isTrue();
            }
            this.most = new Spending(
                    limit(SpendingUnit.TOKENS, most),
                    limit(SpendingUnit.USD, most),
                    limit(SpendingUnit.EUR, most),
                    limit(SpendingUnit.BRL, most));
        }

        private BigDecimal limit(SpendingUnit unit, Spending asked) {
            BigDecimal amount = held.in(unit);
            return amount == null ? asked.in(unit) : amount;
        }

        private Spending used() {
            return part(most, random.nextInt(3) == 0 ? 100 : random.nextInt(3) == 0 ? 0 : random.nextInt(100));
        }
    }

    private static Spending spending(int tokens) {
        BigDecimal usd = BigDecimal.valueOf(tokens).multiply(new BigDecimal("0.7300000000000001"));
        return new Spending(
                BigDecimal.valueOf(tokens),
                usd,
                usd.multiply(new BigDecimal("0.92")),
                usd.multiply(new BigDecimal("5.4321")));
    }

    private static Spending part(Spending of, int percent) {
        BigDecimal part = BigDecimal.valueOf(percent, 2);
        return new Spending(
                of.tokens().multiply(part),
                of.usd().multiply(part),
                of.eur().multiply(part),
                of.brl().multiply(part));
    }

    private final class SkewedClock extends Clock {

        private final Duration skew;

        SkewedClock(Duration skew) {
            this.skew = skew;
        }

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
            return now().plus(skew);
        }
    }

    private void announce() {
        for (Replica replica : replicas) {
            FlakyLeases mine = replica.leases;
            time.after(random.nextInt(100) * MILLI, () -> {
                if (replica.alive && replica.leases == mine) {
                    replica.rows = ledgers.rows();
                }
            });
        }
    }

    /** What is left must not pay for a call that is told so. */
    private void refused(UUID client, Spending least, Throwable cause) {
        ErrorCode code = ((GatewayError) cause).code();
        if (code == ErrorCode.BUDGET_RESERVED) {
            reserved++;
        } else if (code == ErrorCode.ACCOUNTING_UNAVAILABLE) {
            unavailable++;
            assertThat(rough).as("the database was there all the time").isTrue();
        } else {
            exceeded++;
            if (Duration.between(MIDNIGHT, now()).abs().compareTo(Duration.ofSeconds(1)) < 0) {
                // By the clock of this replica it may be the other day.
                return;
            }
            boolean justified = ledgers.ledgers().stream()
                    .filter(ledger -> ledger.row.clientId().equals(client))
                    .anyMatch(ledger -> left(ledger).compareTo(least.in(ledger.row.unit())) < 0
                            || time.nanos() - raised.getOrDefault(ledger.row.id(), 0L) < (rough ? 60 : 1) * SECOND);
            assertThat(justified)
                    .as("a refusal because nothing is left, at %s", now())
                    .isTrue();
        }
    }

    /** Of a ledger, when all calls that are under way turn out to have cost nothing. */
    private BigDecimal left(Ledger ledger) {
        return ledger.row.limit().subtract(ledger.used).subtract(unwritten(ledger));
    }

    private BigDecimal unwritten(Ledger ledger) {
        return replicas.stream()
                .flatMap(replica -> replica.journal.stream())
                .filter(usage -> usage.client().equals(ledger.row.clientId()) && ledger.counts(usage.at()))
                .map(usage -> usage.used().in(ledger.row.unit()))
                .reduce(BigDecimal.ZERO, BigDecimal::add);
    }

    private BigDecimal running(Ledger ledger) {
        return replicas.stream()
                .flatMap(replica -> replica.running.stream())
                .filter(call -> call.client.equals(ledger.row.clientId()) && ledger.counts(call.at))
                .map(call -> call.most.in(ledger.row.unit()))
                .reduce(BigDecimal.ZERO, BigDecimal::add);
    }

    void run(int steps) {
        for (int i = 0; i < steps; i++) {
            step();
            check();
        }
        settle();
    }

    private void step() {
        int dice = random.nextInt(1_000);
        Replica replica = replicas.get(random.nextInt(replicas.size()));
        if (dice < 600) {
            if (replica.alive) {
                replica.call();
            }
        } else if (dice < 960) {
            time.advance(random.nextInt(200) * MILLI);
        } else if (dice < 970) {
            time.advance(random.nextInt(5) * SECOND);
        } else if (dice < 985) {
            changeLimit();
        } else if (dice < 990) {
            replica.crash();
        } else if (dice < 992) {
            storm(replica);
        } else if (rough) {
            replica.leases.lossy = random.nextBoolean() ? 0 : random.nextInt(60);
            replica.leases.slowest = random.nextBoolean() ? 40 * MILLI : random.nextInt(15) * SECOND + MILLI;
        }
    }

    private void storm(Replica replica) {
        for (int i = 0; i < 200 && replica.alive; i++) {
            replica.call();
        }
    }

    private void changeLimit() {
        List<Ledger> all = List.copyOf(ledgers.ledgers());
        Ledger ledger = all.get(random.nextInt(all.size()));
        ledgers.limit(ledger.row.id(), BigDecimal.valueOf(100 + random.nextInt(5_000)));
        raised.put(ledger.row.id(), time.nanos());
        announce();
    }

    private void check() {
        for (Ledger ledger : ledgers.ledgers()) {
            UUID id = ledger.row.id();
            BigDecimal limit = ledger.row.limit();
            if (generations.getOrDefault(id, -1L) == ledger.row.generation()) {
                limit = limit.max(limits.get(id));
            }
            limits.put(id, limit);
            generations.put(id, ledger.row.generation());
            windows.computeIfAbsent(id, first -> new HashMap<>()).merge(ledger.row.start(), limit, BigDecimal::max);
            if (!rough) {
                assertThat(ledger.lost)
                        .as("used by calls that had lost their lease")
                        .isZero();
                assertThat(ledger.used.add(unwritten(ledger)).add(running(ledger)))
                        .as("used and held")
                        .isLessThanOrEqualTo(limit);
            }
            assertThat(ledger.used.subtract(ledger.lost)).as("used").isLessThanOrEqualTo(limit);
            assertThat(ledger.used).as("used, counted anew").isEqualByComparingTo(counted(ledger));
        }
    }

    /** Windows that are over, too: what came in late is counted in them, or in the next one, which paid for it. */
    private void checkWindows() {
        for (Ledger ledger : ledgers.ledgers()) {
            windows.get(ledger.row.id())
                    .forEach((start, limit) -> assertThat(ledgers.log().stream()
                                    .filter(usage -> usage.client().equals(ledger.row.clientId())
                                            && !usage.at().isBefore(start)
                                            && usage.at().isBefore(start.plus(Duration.ofDays(1))))
                                    .map(usage -> usage.used().in(ledger.row.unit()))
                                    .reduce(BigDecimal.ZERO, BigDecimal::add))
                            .as("used in the window from %s", start)
                            .isLessThanOrEqualTo(limit));
        }
    }

    private BigDecimal counted(Ledger ledger) {
        return ledgers.log().stream()
                .filter(usage -> usage.client().equals(ledger.row.clientId()) && ledger.counts(usage.at()))
                .map(usage -> usage.used().in(ledger.row.unit()))
                .reduce(BigDecimal.ZERO, BigDecimal::add);
    }

    /** Everything comes to its end, and then the whole rest can be used. */
    private void settle() {
        for (Replica replica : replicas) {
            replica.leases.lossy = 0;
            replica.leases.slowest = 40 * MILLI;
        }
        time.advance(rough ? 5 * TTL.toNanos() : TTL.toNanos());
        time.advance(41 * SECOND + (rough ? 2 * TTL.toNanos() : 5 * SECOND));
        check();
        assertThat(replicas).as("holds that never complete").allMatch(replica -> replica.asking == 0);
        for (Ledger ledger : ledgers.ledgers()) {
            assertThat(running(ledger)).isZero();
            assertThat(unwritten(ledger)).isZero();
            if (!rough) {
                checkWindows();
                assertThat(ledger.leased).as("leased in the end").isZero();
                assertThat(ledgers.leases(ledger.row.id()))
                        .as("leases in the end")
                        .isZero();
            }
        }
        for (UUID client : clients) {
            useUp(client);
        }
    }

    private void useUp(UUID client) {
        if (ledgers.ledgers().stream()
                .anyMatch(ledger ->
                        ledger.row.clientId().equals(client) && left(ledger).signum() < 0)) {
            // A limit was lowered below what was used: nothing goes, whatever another ledger has.
            return;
        }
        for (Ledger ledger : ledgers.ledgers()) {
            if (ledger.row.clientId().equals(client)) {
                BigDecimal rest = ledgers.ledgers().stream()
                        .filter(other -> other.row.clientId().equals(client) && other.row.unit() == ledger.row.unit())
                        .map(this::left)
                        .reduce(left(ledger), BigDecimal::min);
                if (rest.signum() > 0) {
                    Spending all = in(ledger.row.unit(), rest);
                    Replica replica = replicas.get(random.nextInt(replicas.size()));
                    Future<Held> held = replica.ledger.hold(client, now().plus(replica.skew), all, all);
                    time.advance(SECOND);
                    assertThat(held.succeeded())
                            .as("the whole rest, %s, can be used: %s", rest, held.cause())
                            .isTrue();
                    held.result().settle(Spending.NONE);
                    time.advance(5 * SECOND);
                }
            }
        }
    }

    private static Spending in(SpendingUnit unit, BigDecimal amount) {
        return new Spending(
                unit == SpendingUnit.TOKENS ? amount : BigDecimal.ZERO,
                unit == SpendingUnit.USD ? amount : BigDecimal.ZERO,
                unit == SpendingUnit.EUR ? amount : BigDecimal.ZERO,
                unit == SpendingUnit.BRL ? amount : BigDecimal.ZERO);
    }
}
