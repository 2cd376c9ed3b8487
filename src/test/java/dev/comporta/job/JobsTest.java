package dev.comporta.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.core.Job;
import dev.comporta.store.StartupFailure;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JobsTest {

    @Test
    void jobs_are_known_by_their_names() {
        Job check = job("check", 60);
        Jobs jobs = new Jobs(List.of(job("sync", 60), check));

        assertThat(jobs.named("check")).isSameAs(check);
        assertThat(jobs.all()).extracting(Job::name).containsExactly("check", "sync");
    }

    @Test
    void an_unknown_name_is_answered_with_the_known_ones() {
        GatewayError refusal = catchThrowableOfType(
                GatewayError.class, () -> new Jobs(List.of(job("sync", 60), job("check", 60))).named("sink"));

        assertThat(refusal.code()).isEqualTo(ErrorCode.NOT_FOUND);
        assertThat(refusal.param()).isEqualTo("name");
        assertThat(refusal).hasMessageContaining("check, sync").hasMessageNotContaining("sink");
        assertThatThrownBy(() -> new Jobs(List.of()).named("sync")).hasMessage("There are no jobs.");
    }

    @Test
    void two_jobs_of_one_name_stop_the_start() {
        assertThatThrownBy(() -> new Jobs(List.of(job("sync", 60), job("sync", 61))))
                .isInstanceOf(StartupFailure.class)
                .hasMessageContaining("sync");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Sync", "a/b", "a b", "1st", "é"})
    void a_name_that_does_not_fit_an_address_stops_the_start(String name) {
        assertThatThrownBy(() -> new Jobs(List.of(job(name, 60)))).isInstanceOf(StartupFailure.class);
    }

    @Test
    void an_interval_of_nothing_stops_the_start() {
        assertThatThrownBy(() -> new Jobs(List.of(job("sync", 0)))).isInstanceOf(StartupFailure.class);
    }

    @ParameterizedTest
    @CsvSource({
        "2026-11-20T10:17:00Z, PT1H, 2026-11-20T10:00:00Z",
        "2026-11-20T10:00:00Z, PT1H, 2026-11-20T10:00:00Z",
        "2028-02-29T23:59:59.999Z, PT24H, 2028-02-29T00:00:00Z",
        "2026-12-31T23:59:59Z, PT5M, 2026-12-31T23:55:00Z",
        "1969-12-31T23:59:59Z, PT1H, 1969-12-31T23:00:00Z"
    })
    void slots_are_multiples_of_the_interval(Instant now, Duration interval, Instant slot) {
        assertThat(Slot.at(now, interval)).isEqualTo(slot);
    }

    private static Job job(String name, long seconds) {
        return new Job() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public Duration interval() {
                return Duration.ofSeconds(seconds);
            }

            @Override
            public Future<String> run(Instant now) {
                return Future.succeededFuture("");
            }
        };
    }
}
