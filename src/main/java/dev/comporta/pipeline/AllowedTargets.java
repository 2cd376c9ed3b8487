package dev.comporta.pipeline;

import dev.comporta.core.GatewayError;
import dev.comporta.core.Target;
import dev.comporta.model.Model;
import dev.comporta.model.ModelRegistry;
import dev.comporta.model.ResolvedTarget;
import dev.comporta.policy.ModelNames;
import dev.comporta.policy.Policies;
import dev.comporta.provider.Providers;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.UUID;

/** Where a call may go: of what its model stands for, that which its client's policies allow. Thread-safe. */
@ApplicationScoped
public class AllowedTargets implements ModelNames {

    private final ModelRegistry registry;
    private final Providers providers;
    private final Policies policies;

    AllowedTargets(ModelRegistry registry, Providers providers, Policies policies) {
        this.registry = registry;
        this.providers = providers;
        this.policies = policies;
    }

    /**
     * The first target of a name that the client may use.
     *
     * @param direct whether the gateway is off for the client, and with it its policies
     * @throws GatewayError if there is no such model, or the client may not use any of its targets
     */
    ResolvedTarget first(UUID client, String model, boolean direct) {
        List<ResolvedTarget> targets = registry.resolve(model, providers.names());
        if (!direct && targets.size() > 1) {
            for (ResolvedTarget target : targets) {
                if (isAllowed(client, target, model)) {
                    return target;
                }
            }
        }
        ResolvedTarget first = targets.get(0);
        if (!direct) {
            check(client, first, model);
        }
        return first;
    }

    /**
     * Refuses a target.
     *
     * @param requested as the caller wrote it
     */
    void check(UUID client, ResolvedTarget target, String requested) {
        policies.checkModel(client, target.target().provider(), target.target().model(), requested);
        Model row = target.model();
        if (row != null && !row.name().equals(target.target().model())) {
            // A dated name must not lead around what is said about the model.
            policies.checkModel(client, row.provider(), row.name(), requested);
        }
    }

    private boolean isAllowed(UUID client, ResolvedTarget target, String requested) {
        try {
            check(client, target, requested);
            return true;
        } catch (GatewayError blocked) {
            return false;
        }
    }

    @Override
    public List<Target> targets(String name) {
        return registry.resolve(name, providers.names()).stream()
                .map(ResolvedTarget::target)
                .toList();
    }
}
