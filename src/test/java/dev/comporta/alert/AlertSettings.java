package dev.comporta.alert;

import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.HashMap;
import java.util.Map;

/** Settings of a test: the gateway's defaults, but for what the test says. */
final class AlertSettings {

    private AlertSettings() {}

    static AlertConfig with(String... namesAndValues) {
        Map<String, String> values = new HashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            values.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        return new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .withMapping(AlertConfig.class)
                .withDefaultValues(values)
                .build()
                .getConfigMapping(AlertConfig.class);
    }
}
