package dev.comporta.budget;

import dev.comporta.alert.Alerts;
import dev.comporta.core.Job;
import dev.comporta.store.Database;
import dev.comporta.store.StartupFailure;
import io.quarkus.runtime.Startup;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;

/**
 * Tells of thresholds that were reached, within seconds by a look of its own, and as a job. On several replicas each is
 * told once.
 */
@ApplicationScoped
@Startup
class CheckBudgetAlerts implements Job {

    private static final Logger LOG = Logger.getLogger(CheckBudgetAlerts.class);

    private final Database database;
    private final Alerts alerts;
    private final AtomicBoolean looking = new AtomicBoolean();

    CheckBudgetAlerts(Database database, Alerts alerts, BudgetAlertConfig config, Clock clock, Vertx vertx) {
        this.database = database;
        this.alerts = alerts;
        long millis = config.interval().toMillis();
        if (millis < 1_000) {
            throw new StartupFailure("The setting gateway.budget-alerts.interval is too short: write 1S or more.");
        }
        database.opened().onSuccess(open -> vertx.setPeriodic(millis, timer -> look(clock.instant())));
    }

    @Override
    public String name() {
        return "check-budget-alerts";
    }

    @Override
    public Duration interval() {
        return Duration.ofHours(1);
    }

    @Override
    public Future<String> run(Instant now) {
        return new BudgetAlerts(database.pool(), alerts).raise(now).map(raised -> raised + " alerts raised");
    }

    private void look(Instant now) {
        if (looking.compareAndSet(false, true)) {
            run(now).onComplete(done -> looking.set(false))
                    .onFailure(failure ->
                            LOG.debugf("Budget alerts could not be raised, they are later: %s", failure.getMessage()));
        }
    }
}
