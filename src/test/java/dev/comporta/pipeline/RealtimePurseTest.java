package dev.comporta.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.core.Hold;
import dev.comporta.core.Spending;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("What pays for a session")
class RealtimePurseTest {

    /** Answers, in their order, to those who ask; {@link Hold#NONE} when there are no more. */
    private final List<Future<Hold>> answers = new ArrayList<>();

    private int asked;

    private RealtimePurse purse(Hold first) {
        return new RealtimePurse(first, () -> {
            asked++;
            return answers.isEmpty() ? Future.succeededFuture(Hold.NONE) : answers.remove(0);
        });
    }

    private static final class Money implements Hold {

        private int settled;

        @Override
        public List<UUID> leases() {
            return List.of();
        }

        @Override
        public void settle(Spending used) {
            settled++;
        }
    }

    private static Future<Hold> money() {
        return Future.succeededFuture(new Money());
    }

    private static Future<Hold> refused(ErrorCode code) {
        return Future.failedFuture(new GatewayError(code, "No."));
    }

    @Test
    void is_held_one_response_ahead() {
        Money first = new Money();
        Money second = new Money();
        answers.add(Future.succeededFuture(second));
        answers.add(money());
        RealtimePurse purse = purse(first);

        assertThat(purse.take().result()).isSameAs(first);
        assertThat(asked).isEqualTo(1);
        assertThat(purse.take().result()).isSameAs(second);
        assertThat(asked).isEqualTo(2);
    }

    @Test
    void fifty_responses_at_once_are_not_begun_for_one_hold() {
        answers.add(money());
        for (int i = 0; i < 100; i++) {
            answers.add(refused(ErrorCode.BUDGET_RESERVED));
        }
        RealtimePurse purse = purse(new Money());

        int unheld = 0;
        for (int i = 0; i < 50 && purse.refusal() == null; i++) {
            unheld += purse.take().result() == Hold.NONE ? 1 : 0;
        }

        assertThat(unheld).isLessThanOrEqualTo(2);
        assertThat(purse.refusal().code()).isEqualTo((short) 1013);
        assertThat(purse.isOverdrawn()).isTrue();
    }

    @Test
    void a_response_waits_for_what_is_being_asked() {
        Promise<Hold> slow = Promise.promise();
        answers.add(slow.future());
        RealtimePurse purse = purse(new Money());
        purse.take();

        Future<Hold> second = purse.take();
        assertThat(second.isComplete()).isFalse();
        Money late = new Money();
        slow.complete(late);
        assertThat(second.result()).isSameAs(late);
    }

    @Test
    void a_budget_that_comes_later_is_held_from_then_on() {
        RealtimePurse purse = purse(Hold.NONE);
        assertThat(purse.take().result()).isSameAs(Hold.NONE);

        Money money = new Money();
        answers.add(Future.succeededFuture(money));
        answers.add(money());
        assertThat(purse.take().result()).isSameAs(money);
        assertThat(purse.refusal()).isNull();
    }

    @Test
    void what_is_reserved_or_away_for_a_moment_is_asked_again() {
        answers.add(refused(ErrorCode.BUDGET_RESERVED));
        answers.add(refused(ErrorCode.ACCOUNTING_UNAVAILABLE));
        Money again = new Money();
        answers.add(Future.succeededFuture(again));
        RealtimePurse purse = purse(new Money());

        purse.take();
        purse.retry();
        assertThat(purse.refusal()).isNull();
        assertThat(purse.take().result()).isSameAs(again);
        assertThat(purse.refusal()).isNull();
    }

    @Test
    void what_is_used_up_is_told_at_once_and_what_was_paid_for_may_end() {
        answers.add(refused(ErrorCode.BUDGET_EXCEEDED));
        RealtimePurse purse = purse(new Money());
        List<String> told = new ArrayList<>();
        purse.whenRefused(() -> told.add("refused"));

        purse.take();

        assertThat(told).hasSize(1);
        assertThat(purse.refusal().code()).isEqualTo((short) 1008);
        assertThat(purse.isOverdrawn()).isFalse();
        assertThat(purse.take().result()).isSameAs(Hold.NONE);
        assertThat(purse.isOverdrawn()).isTrue();
        assertThat(asked).isEqualTo(1);
    }

    @Test
    void what_was_held_for_nothing_is_free_again_also_if_it_comes_late() {
        Promise<Hold> slow = Promise.promise();
        answers.add(slow.future());
        RealtimePurse purse = purse(new Money());
        purse.take();

        purse.close();
        Money late = new Money();
        slow.complete(late);

        assertThat(late.settled).isEqualTo(1);
    }
}
