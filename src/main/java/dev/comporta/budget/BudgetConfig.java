package dev.comporta.budget;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import java.util.OptionalLong;

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

    /**
     * How much is held of the input of a call by which a model may read more than it holds, such as a search or a
     * document by its address, in tokens. Without it all that the model can read is held; with less a budget may be
     * exceeded by what such calls read beyond.
     */
    @Min(0)
    OptionalLong openInputTokens();

    /** How long a leased slice of which nothing is taken is kept before it is given back. */
    @WithDefault("10s")
    Duration idleReturn();
}
