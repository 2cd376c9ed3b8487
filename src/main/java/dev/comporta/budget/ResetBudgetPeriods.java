package dev.comporta.budget;

import dev.comporta.core.Job;
import dev.comporta.store.Database;
import io.vertx.core.Future;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;

/**
 * Opens every window that is over. Calls do so too as they come; this is for clients that make none, and puts right
 * what a wrong clock has opened.
 */
@ApplicationScoped
class ResetBudgetPeriods implements Job {

    private final Database database;

    ResetBudgetPeriods(Database database) {
        this.database = database;
    }

    @Override
    public String name() {
        return "reset-budget-periods";
    }

    @Override
    public Duration interval() {
        return Duration.ofMinutes(15);
    }

    @Override
    public Future<String> run(Instant now) {
        return Windows.openAll(database.pool(), now).map(opened -> opened + " windows opened");
    }
}
