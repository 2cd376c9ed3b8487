package dev.comporta.http;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** The door's limits. */
@ConfigMapping(prefix = "gateway")
public interface HttpConfig {

    /** The longest request body that is read into memory; a longer one is answered with 413. */
    @WithDefault("32M")
    MemorySize maxBodySize();

    /** After how long a standstill a body that is read into memory is given up; answered with 408. */
    @WithDefault("30S")
    Duration bodyTimeout();

    /** Whether each call is logged in one line, without headers, bodies or queries. */
    @WithDefault("false")
    boolean accessLog();
}
