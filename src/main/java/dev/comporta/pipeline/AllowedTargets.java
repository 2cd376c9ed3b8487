package dev.comporta.pipeline;

import dev.comporta.core.Dialect;
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
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where a call may go: of what its model stands for, that which its client's policies allow. Thread-safe. */
@ApplicationScoped
public class AllowedTargets implements ModelNames {

    /** {@code ft:gpt-4o-2024-08-06:acme::7p4lURx}. */
    private static final Pattern FINE_TUNED = Pattern.compile("ft:([^:]+)(:.*)?");

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
        List<ResolvedTarget> targets = direct
                ? resolve(model, row -> true)
                : resolve(model, policies.hasModelRules(client) ? row -> mayUse(client, row) : row -> true);
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
        String provider = target.target().provider();
        String model = target.target().model();
        policies.checkModel(client, provider, model, requested);
        Model row = target.model();
        if (row != null && !row.name().equals(model)) {
            // A dated name must not lead around what is said about the model.
            policies.checkModel(client, row.provider(), row.name(), requested);
        }
        Matcher tuned = FINE_TUNED.matcher(model);
        if (tuned.matches() && policies.hasModelRules(client)) {
            checkBase(client, provider, model, tuned.group(1));
        }
    }

    /** Nor must what is made of a dated model, as everything that is fine-tuned is. */
    private void checkBase(UUID client, String provider, String model, String base) {
        Model row = registry.find(provider + "/" + base)
                .or(() -> registry.all().stream()
                        .filter(known -> known.provider().equals(provider)
                                && known.aliases().contains(base))
                        .findFirst())
                .orElse(null);
        if (row != null) {
            policies.checkModel(client, provider, model, row.name());
            policies.checkModel(client, provider, model, row.provider() + "/" + row.name());
        }
    }

    /** Whether the client may call a row of the registry; what stands for several is of use if one of them is. */
    public boolean mayUse(UUID client, Model row) {
        if (!row.isAlias() || !policies.hasModelRules(client)) {
            return policies.mayUse(client, row.provider(), row.name());
        }
        try {
            return resolve(row.identifier(), named -> false).stream()
                    .anyMatch(target -> isAllowed(client, target, row.identifier()));
        } catch (GatewayError unusable) {
            return false;
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
        return resolve(name, row -> true).stream().map(ResolvedTarget::target).toList();
    }

    private List<ResolvedTarget> resolve(String name, Predicate<Model> mayBeNamed) {
        return registry.resolve(name, providers.names(), mayBeNamed).stream()
                .map(this::bare)
                .toList();
    }

    /** The dialect takes one model by several names, of which policies shall see one only. */
    private ResolvedTarget bare(ResolvedTarget resolved) {
        Target target = resolved.target();
        String bare = GeminiPath.bare(target.model());
        boolean listed = !bare.equals(target.model())
                && !bare.isEmpty()
                && providers
                        .find(target.provider())
                        .filter(provider -> provider.dialect() == Dialect.GEMINI)
                        .isPresent();
        return listed ? new ResolvedTarget(new Target(target.provider(), bare), resolved.model()) : resolved;
    }
}
