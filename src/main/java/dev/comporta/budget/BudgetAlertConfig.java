package dev.comporta.budget;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How soon people hear of budgets. */
@ConfigMapping(prefix = "gateway.budget-alerts")
public interface BudgetAlertConfig {

    /** How often is looked for thresholds that were reached and nobody was told of. */
    @WithDefault("10s")
    Duration interval();
}
