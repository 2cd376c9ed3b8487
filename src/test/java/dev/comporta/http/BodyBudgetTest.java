package dev.comporta.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The memory that bodies take together")
class BodyBudgetTest {

    private final BodyBudget budget = new BodyBudget(100);

    @Test
    void is_there_again_once_it_was_given_back() {
        budget.take(60);
        assertThat(refusalOf(41).code()).isEqualTo(ErrorCode.OVERLOADED);
        budget.take(40);

        budget.giveBack(60);

        assertThatNoException().isThrownBy(() -> budget.take(60));
    }

    @Test
    void is_not_taken_by_who_was_refused() {
        refusalOf(101);

        assertThatNoException().isThrownBy(() -> budget.take(100));
    }

    @Test
    void always_has_room_for_one_body_of_the_longest_kind() {
        long longest = Runtime.getRuntime().maxMemory();

        assertThatNoException().isThrownBy(() -> BodyBudget.ofHeap(longest).take(longest));
    }

    private GatewayError refusalOf(long bytes) {
        return catchThrowableOfType(GatewayError.class, () -> budget.take(bytes));
    }
}
