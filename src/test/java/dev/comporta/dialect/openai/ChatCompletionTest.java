package dev.comporta.dialect.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.comporta.core.Seeds;
import dev.comporta.core.TokenUsage;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A whole answer is read for its usage")
class ChatCompletionTest {

    private static final String ANSWER = """
            {"id":"chatcmpl-1","object":"chat.completion","created":1760000000,"model":"m",
             "choices":[{"index":0,"finish_reason":"stop","logprobs":{"content":[{"token":"no","text":"no"}]},
               "message":{"role":"assistant","content":"Hello 😀","reasoning_content":" because","refusal":null,"annotations":[]}},
              {"index":1,"message":{"content":null,"tool_calls":[
                {"id":"call_1","type":"function","function":{"name":"f","arguments":"{\\"a\\":1}"}}]}}],
             "usage":{"prompt_tokens":9,"completion_tokens":5,"total_tokens":14}}
            """;

    @Test
    void its_usage_and_text_are_found() {
        assertThat(parse(ANSWER)).isEqualTo(new ChatCompletion(TokenUsage.of(9, 5), false));
        assertThat(ChatCompletion.text(ANSWER.getBytes(StandardCharsets.UTF_8)))
                .isEqualTo("Hello 😀 becausef{\"a\":1}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"error\":{\"message\":\"no\"}}",
                "{\"error\":\"no\"}",
                "{\"object\":\"x\",\"error\":{\"choices\":[]},\"usage\":null}"
            })
    void edge_case_13_an_error_is_one_whatever_the_status_said(String body) {
        ChatCompletion completion = parse(body);

        assertThat(completion).isNotNull();
        assertThat(completion.error()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"error\":null,\"choices\":[]}",
                "{\"error\":{},\"choices\":[]}",
                "{\"choices\":[{\"error\":{}}]}",
                "{}"
            })
    void an_answer_beside_an_empty_error_is_an_answer(String body) {
        ChatCompletion completion = parse(body);

        assertThat(completion).isNotNull();
        assertThat(completion.error()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "null",
                "\"text\"",
                "[{\"error\":{}}]",
                "<html><body>502</body></html>",
                "{\"choices\":[",
                "{\"choices\":[{]}",
                "{\"choices\":[]} trailing",
                "{}{}",
                "data: {\"choices\":[]}"
            })
    void what_is_not_one_object_is_no_answer(String body) {
        assertThat(parse(body)).isNull();
    }

    @Test
    void nesting_that_would_exhaust_a_stack_is_no_answer() {
        assertThat(parse("{\"choices\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}"))
                .isNull();
        assertThat(parse("{\"x\":" + "{\"x\":".repeat(100_000))).isNull();
    }

    @Test
    void a_damaged_answer_is_read_or_is_none_but_never_breaks_the_gateway() {
        Seeds.each(20_000, random -> {
            byte[] damaged = ANSWER.getBytes(StandardCharsets.UTF_8);
            for (int i = 1 + random.nextInt(3); i > 0; i--) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            }

            ChatCompletion completion = ChatCompletion.parse(damaged);

            if (completion != null && completion.usage() != null) {
                assertThat(completion.usage().inputTokens()).isNotNegative();
                assertThat(completion.usage().outputTokens()).isNotNegative();
            }
        });
    }

    private static @Nullable ChatCompletion parse(String body) {
        return ChatCompletion.parse(body.getBytes(StandardCharsets.UTF_8));
    }
}
