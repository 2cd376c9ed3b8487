package dev.comporta.pipeline;

import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.model.Model;
import dev.comporta.model.ModelRegistry;
import dev.comporta.provider.DemoConfig;
import dev.comporta.provider.Providers;
import dev.comporta.secret.ProviderKeys;
import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigDecimal;
import java.util.Comparator;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Which model the gateway's test of itself asks. */
@ApplicationScoped
public class SelfTestModel {

    private static final String DEMO = "demo/echo";

    private final ModelRegistry registry;
    private final Providers providers;
    private final ProviderKeys keys;
    private final DemoConfig demo;
    private final Optional<String> configured;

    SelfTestModel(
            ModelRegistry registry, Providers providers, ProviderKeys keys, DemoConfig demo, SelfTestConfig config) {
        this.registry = registry;
        this.providers = providers;
        this.keys = keys;
        this.demo = demo;
        configured = config.model();
    }

    /**
     * The model that is asked for, else the configured one, else the demo's, else the cheapest that there is a key for.
     *
     * @throws GatewayError {@link ErrorCode#MODEL_NOT_FOUND} if there is none
     */
    public String choose(@Nullable String asked) {
        if (asked != null && !asked.isBlank()) {
            return asked.strip();
        }
        return configured
                .or(() -> demo.enabled() ? Optional.of(DEMO) : Optional.empty())
                .or(this::cheapest)
                .orElseThrow(() -> new GatewayError(
                        ErrorCode.MODEL_NOT_FOUND,
                        "There is no model to test with: name one with ?model=, or set a provider's key.",
                        "model"));
    }

    private Optional<String> cheapest() {
        return registry.active().stream()
                .filter(model -> !model.isAlias() && model.can("text") && !model.can("embeddings"))
                .filter(model -> providers.find(model.provider()).isPresent()
                        && keys.find(model.provider()).isPresent())
                .filter(model -> sum(model) != null)
                .min(Comparator.comparing(SelfTestModel::sum).thenComparing(Model::identifier))
                .map(Model::identifier);
    }

    private static @Nullable BigDecimal sum(Model model) {
        BigDecimal input = model.prices().input();
        BigDecimal output = model.prices().output();
        return input == null || output == null ? null : input.add(output);
    }
}
