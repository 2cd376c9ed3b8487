package dev.comporta.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.FieldSource;

@DisplayName("Text from outside can be stored")
class TextTest {

    @Test
    void good_text_is_kept_as_it_is() {
        String text = "Olá\t\n\u0001\uFFFF";

        assertThat(Text.storable(text, 100)).isSameAs(text);
        assertThat(Text.storable("Olá 😀", 100)).isEqualTo("Olá 😀");
        assertThat(Text.storable("", 100)).isEmpty();
        assertThat(Text.storable(null, 100)).isNull();
    }

    static final List<Arguments> UNSTORABLE = List.of(
            arguments("a\u0000b", "a\uFFFDb"),
            arguments("\u0000\u0000", "\uFFFD\uFFFD"),
            arguments("a\uD83D", "a\uFFFD"),
            arguments("\uD83Da", "\uFFFDa"),
            arguments("\uDE00a", "\uFFFDa"),
            arguments("\uDE00\uD83D", "\uFFFD\uFFFD"),
            arguments("\uD83D\uD83D\uDE00", "\uFFFD😀"),
            arguments("😀\u0000😀", "😀\uFFFD😀"));

    @ParameterizedTest
    @FieldSource("UNSTORABLE")
    void what_a_database_refuses_is_replaced(String text, String stored) {
        assertThat(Text.storable(text, 100)).isEqualTo(stored);
    }

    @Test
    void long_text_is_cut_and_never_within_a_character() {
        assertThat(Text.storable("abcdef", 6)).isEqualTo("abcdef");
        assertThat(Text.storable("abcdef", 5)).isEqualTo("abcde");
        assertThat(Text.storable("abcd😀", 5)).isEqualTo("abcd\uFFFD");
        assertThat(Text.storable("abc😀x", 5)).isEqualTo("abc😀");
    }

    @Test
    void whatever_comes_is_utf_8_without_nul_afterwards() {
        Seeds.each(5_000, random -> {
            char[] chars = new char[random.nextInt(12)];
            for (int i = 0; i < chars.length; i++) {
                chars[i] = "a\u0000é\uD83D\uDE00\uDBFF\uDC00\uFFFD".charAt(random.nextInt(8));
            }
            int length = random.nextInt(14);

            String stored = String.valueOf(Text.storable(new String(chars), length));

            assertThat(stored).doesNotContain("\u0000").hasSize(Math.min(length, chars.length));
            // Throws at a half of a surrogate pair, as the database would.
            StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(stored));
        });
    }
}
