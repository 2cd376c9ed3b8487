package dev.comporta.model;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** What happens to model names that leave something open. */
@ConfigMapping(prefix = "gateway")
public interface ModelConfig {

    /** The provider of bare names that several providers have, or none is known to have. */
    @WithDefault("openai")
    String preferredProvider();

    /** What happens to names that the registry does not know. */
    @WithDefault("forward")
    UnknownModels unknownModels();

    /** See {@link #unknownModels()}. */
    enum UnknownModels {
        /** The provider decides: new models appear before registries hear of them. Their price is unknown. */
        FORWARD,
        /** Answered with 404 and the closest names. */
        REJECT
    }
}
