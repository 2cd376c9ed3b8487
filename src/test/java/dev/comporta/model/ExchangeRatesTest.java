package dev.comporta.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.smallrye.config.SmallRyeConfigBuilder;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ExchangeRatesTest {

    /** Half past nine in the evening of the 19th in São Paulo. */
    private static final Clock CLOCK =
            Clock.fixed(Instant.parse("2026-11-20T00:30:00Z"), ZoneId.of("America/Sao_Paulo"));

    @Test
    void withoutARateSourceTheFallbackHoldsAndSaysSo() {
        assertThat(rates(Map.of()).current())
                .isEqualTo(new ExchangeRate(
                        new BigDecimal("0.92"), new BigDecimal("5.00"), LocalDate.of(2026, 11, 20), "fallback"));
    }

    @Test
    void theFallbackCanBeSet() {
        ExchangeRate rate = rates(Map.of(
                        "gateway.exchange-rates.fallback.usd-to-eur", "0.8725",
                        "gateway.exchange-rates.fallback.usd-to-brl", "5.4321"))
                .current();

        assertThat(rate.usdToEur()).isEqualByComparingTo("0.8725");
        assertThat(rate.usdToBrl()).isEqualByComparingTo("5.4321");
    }

    @Test
    void conversionIsExact() {
        Cost cost = Cost.of(new BigDecimal("0.0000000375"), rates(Map.of()).current());

        assertThat(cost.eur().toPlainString()).isEqualTo("0.0000000345");
        assertThat(cost.brl().toPlainString()).isEqualTo("0.0000001875");
        assertThat(Cost.of(new BigDecimal("2"), cost.rate()).brl()).hasToString("10");
    }

    private static ExchangeRates rates(Map<String, String> settings) {
        ExchangeRateConfig config = new SmallRyeConfigBuilder()
                .withMapping(ExchangeRateConfig.class)
                .withDefaultValues(settings)
                .build()
                .getConfigMapping(ExchangeRateConfig.class);
        return new ExchangeRates(config, CLOCK);
    }
}
