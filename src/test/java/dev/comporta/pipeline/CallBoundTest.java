package dev.comporta.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.comporta.core.Spending;
import dev.comporta.core.SpendingUnit;
import dev.comporta.core.Units;
import dev.comporta.model.ExchangeRate;
import dev.comporta.model.Prices;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The most that a call can use")
class CallBoundTest {

    private static final ExchangeRate RATE =
            new ExchangeRate(new BigDecimal("0.9"), new BigDecimal("5.123456789"), LocalDate.EPOCH, "test");

    /** 1 and 2 USD a token. */
    private static final Prices PRICES =
            new Prices(new BigDecimal("1000000"), new BigDecimal("2000000"), null, null, List.of());

    private static CallBound bound(long input, long output, int choices) {
        return new CallBound(input, output, choices, Units.NONE, PRICES, RATE);
    }

    @Test
    void is_the_input_once_and_each_answer() {
        Spending most = bound(10, 100, 3).spending();

        assertThat(most.tokens()).isEqualByComparingTo("310");
        assertThat(most.usd()).isEqualByComparingTo("610");
        assertThat(most.eur()).isEqualByComparingTo("549");
        assertThat(most.brl()).isEqualByComparingTo("3125.30864129");
    }

    @Test
    void is_nothing_in_money_where_no_price_is_known() {
        CallBound unknown = new CallBound(10, 100, 1, Units.NONE, Prices.UNKNOWN, RATE);

        assertThat(unknown.isPriced()).isFalse();
        assertThat(unknown.spending().usd()).isZero();
        assertThat(unknown.spending().tokens()).isEqualByComparingTo("110");
    }

    @Test
    void an_answer_is_as_long_as_the_amount_pays_for_and_not_a_token_longer() {
        Random random = new Random(1);
        for (int i = 0; i < 1_000; i++) {
            CallBound bound = bound(random.nextInt(100), 1 + random.nextInt(1_000_000), 1 + random.nextInt(4));
            for (SpendingUnit unit : SpendingUnit.values()) {
                BigDecimal amount = bound.spending().in(unit).multiply(BigDecimal.valueOf(random.nextInt(120), 2));
                long tokens = bound.affordable(unit, amount);

                assertThat(tokens).isBetween(0L, bound.outputTokens());
                if (tokens > 0) {
                    assertThat(bound.spending(tokens).in(unit)).isLessThanOrEqualTo(amount);
                }
                if (tokens < bound.outputTokens()) {
                    assertThat(bound.spending(tokens + 1).in(unit)).isGreaterThan(amount);
                }
            }
        }
    }

    @Test
    void the_longest_answers_of_all_do_not_run_over() {
        CallBound longest = bound(1_000_000, OutputLimit.UNLIMITED, 1 << 30);

        assertThat(longest.spending().tokens()).isPositive();
        assertThat(longest.spending().usd()).isPositive();
    }
}
