package dev.comporta.client;

import java.util.Optional;

/** Keys given by environment. */
record GivenKeys(Optional<String> apiKey, Optional<String> adminKey, Optional<String> cronKey) implements ClientConfig {

    static final GivenKeys NONE = new GivenKeys(Optional.empty(), Optional.empty(), Optional.empty());

    static GivenKeys shared(String key) {
        return new GivenKeys(Optional.of(key), Optional.empty(), Optional.empty());
    }

    static GivenKeys admin(String key) {
        return new GivenKeys(Optional.empty(), Optional.of(key), Optional.empty());
    }
}
