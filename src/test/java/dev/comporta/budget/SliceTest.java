package dev.comporta.budget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.core.Spending;
import dev.comporta.core.SpendingUnit;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Slices of a ledger, and what becomes of them")
class SliceTest {

    private static final Duration TTL = Duration.ofMinutes(2);
    private static final Instant NOON = Instant.parse("2026-11-20T12:00:00Z");
    private static final Window TODAY = BudgetPeriod.DAILY.window(NOON, ZoneOffset.UTC);
    private static final UUID CLIENT = UUID.randomUUID();

    private long nanos;
    private final MemoryLedgers tables = new MemoryLedgers(() -> nanos, TTL.toNanos());
    private final Line line = new Line();
    private Map<UUID, List<LedgerRow>> rows = Map.of();
    private final BudgetLedger ledger =
            new BudgetLedger(() -> rows, this::load, line, TTL, Clock.fixed(NOON, ZoneOffset.UTC), () -> nanos);
    private final LeaseCare care = new LeaseCare(ledger, line, TTL, Duration.ofSeconds(2), () -> nanos);

    private Future<Void> load() {
        rows = tables.rows();
        return Future.succeededFuture();
    }

    /** Statements are answered at once, until the line is held up; then one by one, when the test says so. */
    private final class Line implements Leases {

        private final UUID process = UUID.randomUUID();
        private final Deque<Runnable> heldUp = new ArrayDeque<>();
        private boolean holdsUp;
        private boolean losesAnswers;
        private int statements;
        private int exhausted;

        private <T> Future<T> statement(Supplier<T> does) {
            statements++;
            Promise<T> answer = Promise.promise();
            Runnable run = () -> {
                T result = does.get();
                if (losesAnswers) {
                    answer.fail("the connection was lost");
                } else {
                    answer.complete(result);
                }
            };
            if (holdsUp) {
                heldUp.add(run);
            } else {
                run.run();
            }
            return answer.future();
        }

        private void answerOne() {
            heldUp.remove().run();
        }

        private void goOn() {
            holdsUp = false;
            while (!heldUp.isEmpty()) {
                answerOne();
            }
        }

        @Override
        public Future<Boolean> open(LedgerRow row, Instant at) {
            return statement(() -> tables.open(row.id(), row.generation(), TODAY));
        }

        @Override
        public Future<Granted> lease(LedgerRow row, UUID lease, BigDecimal needed, BigDecimal ahead) {
            return statement(() -> tables.lease(process, row, lease, needed, ahead));
        }

        @Override
        public Future<Void> giveBack(LedgerRow row, UUID lease, BigDecimal amount) {
            return statement(() -> {
                tables.giveBack(row.id(), lease, amount);
                return null;
            });
        }

        @Override
        public Future<Set<UUID>> renew(Collection<UUID> leases) {
            return statement(() -> tables.renew(leases));
        }

        @Override
        public Future<Void> exhausted(LedgerRow row) {
            exhausted++;
            return Future.succeededFuture();
        }
    }

    private LedgerRow add(String policy, int limit) {
        return add(policy, limit, 1, false);
    }

    private LedgerRow add(String policy, int limit, long generation, boolean paused) {
        LedgerRow row = new LedgerRow(
                UUID.randomUUID(),
                CLIENT,
                policy,
                SpendingUnit.TOKENS,
                BudgetPeriod.DAILY,
                ZoneOffset.UTC,
                BigDecimal.valueOf(limit),
                true,
                paused,
                TODAY.start(),
                TODAY.end(),
                generation);
        tables.add(row);
        load();
        return row;
    }

    private Future<Held> hold(int most, int least) {
        return ledger.hold(CLIENT, NOON, tokens(most), tokens(least), true);
    }

    private Held held(int tokens) {
        Future<Held> held = hold(tokens, tokens);
        assertThat(held.succeeded()).as(String.valueOf(held.cause())).isTrue();
        return held.result();
    }

    private static Spending tokens(int tokens) {
        return new Spending(BigDecimal.valueOf(tokens), BigDecimal.ZERO, BigDecimal.ZERO, BigDecimal.ZERO);
    }

    private static ErrorCode refusal(Future<Held> held) {
        assertThat(held.failed()).isTrue();
        return ((GatewayError) held.cause()).code();
    }

    private BigDecimal leased(LedgerRow row) {
        return tables.ledger(row.id()).leased;
    }

    private void tick() {
        nanos += Duration.ofSeconds(3).toNanos();
        care.tick();
    }

    /** As the database does with usage that a lease paid for. */
    private void write(Held held, int used) {
        tables.settle(new MemoryLedgers.Usage(CLIENT, NOON, tokens(used), held.leases()));
    }

    @Test
    void what_calls_held_when_the_limit_changed_is_free_when_they_end() {
        LedgerRow row = add(null, 100);
        Held call = held(60);
        Held other = held(20);

        tables.limit(row.id(), BigDecimal.valueOf(90));
        load();
        tick();
        write(call, 5);
        call.settle(tokens(5));
        write(other, 0);
        other.settle(tokens(0));

        assertThat(leased(row)).isZero();
        assertThat(hold(85, 85).succeeded()).isTrue();
    }

    @Test
    void what_is_granted_to_a_slice_that_has_ended_meanwhile_is_given_back() {
        LedgerRow row = add(null, 100);
        line.holdsUp = true;
        Future<Held> call = hold(60, 60);

        tables.limit(row.id(), BigDecimal.valueOf(90));
        load();
        tick();
        line.goOn();

        assertThat(call.succeeded()).isTrue();
        call.result().settle(tokens(0));
        tick();
        tick();
        assertThat(leased(row)).isZero();
    }

