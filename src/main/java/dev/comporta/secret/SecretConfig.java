package dev.comporta.secret;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithParentName;
import java.util.Map;
import java.util.Optional;

/** Provider keys given by configuration. */
@ConfigMapping(prefix = "gateway.providers")
public interface SecretConfig {

    @WithParentName
    Map<String, ProviderKey> providers();

    /** The key of one provider. */
    interface ProviderKey {

        /** What the gateway presents to the provider. */
        Optional<String> apiKey();
    }
}
