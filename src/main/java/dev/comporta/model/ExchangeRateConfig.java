package dev.comporta.model;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Positive;
import java.math.BigDecimal;

/** How dollars become other currencies. */
@ConfigMapping(prefix = "gateway.exchange-rates")
public interface ExchangeRateConfig {

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
