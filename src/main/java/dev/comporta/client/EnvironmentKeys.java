package dev.comporta.client;

import dev.comporta.store.StartupFailure;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The keys given by environment, checked at start. They are held as hashes and never stored. One that is given takes
 * the place of the stored keys of its kind, so that an operator who sets it knows every key that opens.
 */
@Singleton
final class EnvironmentKeys {

    private final Map<KeyKind, AcceptedKey> keys = new EnumMap<>(KeyKind.class);

    /** @throws StartupFailure if a key is too weak or serves two purposes */
    EnvironmentKeys(ClientConfig config) {
        accept(KeyKind.ADMIN, "GATEWAY_ADMIN_KEY", config.adminKey());
        accept(KeyKind.SHARED, "GATEWAY_API_KEY", config.apiKey());
        accept(KeyKind.CRON, "GATEWAY_CRON_KEY", config.cronKey());
    }

    private void accept(KeyKind kind, String variable, Optional<String> given) {
        if (given.isEmpty()) {
            return;
        }
        String text = given.get();
        if (!GatewayKey.isPlausible(text) || !text.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
            throw new StartupFailure(
                    variable
                            + " must be 16 to 512 letters, digits or signs without spaces: set a longer random one, for instance from 'openssl rand -hex 32'.");
        }
        byte[] hash = GatewayKey.hash(text);
        if (keys.values().stream().anyMatch(other -> other.matches(hash))) {
            throw new StartupFailure(
                    variable + " is the same as another key: give GATEWAY_ADMIN_KEY, GATEWAY_API_KEY and"
                            + " GATEWAY_CRON_KEY a value each.");
        }
        keys.put(kind, new AcceptedKey(null, kind, null, hash, null));
    }

    /** Whether the environment gives this kind of key. */
    boolean give(KeyKind kind) {
        return keys.containsKey(kind);
    }

    /** These keys, and of the stored ones those whose kind the environment does not give. */
    KeyRing ringWith(List<AcceptedKey> stored) {
        List<AcceptedKey> accepted = new ArrayList<>(keys.values());
        stored.stream().filter(key -> !give(key.kind())).forEach(accepted::add);
        return KeyRing.of(accepted);
    }
}
