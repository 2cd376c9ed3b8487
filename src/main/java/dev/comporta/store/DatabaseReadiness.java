package dev.comporta.store;

import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/**
 * Ready once the database has been reached and read. A database that goes away later does not make the gateway unready,
 * because calls go on: it is reported as degraded.
 */
@Readiness
@ApplicationScoped
public class DatabaseReadiness implements HealthCheck {

    private final Database database;

    DatabaseReadiness(Database database) {
        this.database = database;
    }

    @Override
    public HealthCheckResponse call() {
        boolean loaded = database.isLoaded();
        return HealthCheckResponse.named("database")
                .status(loaded)
                .withData("state", loaded ? database.isReachable() ? "reachable" : "away" : "not reached yet")
                .withData("degraded", loaded && !database.isReachable())
                .build();
    }
}
