package dev.comporta.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class SecretTest {

    private static final String KEY = "sk-proj-0123456789";

    @Test
    void a_secret_is_masked_wherever_it_is_printed() {
        Secret secret = Secret.of(KEY);
        Caller caller = new Caller(new UUID(0, 1), "acme", true, null, secret);

        assertThat(List.of(secret.toString(), "" + secret, "%s".formatted(secret), caller.toString()))
                .noneMatch(text -> text.contains("sk-") || text.contains("0123"))
                .allMatch(text -> text.contains("****"));
    }

    @Test
    void the_mask_does_not_tell_the_length() {
        assertThat(Secret.of("a")).hasToString(Secret.of(KEY).toString());
    }

    @Test
    void only_who_asks_for_the_text_gets_it() {
        assertThat(Secret.of(KEY).reveal()).isEqualTo(KEY);
    }

    @Test
    void secrets_are_equal_by_their_text() {
        assertThat(Secret.of(KEY)).isEqualTo(Secret.of(KEY)).hasSameHashCodeAs(Secret.of(KEY));
        assertThat(Secret.of(KEY)).isNotEqualTo(Secret.of(KEY + "0")).isNotEqualTo(KEY);
        assertThat(Secret.of("é")).isNotEqualTo(Secret.of("e"));
    }
}
