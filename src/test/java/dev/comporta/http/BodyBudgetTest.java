package dev.comporta.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import io.quarkus.runtime.configuration.MemorySize;
import java.math.BigInteger;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The memory that bodies take together")
class BodyBudgetTest {

    private final BodyBudget budget = new BodyBudget(100, 100, Duration.ofSeconds(30));

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

        assertThatNoException().isThrownBy(() -> new BodyBudget(settings(longest)).take(longest));
    }

    private static HttpConfig settings(long longest) {
        return new HttpConfig() {
            @Override
            public MemorySize maxBodySize() {
                return new MemorySize(BigInteger.valueOf(longest));
            }

            @Override
            public Duration bodyTimeout() {
                return Duration.ofSeconds(30);
            }

            @Override
            public boolean accessLog() {
                return false;
            }
        };
    }

    private GatewayError refusalOf(long bytes) {
        return catchThrowableOfType(GatewayError.class, () -> budget.take(bytes));
    }
}
