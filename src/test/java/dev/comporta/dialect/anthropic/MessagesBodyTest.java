package dev.comporta.dialect.anthropic;

import static org.assertj.core.api.Assertions.assertThat;

import com.anthropic.models.messages.Message;
import com.anthropic.models.messages.StopReason;
import com.fasterxml.jackson.databind.JsonNode;
import dev.comporta.core.TokenUsage;
import dev.comporta.dialect.FinishReason;
import dev.comporta.dialect.Json;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("A whole message")
class MessagesBodyTest {

    private final MessagesBody writer = new MessagesBody(MessagesCaller.context());

    private Message message() {
        return MessagesCaller.message(writer.body());
    }

    @Test
    void thoughts_words_and_deeds_are_blocks_in_their_order() {
        writer.start("chatcmpl-1", "gpt-x", 1);
        writer.reasoning(0, "A clock ");
        writer.reasoning(0, "would help.");
        writer.text(0, "Let me see.");
        writer.toolCall(0, 0, "a", "weather", null);
        writer.toolCall(0, 1, "b", "clock", null);
        writer.toolArguments(0, 1, "{}");
        writer.toolArguments(0, 0, "{\"city\":");
        writer.toolArguments(0, 0, "\"Rom\"}");
        writer.finish(0, FinishReason.TOOL_CALLS);
        writer.usage(new TokenUsage(100, 60, 30, 7, 2));

        Message message = message();

        assertThat(message.content()).hasSize(4);
        assertThat(message.content().get(0).asThinking().thinking()).isEqualTo("A clock would help.");
        assertThat(message.content().get(1).asText().text()).isEqualTo("Let me see.");
        assertThat(message.content().get(2).asToolUse()._input().convert(JsonNode.class))
                .isEqualTo(MessagesCaller.json("{\"city\":\"Rom\"}"));
        assertThat(message.content().get(3).asToolUse().name()).isEqualTo("clock");
        assertThat(message.stopReason()).contains(StopReason.TOOL_USE);
        assertThat(message.usage().inputTokens()).isEqualTo(10);
        assertThat(message.usage().cacheReadInputTokens()).contains(60L);
        assertThat(message.usage().cacheCreationInputTokens()).contains(30L);
        assertThat(message.usage().outputTokens()).isEqualTo(7);
    }

    @Test
    void a_sealed_block_stands_for_the_reasoning_it_seals() {
        writer.start(null, null, 0);
        writer.reasoning(0, "One");
        writer.reasoningBlock(
                0, Json.object().put("type", "thinking").put("thinking", "One").put("signature", "s1"));
        writer.reasoning(0, "Two");
        writer.reasoningBlock(0, Json.object().put("type", "redacted_thinking").put("data", "xyz"));

        Message message = message();

        assertThat(message.content()).hasSize(3);
        assertThat(message.content().get(0).asThinking().signature()).isEqualTo("s1");
        assertThat(message.content().get(1).asThinking().thinking()).isEqualTo("Two");
        assertThat(message.content().get(2).asRedactedThinking().data()).isEqualTo("xyz");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"a\":1}         | {\"a\":1}",
                "''                | {}",
                "null              | {}",
                "{\"a\":           | {\"INVALID_JSON\":\"{\\\"a\\\":\"}",
                "[1]               | {\"INVALID_JSON\":\"[1]\"}",
                "{} {}             | {\"INVALID_JSON\":\"{} {}\"}"
            })
    void arguments_are_an_object_whatever_the_model_writes(String arguments, String input) {
        writer.toolCall(0, 0, "a", "clock", null);
        writer.toolArguments(0, 0, arguments);

        assertThat(message().content().get(0).asToolUse()._input().convert(JsonNode.class))
                .isEqualTo(MessagesCaller.json(input));
    }

    @ParameterizedTest
    @CsvSource({"STOP, end_turn", "LENGTH, max_tokens", "TOOL_CALLS, tool_use", "CONTENT_FILTER, refusal"})
    void every_reason_has_its_word(FinishReason reason, String word) {
        writer.text(0, "Hi");
        writer.finish(0, reason);

        assertThat(message().stopReason()).contains(StopReason.of(word));
    }

    @Test
    void a_refusal_is_said_and_is_the_reason() {
        writer.refusal(0, "I cannot help.");
        writer.finish(0, FinishReason.STOP);

        assertThat(message().content().get(0).asText().text()).isEqualTo("I cannot help.");
        assertThat(message().stopReason()).contains(StopReason.REFUSAL);
    }

    @Test
    void only_the_first_choice_counts() {
        writer.text(1, "Two");
        writer.refusal(1, "Two");
        writer.reasoning(1, "Two");
        writer.reasoningBlock(1, Json.object());
        writer.toolCall(1, 0, "a", "clock", null);
        writer.toolArguments(1, 0, "{}");
        writer.text(0, "One");
        writer.finish(1, FinishReason.LENGTH);

        assertThat(message().content()).hasSize(1);
        assertThat(message().stopReason()).contains(StopReason.END_TURN);
    }
}
