package dev.comporta.usage;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How the usage journal treats the disk. */
@ConfigMapping(prefix = "gateway.journal")
public interface JournalConfig {

    /**
     * When the journal is forced to the disk itself. A killed process loses nothing either way; {@code each} also
     * survives a power cut, at the price of a disk flush before each call's last byte.
     */
    @WithDefault("interval")
    Sync sync();

    /** Time between two flushes of {@code interval}. */
    @WithDefault("1S")
    Duration syncInterval();

    /** Disk space that usage waiting for the database may take; when it is full new calls are refused. */
    @WithDefault("4G")
    MemorySize maxSize();

    /** When to force the journal to disk. */
    enum Sync {
        INTERVAL,
        EACH
    }
}
