package dev.comporta.privacy;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How long rows are kept; zero is for ever. */
@ConfigMapping(prefix = "gateway.retention")
public interface RetentionConfig {

    /**
     * Rows of {@code gateway_usage_logs}, by whole months, and never those of this month and the last, from which
     * budgets are counted.
     */
    @WithDefault("0S")
    Duration usageLogs();

    /** Rows of {@code cost_events}, by whole months, and never those of this month and the last. */
    @WithDefault("0S")
    Duration costEvents();

    /** Rows of {@code gateway_payloads}, to the day. */
    @WithDefault("30D")
    Duration payloads();
}
