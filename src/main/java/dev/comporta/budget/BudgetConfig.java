package dev.comporta.budget;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Min;
import java.time.Duration;

/** How budgets are held. */
@ConfigMapping(prefix = "gateway.budgets")
public interface BudgetConfig {

    /**
     * How long what a replica has leased stays its own without being renewed, which a living one does every third of
     * it. A replica that crashes and is back sooner settles what it spent first; after that time others may spend it.
     */
    @WithDefault("2m")
    Duration leaseTtl();

    /**
     * How long an answer may become whose caller sets no limit, in tokens, where its model's own limit is higher or
     * unknown. So much is held for it, and the provider is told.
     */
    @WithDefault("32768")
    @Min(16)
    long assumedOutputTokens();

    /** How long a leased slice of which nothing is taken is kept before it is given back. */
    @WithDefault("10s")
    Duration idleReturn();
}
