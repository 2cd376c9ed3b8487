package dev.comporta.store;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** Where the gateway keeps what must survive a restart. */
@ConfigMapping(prefix = "gateway")
public interface StoreConfig {

    /** Directory of the usage journal and of the embedded database. */
    @WithDefault("./data")
    Path dataDir();

    DatabaseConfig database();

    /** An external PostgreSQL. Without a URL the embedded one starts. */
    interface DatabaseConfig {

        /** {@code postgresql://host:port/database}, with or without a {@code jdbc:} in front. */
        Optional<String> url();

        Optional<String> user();

        Optional<String> password();

        /** Connections in the pool of this replica. */
        @WithDefault("8")
        @Min(1)
        @Max(1_000)
        int poolSize();

        /** How long an unreachable database is waited for at start before the process gives up. */
        @WithDefault("15S")
        Duration startupTimeout();
    }
}
