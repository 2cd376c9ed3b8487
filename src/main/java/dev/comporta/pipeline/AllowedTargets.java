package dev.comporta.pipeline;

import dev.comporta.core.Dialect;
import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.core.Target;
import dev.comporta.dialect.Json;
import dev.comporta.model.Model;
import dev.comporta.model.ModelRegistry;
import dev.comporta.model.ResolvedTarget;
import dev.comporta.policy.ModelNames;
import dev.comporta.policy.Policies;
import dev.comporta.provider.Providers;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.util.List;
import java.util.Set;
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

    /** The same for a call, which may name more models than its own. */
    ResolvedTarget first(AdmittedCall admitted) {
        UUID client = admitted.caller().clientId();
        ResolvedTarget first = first(client, admitted.request().model(), admitted.direct());
        if (!admitted.direct() && policies.hasModelRules(client)) {
            String provider = first.target().provider();
            named(admitted.request().bytes(), false).forEach(name -> check(client, provider, name));
        }
        return first;
    }

    /**
     * Refuses a call that is passed through, if it names a model beside its own that the client may not use, or if its
     * models stand where nobody reads them.
     *
     * @param provider to which it goes
     */
    void check(UUID client, PassCall pass, String provider, boolean direct) {
        if (direct || !policies.hasModelRules(client)) {
            return;
        }
        byte[] body = pass.body().json() ? pass.call().body().getBytes() : new byte[0];
        Set<String> names = body.length == 0 ? Set.of() : named(body, !pass.namesModel());
        names.forEach(name -> check(client, provider, name));
        if (pass.call().method().equals("POST") && hidesModels(pass.segments(), names)) {
            throw new GatewayError(
                    ErrorCode.MODEL_BLOCKED,
                    "This client's policies say which models it may use, and those of this request stand where the gateway does not read them.");
        }
    }

    /** The lines of a batch's file each name a model; a run of an eval names one, or leaves it to the provider. */
    private static boolean hidesModels(List<String> segments, Set<String> named) {
        String last = segments.get(segments.size() - 1);
        return switch (segments.get(0)) {
            case "batches" -> segments.size() == 1;
            case "evals" -> segments.size() == 3 && last.equals("runs") && named.isEmpty();
            default -> false;
        };
    }

    private static Set<String> named(byte[] body, boolean outermost) {
        try {
            return NamedModels.in(body, outermost);
        } catch (IOException e) {
            throw new GatewayError(ErrorCode.INVALID_JSON, "The request body is not valid JSON" + Json.where(e) + ".");
        }
    }

    /** Refuses a model of a provider, by the name that the provider knows. */
    void check(UUID client, String provider, String name) {
        ResolvedTarget target;
        try {
            target = resolve(provider + "/" + name, row -> true).get(0);
        } catch (GatewayError unknown) {
            target = bare(new ResolvedTarget(new Target(provider, name), null));
        }
        check(client, target, name);
    }

    /** Whether there is a model that the client might not use. */
    boolean hasRules(UUID client) {
        return policies.hasModelRules(client);
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
