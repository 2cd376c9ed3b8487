package dev.comporta.model;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Positive;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Optional;

/** How dollars become other currencies. */
@ConfigMapping(prefix = "gateway.exchange-rates")
public interface ExchangeRateConfig {

    /**
     * What is asked for the rates of the day: a GET that is answered with one JSON document. Its query may hold a key.
     * Empty: nobody is asked. The default is the public API of the Frankfurter project, with the reference rates of the
     * European Central Bank; see <a href="https://frankfurter.dev/v1/">its documentation</a>.
     */
    @WithDefault("https://api.frankfurter.dev/v1/latest?base=USD&symbols=EUR,BRL")
    Optional<String> url();

    /** The JSON pointer (RFC 6901) to the euros for one dollar. */
    @WithDefault("/rates/EUR")
    String eurPath();

    /** The JSON pointer (RFC 6901) to the reais for one dollar. */
    @WithDefault("/rates/BRL")
    String brlPath();

    /** How old the rates of a day may get before they are asked for again on that day; at least 15 minutes. */
    @WithDefault("24H")
    Duration refreshInterval();

    /** From the name server to the last byte of the answer. */
    @WithDefault("10S")
    Duration timeout();

    FallbackConfig fallback();

    /** The rates that hold while no others are known. Every row that used them says so. */
    interface FallbackConfig {

        /** Euros for one dollar. */
        @WithDefault("0.92")
        @Positive
        BigDecimal usdToEur();

        /** Reais for one dollar. */
        @WithDefault("5.00")
        @Positive
        BigDecimal usdToBrl();
    }
}