    @Test
    void a_paused_budget_leaves_nothing_held_of_another_ledger() {
        LedgerRow policy = add("Production", 10_000);
        Held call = held(10);
        add(null, 1_000, 1, true);

        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> ledger.tryHold(CLIENT, NOON, tokens(10)))
                    .isInstanceOfSatisfying(
                            GatewayError.class,
                            error -> assertThat(error.code()).isEqualTo(ErrorCode.BUDGET_EXCEEDED));
        }
        call.settle(tokens(0));
        tick();

        assertThat(leased(policy)).isZero();
    }

    @Test
    void who_still_sees_the_last_window_does_not_end_the_slice_of_the_new_one() {
        LedgerRow old = add(null, 100);
        Map<UUID, List<LedgerRow>> before = rows;
        tables.open(old.id(), 1, TODAY);
        load();
        Held call = held(10);

        rows = before;
        Held late = held(10);
        load();

        assertThat(late.leases()).isEqualTo(call.leases());
        assertThat(tables.leases(old.id())).isEqualTo(1);
    }

    @Test
    void a_budget_that_was_raised_and_is_used_up_again_is_told_of_again() {
        LedgerRow row = add(null, 10);
        assertThat(refusal(hold(11, 11))).isEqualTo(ErrorCode.BUDGET_EXCEEDED);
        assertThat(refusal(hold(11, 11))).isEqualTo(ErrorCode.BUDGET_EXCEEDED);
        assertThat(line.exhausted).isEqualTo(1);

        tables.limit(row.id(), BigDecimal.valueOf(20));
        load();
        tick();
        assertThat(refusal(hold(21, 21))).isEqualTo(ErrorCode.BUDGET_EXCEEDED);

        assertThat(line.exhausted).isEqualTo(2);
    }

    @Test
    void what_an_unknown_statement_leased_does_not_count_as_spent() {
        LedgerRow row = add(null, 100);
        line.losesAnswers = true;
        assertThat(refusal(hold(60, 60))).isEqualTo(ErrorCode.ACCOUNTING_UNAVAILABLE);
        line.losesAnswers = false;

        assertThat(refusal(hold(60, 60))).isEqualTo(ErrorCode.BUDGET_RESERVED);

        assertThat(leased(row)).isGreaterThanOrEqualTo(BigDecimal.valueOf(60));
        while (leased(row).signum() > 0 && nanos < TTL.multipliedBy(3).toNanos()) {
            tick();
            Future<Held> tried = hold(100, 100);
            if (tried.succeeded()) {
                tried.result().settle(tokens(0));
            }
        }
        assertThat(leased(row))
                .as("once the lease of the unknown statement has expired")
                .isZero();
    }

    @Test
    void a_call_that_cannot_be_paid_for_keeps_nothing_from_other_replicas() {
        LedgerRow row = add(null, 100);

        assertThat(refusal(hold(1_000, 1_000))).isEqualTo(ErrorCode.BUDGET_EXCEEDED);

        assertThat(leased(row)).isZero();
    }

    @Test
    void a_grant_that_comes_after_the_lease_has_expired_is_not_believed() {
        LedgerRow row = add(null, 100);
        held(50).settle(tokens(0));
        line.holdsUp = true;
        Future<Held> waiting = hold(70, 70);
        assertThat(waiting.isComplete()).isFalse();

        // Somebody else gets what has expired, and then the statement is done after all.
        nanos += TTL.toNanos() + 1;
        tables.lease(UUID.randomUUID(), row, UUID.randomUUID(), BigDecimal.valueOf(90), BigDecimal.ZERO);
        line.goOn();

        assertThat(refusal(waiting)).isEqualTo(ErrorCode.BUDGET_RESERVED);
        assertThat(ledger.tryHold(CLIENT, NOON, tokens(20))).isNull();
    }

    @Test
    void a_slice_that_nobody_could_renew_does_not_keep_its_lease_alive_for_ever() {
        LedgerRow row = add(null, 100);
        held(50).settle(tokens(0));
        nanos += TTL.toNanos() + 1;

        for (int i = 0; i < 50; i++) {
            tick();
        }

        assertThat(tables.lease(UUID.randomUUID(), row, UUID.randomUUID(), BigDecimal.valueOf(100), BigDecimal.ZERO)
                        .amount())
                .isEqualByComparingTo("100");
    }

    @Test
    void two_hundred_wait_and_one_of_them_wants_the_moon() {
        add(null, 1_000);
        line.holdsUp = true;
        Future<Held> first = hold(1, 1);
        List<Future<Held>> all = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            all.add(i == 20 ? hold(1_000_000, 1_000_000) : hold(5, 5));
        }
        assertThat(line.statements).isEqualTo(1);
        line.goOn();

        assertThat(first.succeeded()).isTrue();
        assertThat(refusal(all.remove(20))).isEqualTo(ErrorCode.BUDGET_EXCEEDED);
        assertThat(all).allMatch(Future::succeeded);
        assertThat(line.statements).isLessThan(8);
    }

    @Test
    void thousands_who_wait_for_one_ledger_and_find_another_used_up_are_all_told() {
        LedgerRow plenty = add("Plenty", 1_000_000);
        add(null, 5);
        line.holdsUp = true;
        List<Future<Held>> all = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            all.add(hold(100, 100));
        }
        line.goOn();

        assertThat(all).allMatch(call -> refusal(call) == ErrorCode.BUDGET_EXCEEDED);
        tick();
        assertThat(leased(plenty)).isZero();
    }
}
