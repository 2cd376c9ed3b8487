package dev.comporta.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The query of a Realtime session")
class RealtimeQueryTest {

    @ParameterizedTest
    @CsvSource({
        "model=openai/gpt-realtime, gpt-realtime, model=gpt-realtime",
        "model=gpt-realtime, gpt-realtime, model=gpt-realtime",
        "a=%20+b&model=openai%2Fx&&c=, x, a=%20+b&model=x&&c=",
        "mod%65l=openai/x, x, model=x",
        "model=x/a%26b, a&b, model=a%26b",
        "model=a%2Db, a-b, model=a%2Db"
    })
    void changes_nothing_but_the_model_and_that_only_if_it_must(String query, String model, String forwarded) {
        assertThat(RealtimeQuery.parse(query).path("/realtime", model)).isEqualTo("/realtime?" + forwarded);
    }

    @Test
    void may_be_absent() {
        RealtimeQuery none = RealtimeQuery.parse(null);

        assertThat(none.model()).isNull();
        assertThat(none.path("/realtime", "x")).isEqualTo("/realtime");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "model=a&model=b",
                "model=a&mod%65l=b",
                "model=%zz",
                "%=1",
                "model=%e",
                "model=a|b",
                "model=a&x={}"
            })
    void that_can_be_read_in_two_ways_is_refused(String query) {
        assertThatThrownBy(() -> RealtimeQuery.parse(query))
                .isInstanceOfSatisfying(
                        GatewayError.class,
                        refusal -> assertThat(refusal.code()).isEqualTo(ErrorCode.INVALID_REQUEST));
    }

    @Test
    void says_whether_it_joins_a_call() {
        assertThat(RealtimeQuery.parse("call%5Fid=rtc_1").joinsCall()).isTrue();
        assertThat(RealtimeQuery.parse("model=call_id").joinsCall()).isFalse();
    }
}
