package dev.comporta.provider;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Bounds of Realtime sessions. */
@ConfigMapping(prefix = "gateway.realtime")
public interface RealtimeConfig {

    /** The longest frame that passes, in either direction; a longer one ends the session. */
    @WithDefault("16M")
    MemorySize maxFrameSize();

    /** How long a session may be silent in both directions. */
    @WithDefault("15M")
    Duration idleTimeout();
}
