package dev.comporta.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.comporta.store.Databases;
import io.vertx.core.Vertx;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExchangeRatesTest {

    /** Half past nine in the evening of the 19th in São Paulo. */
    private static final Clock CLOCK =
            Clock.fixed(Instant.parse("2026-11-20T00:30:00Z"), ZoneId.of("America/Sao_Paulo"));

    private final Vertx vertx = Vertx.vertx();

    @TempDir
    Path directory;

    @AfterEach
    void close() {
        Databases.await(vertx.close());
    }

    @Test
    void before_the_database_was_ever_reached_the_fallback_holds_and_says_so() {
        assertThat(rates(ExchangeRateSettings.silent()).current())
                .isEqualTo(new ExchangeRate(
                        new BigDecimal("0.92"), new BigDecimal("5.00"), LocalDate.of(2026, 11, 20), "fallback"));
    }

    @Test
    void the_fallback_can_be_set() {
        ExchangeRate rate = rates(ExchangeRateSettings.silent()
                        .with("FALLBACK_USD_TO_EUR", "0.8725")
                        .with("FALLBACK_USD_TO_BRL", "5.4321"))
                .current();

        assertThat(rate.usdToEur()).isEqualByComparingTo("0.8725");
        assertThat(rate.usdToBrl()).isEqualByComparingTo("5.4321");
    }

    @Test
    void conversion_is_exact() {
        Cost cost = Cost.of(
                new BigDecimal("0.0000000375"),
                rates(ExchangeRateSettings.silent()).current());

        assertThat(cost.eur().toPlainString()).isEqualTo("0.0000000345");
        assertThat(cost.brl().toPlainString()).isEqualTo("0.0000001875");
        assertThat(Cost.of(new BigDecimal("2"), cost.rate()).brl()).hasToString("10");
    }

    private ExchangeRates rates(ExchangeRateSettings settings) {
        return new ExchangeRates(Databases.unopened(vertx, directory), settings.config(), CLOCK);
    }
}
