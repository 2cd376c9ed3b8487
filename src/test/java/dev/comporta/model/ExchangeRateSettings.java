package dev.comporta.model;

import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.HashMap;
import java.util.Map;

/** Settings of exchange rates as an operator gives them: by environment variables. */
final class ExchangeRateSettings {

    private final Map<String, String> variables = new HashMap<>();

    /** The defaults, but nobody is asked. */
    static ExchangeRateSettings silent() {
        return new ExchangeRateSettings().with("URL", "");
    }

    static ExchangeRateSettings asking(String url) {
        return new ExchangeRateSettings().with("URL", url);
    }

    /** @param name what follows {@code GATEWAY_EXCHANGE_RATES_} */
    ExchangeRateSettings with(String name, String value) {
        variables.put("GATEWAY_EXCHANGE_RATES_" + name, value);
        return this;
    }

    ExchangeRateConfig config() {
        return new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .withMapping(ExchangeRateConfig.class)
                .withSources(new EnvConfigSource(variables, 300))
                .build()
                .getConfigMapping(ExchangeRateConfig.class);
    }
}
