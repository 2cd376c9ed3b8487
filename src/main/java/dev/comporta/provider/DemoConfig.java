package dev.comporta.provider;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** The built-in provider that answers without a key or a network. */
@ConfigMapping(prefix = "gateway.demo")
public interface DemoConfig {

    @WithDefault("true")
    boolean enabled();
}
