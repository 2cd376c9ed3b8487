package dev.comporta.policy;

import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the active policies of one client say together: what any of them forbids is forbidden. Immutable. */
final class ClientRules {

    /** Of a client without an active policy. */
    static final ClientRules NONE = new ClientRules(List.of());

    private static final int SHOWN = 200;

    private final List<NamedRules> models;
    private final Optional<TokenLimit> tokenLimit;
    private final boolean allowsUnknownPrices;
    private final boolean limitsMoney;

    private record NamedRules(String policy, ModelRules rules) {}

    private record Objection(String policy, String reason) {}

    /** @param policies the active ones, in the order in which they are asked */
    ClientRules(List<Policy> policies) {
        models = policies.stream()
                .filter(policy -> !policy.allowedModels().isEmpty()
                        || !policy.blockedModels().isEmpty())
                .map(policy ->
                        new NamedRules(policy.name(), new ModelRules(policy.allowedModels(), policy.blockedModels())))
                .toList();
        tokenLimit = policies.stream()
                .filter(policy -> policy.maxTokensPerRequest() != null)
                .map(policy -> new TokenLimit(policy.maxTokensPerRequest(), policy.name()))
                .min(Comparator.comparingLong(TokenLimit::tokens));
        allowsUnknownPrices = policies.stream().anyMatch(Policy::allowUnknownPrices);
        limitsMoney = policies.stream().anyMatch(policy -> policy.maxCostPerDay() != null);
    }

    void checkModel(String provider, String model, String requested) {
        Objection objection = objection(provider, model, requested);
        if (objection != null) {
            throw new GatewayError(
                    ErrorCode.MODEL_BLOCKED,
                    "Model %s is blocked by policy \"%s\"".formatted(printable(requested), objection.policy()),
                    "model");
        }
    }

    boolean mayUse(String provider, String model, String requested) {
        return objection(provider, model, requested) == null;
    }

    Decision decideModel(String provider, String model, String requested) {
        Objection objection = objection(provider, model, requested);
        return objection == null
                ? Decision.ALLOWED
                : Decision.forbidden(
                        objection.policy(), "Policy \"%s\" %s.".formatted(objection.policy(), objection.reason()));
    }

    Decision decideTokens(long estimated) {
        return tokenLimit
                .filter(limit -> estimated > limit.tokens())
                .map(limit -> Decision.forbidden(limit.policy(), limit.message(estimated) + "."))
                .orElse(Decision.ALLOWED);
    }

    Optional<TokenLimit> tokenLimit() {
        return tokenLimit;
    }

    boolean judgesModels() {
        return !models.isEmpty();
    }

    boolean allowsUnknownPrices() {
        return allowsUnknownPrices;
    }

    boolean limitsMoney() {
        return limitsMoney;
    }

    private @Nullable Objection objection(String provider, String model, String requested) {
        if (models.isEmpty()) {
            return null;
        }
        AskedModel asked = AskedModel.of(provider, model, requested);
        for (NamedRules named : models) {
            String reason = named.rules().objection(asked);
            if (reason != null) {
                return new Objection(named.policy(), reason);
            }
        }
        return null;
    }

    /** A name that a caller wrote, as it may stand in a message: of bounded length, and of characters that show. */
    private static String printable(String name) {
        StringBuilder shown = new StringBuilder();
        name.codePoints().limit(SHOWN).forEach(c -> shown.appendCodePoint(isPrintable(c) ? c : '\uFFFD'));
        return name.codePointCount(0, name.length()) > SHOWN ? shown.append('…').toString() : shown.toString();
    }

    private static boolean isPrintable(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }
}
