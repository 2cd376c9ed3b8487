package dev.comporta.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class CloseMatchesTest {

    private static final List<String> NAMES = List.of(
            "anthropic/claude-sonnet-4-5",
            "anthropic/claude-sonnet-4-6",
            "fast",
            "openai/gpt-4.1",
            "openai/gpt-4o",
            "openai/gpt-4o-mini",
            "openai/gpt-4o-transcribe",
            "openai/o3");

    @Test
    void theClosestComesFirst() {
        assertThat(CloseMatches.of("calude-sonnet-4-5", NAMES))
                .containsExactly("anthropic/claude-sonnet-4-5", "anthropic/claude-sonnet-4-6");
    }

    @Test
    void aPartOfANameIsCloseHoweverMuchIsMissing() {
        assertThat(CloseMatches.of("sonnet", NAMES))
                .containsExactly("anthropic/claude-sonnet-4-5", "anthropic/claude-sonnet-4-6");
        assertThat(CloseMatches.of("gpt-4o-2024-08-06", NAMES)).contains("openai/gpt-4o");
    }

    @Test
    void theWrongProviderDoesNotMatter() {
        assertThat(CloseMatches.of("azure/gpt-4o", NAMES)).startsWith("openai/gpt-4o");
    }

    @Test
    void thereAreThreeAtMost() {
        assertThat(CloseMatches.of("gpt-4", NAMES)).hasSize(3).startsWith("openai/gpt-4o");
    }

    @Test
    void nothingIsCloseToNonsense() {
        assertThat(CloseMatches.of("zz", NAMES)).isEmpty();
        assertThat(CloseMatches.of("a-model-that-never-was", NAMES)).isEmpty();
    }
}
