package dev.comporta.usage;

import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Tells how much usage waits in the journal. Waiting is no reason to be unready: that is what the journal is for. */
@Readiness
@ApplicationScoped
public class UsageReadiness implements HealthCheck {

    private final UsageRecorder usage;

    UsageReadiness(UsageRecorder usage) {
        this.usage = usage;
    }

    @Override
    public HealthCheckResponse call() {
        return HealthCheckResponse.named("usage")
                .status(usage.isWriting())
                .withData("journalDepth", usage.depth())
                .build();
    }
}
