package dev.comporta.dialect.anthropic;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.comporta.core.TokenUsage;
import dev.comporta.dialect.Translation.Whole;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A whole answer of Anthropic's to a caller who speaks the same dialect")
class AnthropicAnswerTest {

    @Test
    void passes_as_it_is_and_is_looked_at() {
        String body = """
                {"type":"message", "content":[{"type":"thinking","thinking":"Hm. ","signature":"x"},{"type":"text","text":"Hi"},\
                {"type":"tool_use","name":"f","input":{"a":1.0}}],
                 "usage":{"input_tokens":3,"cache_creation_input_tokens":20,"cache_read_input_tokens":100,"output_tokens":5}}""";

        Whole whole = AnthropicAnswer.whole(body.getBytes(UTF_8));

        assertThat(whole).isNotNull();
        assertThat(whole.body().toString()).isEqualTo(body);
        assertThat(whole.usage()).isEqualTo(new TokenUsage(123, 100, 20, 5, 0));
        assertThat(whole.error()).isNull();
        assertThat(whole.text().get()).isEqualTo("Hm. Hif{\"a\":1.0}");
    }

    @Test
    void may_be_an_error_whatever_its_status_said() {
        Whole whole = AnthropicAnswer.whole(
                "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}"
                        .getBytes(UTF_8));

        assertThat(whole).isNotNull();
        assertThat(whole.error()).isNotNull();
        assertThat(whole.error().status()).isEqualTo(503);
        assertThat(whole.body().length()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "1", "{", "<html>", "{} {}"})
    void makes_no_sense_unless_it_is_one_object(String body) {
        assertThat(AnthropicAnswer.whole(body.getBytes(UTF_8))).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "null",
                "[]",
                "{\"input_tokens\":9}",
                "{\"output_tokens\":9}",
                "{\"input_tokens\":-1,\"output_tokens\":9}",
                "{\"input_tokens\":1e400,\"output_tokens\":9}",
                "{\"input_tokens\":9.5,\"output_tokens\":9}",
                "{\"input_tokens\":\"9\",\"output_tokens\":9}"
            })
    void has_no_usage_unless_it_is_whole_and_possible(String usage) {
        Whole whole = AnthropicAnswer.whole(
                "{\"content\":[],\"usage\":%s}".formatted(usage).getBytes(UTF_8));

        assertThat(whole).isNotNull();
        assertThat(whole.usage()).isNull();
    }
}
