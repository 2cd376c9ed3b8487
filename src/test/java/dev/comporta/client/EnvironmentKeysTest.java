package dev.comporta.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.comporta.store.StartupFailure;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EnvironmentKeysTest {

    @ParameterizedTest
    @ValueSource(strings = {"fifteen-letters", "has a space in between", "has-a-tab\tin-between", "não-é-ascii-também"})
    void a_key_that_is_too_weak_or_cannot_be_sent_stops_the_start(String key) {
        assertThatThrownBy(() -> new EnvironmentKeys(GivenKeys.shared(key)))
                .isInstanceOf(StartupFailure.class)
                .hasMessageContaining("GATEWAY_API_KEY must be 16 to 512")
                .hasMessageContaining("openssl rand -hex 32")
                .hasMessageNotContaining(key);
    }

    @Test
    void the_shared_key_may_not_be_the_admin_key_too() {
        Optional<String> key = Optional.of("one-key-for-everything");

        assertThatThrownBy(() -> new EnvironmentKeys(new GivenKeys(key, key, Optional.empty())))
                .isInstanceOf(StartupFailure.class)
                .hasMessageContaining("is the same as another key")
                .hasMessageNotContaining("one-key-for-everything");
    }

    @Test
    void sixteen_signs_are_enough() {
        EnvironmentKeys keys = new EnvironmentKeys(GivenKeys.admin("sixteen-letters!"));

        assertThat(keys.give(KeyKind.ADMIN)).isTrue();
        assertThat(keys.give(KeyKind.SHARED)).isFalse();
    }
}
