package dev.comporta;

import dev.comporta.provider.ProviderConfig;
import dev.comporta.secret.SecretConfig;
import dev.comporta.store.StartupFailure;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Refuses to start with environment variables that are meant for the gateway and that it does not know. */
@ApplicationScoped
class EnvironmentCheck {

    private static final int FIRST = 1;

    private final ProviderConfig providers;
    private final SecretConfig secrets;

    EnvironmentCheck(ProviderConfig providers, SecretConfig secrets) {
        this.providers = providers;
        this.secrets = secrets;
    }

    /** Before anything is opened or made. */
    void check(@Observes @Priority(FIRST) StartupEvent event) {
        Set<String> names = new HashSet<>(providers.providers().keySet());
        names.addAll(secrets.providers().keySet());
        Settings known = Settings.withProviders(names);
        List<String> unknown = known.unknown(System.getenv().keySet());
        if (!unknown.isEmpty()) {
            throw new StartupFailure(InvalidConfiguration.explain(unknown, known));
        }
    }
}
