package dev.comporta.model;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;

/** Where prices are taken from, day by day. */
@ConfigMapping(prefix = "gateway.price-sync")
public interface PriceSyncConfig {

    /** An http or https URL, a file URL, or the path of a file; without it there is no sync. */
    @WithDefault("https://raw.githubusercontent.com/BerriAI/litellm/main/model_prices_and_context_window.json")
    Optional<String> url();

    /** The form of the document. */
    @WithDefault("auto")
    Format format();

    /** How long the whole download may take. */
    @WithDefault("30S")
    Duration timeout();

    /** Whether models that the registry does not have are added to it, for providers of which it has some. */
    @WithDefault("false")
    boolean addModels();

    /** See {@link #format()}. */
    enum Format {
        /** Told by its shape. */
        AUTO,
        /** {@code model_prices_and_context_window.json} of LiteLLM: USD per token. */
        LITELLM,
        /** {@code api.json} of models.dev: USD per million tokens. */
        MODELS_DEV
    }
}
