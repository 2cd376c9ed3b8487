package dev.comporta.analytics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.comporta.core.GatewayError;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PeriodTest {

    private static final Instant NOW = Instant.parse("2026-11-20T10:30:00Z");
    private static final ZoneId SAO_PAULO = ZoneId.of("America/Sao_Paulo");
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

    @Test
    void seven_days_end_with_today_as_it_is_where_the_client_is() {
        Period period = Period.of("7d", null, null, SAO_PAULO, NOW);

        assertThat(period.from()).isEqualTo("2026-11-14T03:00:00Z");
        assertThat(period.to()).isEqualTo(NOW);
        assertThat(period.steps(Period.Interval.DAY)).hasSize(8);
    }

    @Test
    void they_are_compared_with_the_seven_days_before_until_the_same_time() {
        Period before = Period.of("7d", null, null, SAO_PAULO, NOW).previous();

        assertThat(before.from()).isEqualTo("2026-11-07T03:00:00Z");
        assertThat(before.to()).isEqualTo("2026-11-13T10:30:00Z");
    }

    @Test
    void a_month_is_the_default() {
        assertThat(Period.of(null, null, null, ZoneOffset.UTC, NOW).from()).isEqualTo("2026-10-22T00:00:00Z");
    }

    @Test
    void the_day_on_which_summer_time_ends_has_25_hours() {
        Period period = Period.of(null, "2026-10-25", "2026-10-26", BERLIN, NOW);

        assertThat(Duration.between(period.from(), period.to())).hasHours(25);
        assertThat(period.steps(Period.Interval.HOUR)).hasSize(26);
        assertThat(period.steps(Period.Interval.DAY)).isEqualTo(List.of(period.from(), period.to()));
    }

    @Test
    void without_an_end_it_lasts_until_now() {
        assertThat(Period.of(null, "2026-11-20", null, ZoneOffset.UTC, NOW).to())
                .isEqualTo(NOW);
    }

    @ParameterizedTest
    @CsvSource({
        "period, 8d,,",
        "period, 7,,",
        "period, '',,",
        "period, 7d, 2026-11-01,",
        "from, , 2026-11-02, 2026-11-01",
        "from, , 2026-11-02, 2026-11-02",
        "from, , , 2026-11-02",
        "from, , yesterday,",
        "from, , 2026-13-01,",
        "from, , 2026-02-30,",
        "from, , 1e400,",
        "from, , 2026-11-21,",
        "from, , -999999999-01-01,",
        "from, , 1999-12-31,",
        "from, , 2025-01-01, 2026-11-01",
        "to, , 2026-11-01, +1000000000-12-31T23:59:59Z",
        "to, , 2026-11-01, tomorrow",
        "to, , 2026-11-01, ''",
    })
    void what_is_no_period_is_refused_by_its_name(String param, String period, String from, String to) {
        assertThatExceptionOfType(GatewayError.class)
                .isThrownBy(() -> Period.of(period, from, to, ZoneOffset.UTC, NOW))
                .satisfies(error -> assertThat(error.param()).isEqualTo(param));
    }
}
