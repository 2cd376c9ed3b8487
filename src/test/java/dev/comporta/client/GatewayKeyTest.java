package dev.comporta.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GatewayKeyTest {

    @Test
    void a_new_key_has_the_form_that_the_docs_promise() {
        GatewayKey key = GatewayKey.generate();

        assertThat(key.secret().reveal()).matches("vck_[A-Za-z0-9_-]{43}");
        assertThat(GatewayKey.hasForm(key.secret().reveal())).isTrue();
        assertThat(key.secret().reveal()).startsWith(key.prefix());
        assertThat(key.prefix()).hasSize(10);
    }

    @Test
    void no_two_keys_are_the_same() {
        assertThat(IntStream.range(0, 1000)
                        .mapToObj(i -> GatewayKey.generate().secret().reveal())
                        .distinct())
                .hasSize(1000);
    }

    @Test
    void a_key_is_stored_as_the_sha_256_of_its_text() {
        // printf vck_test | sha256sum
        assertThat(HexFormat.of().formatHex(GatewayKey.hash("vck_test")))
                .isEqualTo("65e6d9d0f7e8c32fd27c7da72f5dd3c9fd14ccd7d3b619fe4c2dc4606aed9312");
    }

    @Test
    void printing_a_key_shows_no_more_than_its_prefix() {
        GatewayKey key = GatewayKey.generate();

        assertThat(key.toString()).isEqualTo(key.prefix() + "****");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "vck_",
                "vck_0123456789012345678901234567890123456789ab",
                "vck_0123456789012345678901234567890123456789abcd",
                "vck_0123456789012345678901234567890123456789ab=",
                "sk-_0123456789012345678901234567890123456789abc"
            })
    void what_is_shorter_longer_or_otherwise_made_has_not_the_form(String text) {
        assertThat(GatewayKey.hasForm(text)).isFalse();
    }

    @Test
    void text_that_can_be_no_key_is_not_even_hashed() {
        assertThat(GatewayKey.isPlausible("x".repeat(15))).isFalse();
        assertThat(GatewayKey.isPlausible("x".repeat(16))).isTrue();
        assertThat(GatewayKey.isPlausible("x".repeat(512))).isTrue();
        assertThat(GatewayKey.isPlausible("x".repeat(513))).isFalse();
    }
}
