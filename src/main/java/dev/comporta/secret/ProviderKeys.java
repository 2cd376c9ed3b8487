package dev.comporta.secret;

import dev.comporta.core.Secret;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.eclipse.microprofile.config.Config;

/** The provider keys that all clients share. Thread-safe. */
@ApplicationScoped
public class ProviderKeys {

    private final Config config;
    private final Set<String> providers;
    private final Map<String, Optional<Secret>> keys = new ConcurrentHashMap<>();

    ProviderKeys(Config config, SecretConfig declared) {
        this.config = config;
        providers = declared.providers().entrySet().stream()
                .filter(provider -> provider.getValue().apiKey().isPresent())
                .map(Map.Entry::getKey)
                .collect(Collectors.toUnmodifiableSet());
    }

    /** The providers that a key is declared for. */
    public Set<String> providers() {
        return providers;
    }

    /**
     * The key of a provider, if one is set. Asked by the property's full name, because only so an environment variable
     * is found whose provider has a dash in its name.
     *
     * @param provider the name of a configured provider
     */
    public Optional<Secret> find(String provider) {
        return keys.computeIfAbsent(
                provider,
                name -> config.getOptionalValue("gateway.providers." + name + ".api-key", String.class)
                        .map(key -> Secret.of(key.strip())));
    }
}
