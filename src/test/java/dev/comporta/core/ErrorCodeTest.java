package dev.comporta.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ErrorCodeTest {

    @ParameterizedTest
    @EnumSource(ErrorCode.class)
    void the_type_says_whose_fault_it_is_and_agrees_with_the_status(ErrorCode error) {
        assertThat(error.status()).isBetween(400, 599);
        switch (error) {
            // What SDKs and their users know as "no more money" and "too fast".
            case BUDGET_EXCEEDED, COST_LIMIT_EXCEEDED ->
                assertThat(error.type()).isEqualTo("insufficient_quota");
            case BUDGET_RESERVED -> assertThat(error.type()).isEqualTo("rate_limit_error");
            default ->
                assertThat(error.type()).isEqualTo(error.status() < 500 ? "invalid_request_error" : "server_error");
        }
        assertThat(error.code()).matches("[a-z]+(_[a-z]+)*");
    }

    @Test
    void no_two_errors_share_a_code() {
        assertThat(Stream.of(ErrorCode.values()).map(ErrorCode::code)).doesNotHaveDuplicates();
    }

    @Test
    void an_error_is_cheap_because_it_is_part_of_normal_traffic() {
        assertThat(new GatewayError(ErrorCode.INTERNAL, "x").getStackTrace()).isEmpty();
    }
}
