package dev.comporta.client;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.comporta.core.Secret;
import io.quarkus.runtime.annotations.RegisterForReflection;

/** The one answer that carries a key's text, beside everything that later lists show of it. */
@RegisterForReflection
final class IssuedKey {

    private final KeyView view;
    private final Secret key;

    IssuedKey(KeyView view, Secret key) {
        this.view = view;
        this.key = key;
    }

    @JsonUnwrapped
    @JsonProperty
    KeyView view() {
        return view;
    }

    @JsonProperty
    String key() {
        return key.reveal();
    }
}
