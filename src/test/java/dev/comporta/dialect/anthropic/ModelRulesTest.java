package dev.comporta.dialect.anthropic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.comporta.dialect.anthropic.ModelRules.ForcedTools;
import dev.comporta.dialect.anthropic.ModelRules.Sampling;
import dev.comporta.dialect.anthropic.ModelRules.Thinking;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("What a model takes is known by its name")
class ModelRulesTest {

    @ParameterizedTest
    @CsvSource({
        "claude-3-haiku-20240307,            NONE,     YES,               FREE,  true,  false",
        "claude-3-opus-20240229,             NONE,     YES,               FREE,  true,  false",
        "claude-3-5-sonnet-20241022,         NONE,     YES,               FREE,  true,  false",
        "claude-3-5-haiku-20241022,          NONE,     YES,               FREE,  true,  false",
        "claude-3-7-sonnet-20250219,         BUDGET,   WHEN_NOT_THINKING, FREE,  true,  false",
        "claude-sonnet-4-20250514,           BUDGET,   WHEN_NOT_THINKING, FREE,  true,  false",
        "claude-opus-4-0,                    BUDGET,   WHEN_NOT_THINKING, FREE,  true,  false",
        "claude-opus-4-1-20250805,           BUDGET,   WHEN_NOT_THINKING, ONE,   true,  false",
        "claude-sonnet-4-5-20250929,         BUDGET,   WHEN_NOT_THINKING, ONE,   true,  true",
        "claude-opus-4-5,                    BUDGET,   WHEN_NOT_THINKING, ONE,   true,  true",
        "claude-haiku-4-5-20251001,          BUDGET,   WHEN_NOT_THINKING, ONE,   true,  true",
        "anthropic/claude-haiku-4.5,         BUDGET,   WHEN_NOT_THINKING, ONE,   true,  true",
        "us.anthropic.claude-opus-4-5@20251101, BUDGET, WHEN_NOT_THINKING, ONE,  true,  true",
        "claude-opus-4-6,                    ADAPTIVE, WHEN_NOT_THINKING, ONE,   false, true",
        "claude-sonnet-4-6,                  ADAPTIVE, WHEN_NOT_THINKING, ONE,   false, true",
        "claude-opus-4-7,                    ADAPTIVE, WHEN_NOT_THINKING, FIXED, false, true",
        "claude-opus-4-8,                    ADAPTIVE, WHEN_NOT_THINKING, FIXED, false, true",
        "claude-sonnet-5,                    ADAPTIVE, WHEN_NOT_THINKING, FIXED, false, true",
        "claude-opus-5,                      ADAPTIVE, WHEN_NOT_THINKING, FIXED, false, true",
        "claude-fable-5,                     ALWAYS,   YES,               FIXED, false, true",
        "claude-haiku-5-5,                   ALWAYS,   YES,               FIXED, false, true",
        "claude-fable-5-1,                   ALWAYS,   NO,                FIXED, false, true",
        "claude-opus-5-5,                    ALWAYS,   NO,                FIXED, false, true",
        "claude-sonnet-5-5,                  ALWAYS,   NO,                FIXED, false, true",
        "Claude-Opus-5-5,                    ALWAYS,   NO,                FIXED, false, true",
    })
    void of_the_models_there_are(
            String model,
            Thinking thinking,
            ForcedTools forcedTools,
            Sampling sampling,
            boolean prefill,
            boolean structuredOutput) {
        ModelRules rules = ModelRules.of(model);

        assertThat(rules.thinking()).isEqualTo(thinking);
        assertThat(rules.forcedTools()).isEqualTo(forcedTools);
        assertThat(rules.sampling()).isEqualTo(sampling);
        assertThat(rules.prefill()).isEqualTo(prefill);
        assertThat(rules.structuredOutput()).isEqualTo(structuredOutput);
    }

    @Test
    void a_model_nobody_has_heard_of_is_taken_for_one_of_the_newest() {
        ModelRules newest = ModelRules.of("claude-opus-5-5");

        for (String model : new String[] {"claude-opus-6", "claude-haiku-6-1-20270101", "m", "", "a\nb"}) {
            assertThat(ModelRules.of(model)).as(model).isEqualTo(newest);
        }
    }
}
