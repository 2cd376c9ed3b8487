package dev.comporta.policy;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which models one policy lets pass. Immutable.
 *
 * <p>A model is blocked by any of its names, also by that of an alias. It is allowed only by what names it as a call
 * does: a pattern with a slash by {@code provider/model}, one without by the model's own name at any provider. So an
 * alias opens nothing that its target is not allowed for, and {@code openai/*} does not open another provider's
 * {@code openai/gpt-oss-120b}.
 */
final class ModelRules {

    private final ModelPatterns blocked;
    private final boolean allowsAll;
    private final ModelPatterns allowedIdentifiers;
    private final ModelPatterns allowedModels;

    /** @param allowed patterns of which a model must match one; all are allowed if there are none */
    ModelRules(List<String> allowed, List<String> blocked) {
        this.blocked = new ModelPatterns(blocked);
        allowsAll = allowed.isEmpty();
        allowedIdentifiers =
                new ModelPatterns(allowed.stream().filter(ModelRules::hasSlash).toList());
        allowedModels = new ModelPatterns(
                allowed.stream().filter(pattern -> !hasSlash(pattern)).toList());
    }

    /** Why the model must not be used, as the end of a sentence that begins with the policy; null if it may. */
    @Nullable
    String objection(AskedModel asked) {
        String pattern = blockedBy(asked);
        if (pattern != null) {
            return "blocks %s".formatted(pattern);
        }
        return allows(asked) ? null : "allows other models only";
    }

    private @Nullable String blockedBy(AskedModel asked) {
        String pattern = blocked.find(asked.identifier());
        if (pattern == null) {
            pattern = blocked.find(asked.model());
        }
        if (pattern == null) {
            pattern = blocked.find(asked.requested());
        }
        return pattern == null && asked.base() != null ? blockedBase(asked.provider(), asked.base()) : pattern;
    }

    private @Nullable String blockedBase(String provider, String base) {
        String pattern = blocked.find(provider + "/" + base);
        return pattern == null ? blocked.find(base) : pattern;
    }

    private boolean allows(AskedModel asked) {
        return allowsAll
                || allows(asked.provider(), asked.model())
                || asked.base() != null && allows(asked.provider(), asked.base());
    }

    private boolean allows(String provider, String model) {
        return allowedIdentifiers.match(provider + "/" + model)
                || allowedModels.match(model)
                // A name such as groq's own groq/compound is asked for without saying groq twice.
                || model.startsWith(provider + "/") && allowedIdentifiers.match(model);
    }

    private static boolean hasSlash(String pattern) {
        return pattern.indexOf('/') >= 0;
    }
}
