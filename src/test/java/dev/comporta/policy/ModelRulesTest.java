package dev.comporta.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("Which models a policy lets pass")
class ModelRulesTest {

    private static boolean passes(
            @Nullable String allowed, @Nullable String blocked, String provider, String model, String requested) {
        return new ModelRules(patterns(allowed), patterns(blocked)).objection(AskedModel.of(provider, model, requested))
                == null;
    }

    private static List<String> patterns(@Nullable String text) {
        return text == null ? List.of() : List.of(text.split(" "));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            # exact, by any name, in any case
            gpt-4                  | openai     | gpt-4                    | gpt-4          | false
            GPT-4                  | openai     | gpt-4                    | gpt-4          | false
            gpt-4                  | OpenAI     | GPT-4                    | Gpt-4          | false
            openai/gpt-4           | openai     | gpt-4                    | gpt-4          | false
            OPENAI/gpt-4           | openai     | gpt-4                    | gpt-4          | false
            gpt-4                  | openai     | gpt-4                    | openai/gpt-4   | false
            gpt-4                  | openai     | gpt-4o                   | gpt-4o         | true
            gpt-4                  | openai     | my-gpt-4                 | my-gpt-4       | true
            openai/gpt-4           | azure      | gpt-4                    | gpt-4          | true
            # an alias, and what is behind it
            fast                   | openai     | gpt-4o-mini              | fast           | false
            fast                   | openai     | gpt-4o-mini              | gpt-4o-mini    | true
            gpt-4o-mini            | openai     | gpt-4o-mini              | fast           | false
            # globs
            openai/*               | openai     | o3                       | o3             | false
            openai/*               | groq       | llama-3.1-8b-instant     | x              | true
            *-mini                 | openai     | gpt-4o-mini              | x              | false
            *-mini                 | openai     | gpt-4o-mini-2024-07-18   | x              | true
            gpt-4*                 | openai     | gpt-4                    | x              | false
            gpt-4*                 | openai     | GPT-4.1-nano             | x              | false
            gpt-4*                 | openai     | gpt-3.5-turbo            | x              | true
            gpt-?                  | openai     | gpt-4                    | x              | false
            gpt-?                  | openai     | gpt-                     | x              | true
            gpt-?                  | openai     | gpt-40                   | x              | true
            *gpt-4*                | openrouter | openai/gpt-4-turbo       | x              | false
            *                      | openai     | gpt-4                    | x              | false
            **                     | openai     | gpt-4                    | x              | false
            *?*                    | openai     | gpt-4                    | x              | false
            openai/*               | openrouter | openai/gpt-4             | x              | false
            # nothing else is special
            gpt.4                  | openai     | gpt-4                    | x              | true
            gpt-[34]               | openai     | gpt-4                    | x              | true
            gpt-{4,5}              | openai     | gpt-4                    | x              | true
            .*                     | openai     | gpt-4                    | x              | true
            gpt\\?                  | openai     | gpt4                     | x              | true
            # several
            o1 o3 gpt-4            | openai     | gpt-4                    | x              | false
            o1 gpt-3* gpt-4*       | openai     | gpt-4                    | x              | false
            o1 gpt-3*              | openai     | gpt-4                    | x              | true
                                   | openai     | gpt-4                    | gpt-4          | true
            # what is made of a model, and another spelling of it
            gpt-4o                 | openai     | ft:gpt-4o:acme::1        | x              | false
            openai/gpt-4o          | openai     | ft:gpt-4o:acme::1        | x              | false
            openai/gpt-4o          | azure      | ft:gpt-4o:acme::1        | x              | true
            gpt-4o*                | openai     | FT:GPT-4o-2024-08-06:a:: | x              | false
            gpt-4o                 | openai     | ft:gpt-4o                | x              | false
            ft:*                   | openai     | ft:gpt-4o:acme::1        | x              | false
            gpt-4                  | openai     | ft:gpt-4o:acme::1        | x              | true
            gpt-4o                 | openai     | ft::gpt-4o               | x              | true
            gemini-3               | google     | models/models/gemini-3   | x              | false
            google/gemini-3        | google     | models/gemini-3          | x              | false
            """)
    void what_is_blocked_by_any_of_its_names_does_not_pass(
            @Nullable String blocked, String provider, String model, String requested, boolean passes) {
        assertThat(passes(null, blocked, provider, model, requested)).isEqualTo(passes);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            gpt-4                  | openai     | gpt-4                    | gpt-4          | true
            GPT-4                  | azure      | gpt-4                    | azure/gpt-4    | true
            gpt-4                  | openai     | gpt-4o                   | gpt-4o         | false
            openai/gpt-4           | openai     | gpt-4                    | gpt-4          | true
            openai/gpt-4           | azure      | gpt-4                    | azure/gpt-4    | false
            openai/*               | openai     | o3                       | o3             | true
            openai/*               | groq       | llama-3.1-8b-instant     | groq/llama     | false
            *-mini                 | openai     | gpt-4o-mini              | gpt-4o-mini    | true
            *-mini                 | openai     | gpt-4o                   | gpt-4o         | false
            *                      | openai     | gpt-4o                   | gpt-4o         | true
            *                      | openrouter | meta/llama               | meta/llama     | true
            *                      |  groq      | openai/gpt-oss-120b      | x              | true
            groq/* gpt-4o          | openai     | gpt-4o                   | gpt-4o         | true
            # an alias opens nothing, and closes nothing
            fast                   | openai     | gpt-4o-mini              | fast           | false
            gpt-4o-mini            | openai     | gpt-4o-mini              | fast           | true
            openai/gpt-4           | evil       | gpt-4                    | openai/gpt-4   | false
            # a slash means a provider, which nobody else's names can stand for
            openai/*               | openrouter | openai/gpt-4             | x              | false
            openrouter/openai/*    | openrouter | openai/gpt-4             | x              | true
            */gpt-4                | openrouter | openai/gpt-4             | x              | true
            # and without one no letter of a provider's name counts
            o*                     | openai     | gpt-4                    | gpt-4          | false
            o*                     | openai     | o3                       | o3             | true
            groq/compound          | groq       | groq/compound            | groq/compound  | true
            groq/*                 | groq       | groq/compound            | x              | true
            # what is made of a model, with it or by itself
            gpt-4o                 | openai     | ft:gpt-4o:acme::1        | x              | true
            openai/gpt-4o          | openai     | ft:gpt-4o:acme::1        | x              | true
            ft:gpt-4o:acme::*      | openai     | ft:gpt-4o:acme::1        | x              | true
            ft:gpt-4o:acme::*      | openai     | gpt-4o                   | x              | false
            gpt-4                  | openai     | ft:gpt-4o:acme::1        | x              | false
            """)
    void where_some_are_allowed_the_others_do_not_pass(
            String allowed, String provider, String model, String requested, boolean passes) {
        assertThat(passes(allowed, null, provider, model, requested)).isEqualTo(passes);
    }

    @Test
    void what_is_blocked_stays_so_when_it_is_allowed_too() {
        assertThat(passes("openai/*", "*-pro", "openai", "gpt-5-pro", "gpt-5-pro"))
                .isFalse();
        assertThat(passes("openai/*", "*-pro", "openai", "gpt-5", "gpt-5")).isTrue();
    }

    @Test
    void an_objection_says_what_it_is_about() {
        ModelRules rules = new ModelRules(List.of("openai/*"), List.of("GPT-4*"));

        assertThat(rules.objection(AskedModel.of("openai", "gpt-4o", "x"))).isEqualTo("blocks gpt-4*");
        assertThat(rules.objection(AskedModel.of("groq", "llama", "x"))).isEqualTo("allows other models only");
    }

    @Test
    void a_question_mark_is_one_character_also_beyond_the_first_plane() {
        assertThat(new Glob("a?b").matches("a\uD83D\uDE00b")).isTrue();
        assertThat(new Glob("a??b").matches("a\uD83D\uDE00b")).isFalse();
    }

    @Test
    void letters_that_fold_to_others_do_not_get_around_a_pattern() {
        // The Kelvin sign is a K.
        assertThat(passes(null, "kimi", "x", "\u212Aimi", "y")).isFalse();
        assertThat(passes(null, "\u0130x", "x", "\u0130X", "y")).isFalse();
    }

    @Test
    void globs_agree_with_regular_expressions() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 50_000; i++) {
            String pattern = text(random, "ab*?", 8);
            String name = text(random, "ab", 10);
            String regex = pattern.replace("?", ".").replace("*", ".*");
            assertThat(new Glob(pattern).matches(name))
                    .as("'%s' and '%s', seed %d", pattern, name, seed)
                    .isEqualTo(Pattern.matches(regex, name));
        }
    }

    @Test
    void patterns_made_to_be_slow_are_not() {
        List<String> patterns = new ArrayList<>();
        for (int i = 0; i < PolicySettings.PATTERNS; i++) {
            patterns.add("*a".repeat(90) + "*" + i + "c");
        }
        patterns.add("*" + "a".repeat(198) + "b");
        ModelRules rules = new ModelRules(List.of(), patterns);
        AskedModel name = AskedModel.of("a", "a".repeat(200), "a".repeat(200));
        AskedModel endless = AskedModel.of("a", "a".repeat(20_000), "x");

        assertTimeoutPreemptively(Duration.ofSeconds(10), () -> {
            for (int i = 0; i < 20; i++) {
                assertThat(rules.objection(name)).isNull();
            }
            assertThat(rules.objection(endless)).isNull();
        });
    }

    private static String text(Random random, String letters, int mostLetters) {
        StringBuilder text = new StringBuilder();
        random.ints(random.nextInt(mostLetters + 1), 0, letters.length()).forEach(i -> text.append(letters.charAt(i)));
        return text.toString();
    }
}
