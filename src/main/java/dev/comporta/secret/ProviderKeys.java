package dev.comporta.secret;

import dev.comporta.core.Secret;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The provider keys that all clients share. Thread-safe. */
@ApplicationScoped
public class ProviderKeys {

    private final Map<String, Secret> keys;

    ProviderKeys(SecretConfig config) {
        keys = config.providers().entrySet().stream()
                .filter(provider -> provider.getValue().apiKey().isPresent())
                .collect(Collectors.toUnmodifiableMap(
                        Map.Entry::getKey,
                        provider -> Secret.of(provider.getValue().apiKey().get().strip())));
    }

    /** The providers that have a key. */
    public Set<String> providers() {
        return keys.keySet();
    }

    /** The key of a provider, if one is set. */
    public Optional<Secret> find(String provider) {
        return Optional.ofNullable(keys.get(provider));
    }
}
