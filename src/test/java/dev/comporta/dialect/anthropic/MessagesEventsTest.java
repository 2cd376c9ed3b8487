package dev.comporta.dialect.anthropic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.anthropic.models.messages.ContentBlock;
import com.anthropic.models.messages.Message;
import com.anthropic.models.messages.StopReason;
import com.anthropic.models.messages.TextBlock;
import com.anthropic.models.messages.ThinkingBlock;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.core.Seeds;
import dev.comporta.core.TokenUsage;
import dev.comporta.dialect.FinishReason;
import dev.comporta.dialect.Json;
import dev.comporta.dialect.ProviderError;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A stream of a message")
class MessagesEventsTest {

    private static final TokenUsage USED = new TokenUsage(100, 60, 30, 7, 2);

    private final MessagesEvents writer = new MessagesEvents(MessagesCaller.context());

    private Buffer whole(FinishReason reason) {
        writer.finish(0, reason);
        return writer.close(USED);
    }

    private static List<String> kinds(Buffer written) {
        return MessagesCaller.events(written).stream()
                .map(event -> event.path("type").textValue())
                .toList();
    }

    @Test
    void what_the_model_says_is_one_block_of_text() {
        writer.start("chatcmpl-1", "gpt-x", 1);
        writer.text(0, "Hello ");
        writer.text(0, "“you” 😀\n");

        Message message = MessagesCaller.accumulated(whole(FinishReason.STOP));

        assertThat(message.id()).isEqualTo("msg_0123456789abcdef0123456789abcdef");
        assertThat(message.model().asString()).isEqualTo("gpt-x");
        assertThat(message.content()).hasSize(1);
        assertThat(message.content().get(0).asText().text()).isEqualTo("Hello “you” 😀\n");
        assertThat(message.stopReason()).contains(StopReason.END_TURN);
    }

    @Test
    void the_cache_is_counted_beside_the_input() {
        writer.start(null, null, 0);
        writer.text(0, "Hi");

        Message message = MessagesCaller.accumulated(whole(FinishReason.LENGTH));

        assertThat(message.usage().inputTokens()).isEqualTo(10);
        assertThat(message.usage().cacheReadInputTokens()).contains(60L);
        assertThat(message.usage().cacheCreationInputTokens()).contains(30L);
        assertThat(message.usage().outputTokens()).isEqualTo(7);
        assertThat(message.stopReason()).contains(StopReason.MAX_TOKENS);
        assertThat(message.model().asString()).isEqualTo("claude");
    }

    @Test
    void nothing_is_said_before_the_first_piece_and_nothing_of_the_end_before_the_accounts_are_closed() {
        writer.start(null, null, 0);
        assertThat(writer.take().length()).isZero();
        writer.text(0, "Hi");
        writer.finish(0, FinishReason.STOP);

        assertThat(kinds(writer.take()))
                .containsExactly("message_start", "content_block_start", "content_block_delta", "content_block_stop");
        assertThat(kinds(writer.close(USED))).containsExactly("message_delta", "message_stop");
    }

    @Test
    void parallel_tool_calls_follow_each_other_however_their_fragments_interleave() {
        writer.start(null, null, 0);
        writer.text(0, "Let me see.");
        writer.toolCall(0, 0, "a", "weather", null);
        writer.toolCall(0, 1, "b", "weather", null);
        writer.toolArguments(0, 0, "{\"city\":");
        writer.toolArguments(0, 1, "{\"city\":\"U");
        writer.toolArguments(0, 0, "\"R\\\"}o");
        writer.toolArguments(0, 1, "lm\"}");
        writer.toolArguments(0, 0, "m\"}");

        List<ContentBlock> content =
                MessagesCaller.accumulated(whole(FinishReason.TOOL_CALLS)).content();

        assertThat(content).hasSize(3);
        assertThat(content.get(1).asToolUse().id()).isEqualTo("a");
        assertThat(content.get(1).asToolUse()._input().convert(JsonNode.class))
                .isEqualTo(MessagesCaller.json("{\"city\":\"R\\\"}om\"}"));
        assertThat(content.get(2).asToolUse().id()).isEqualTo("b");
        assertThat(content.get(2).asToolUse()._input().convert(JsonNode.class))
                .isEqualTo(MessagesCaller.json("{\"city\":\"Ulm\"}"));
    }

    @Test
    void every_story_arrives_whole_in_whatever_order_it_is_told() {
        Seeds.each(300, random -> {
            MessagesEvents teller = new MessagesEvents(MessagesCaller.context());
            teller.start(null, null, 0);
            List<Deque<String>> arguments = new ArrayList<>();
            List<JsonNode> inputs = new ArrayList<>();
            StringBuilder said = new StringBuilder();
            StringBuilder thought = new StringBuilder();
            for (int i = 0; i < 40 || arguments.stream().anyMatch(left -> !left.isEmpty()); i++) {
                String piece = "%d} \"{\\ ".formatted(i);
                switch (random.nextInt(i < 40 ? 8 : 4)) {
                    case 4 -> {
                        teller.text(0, piece);
                        said.append(piece);
                    }
                    case 5 -> {
                        teller.reasoning(0, piece);
                        thought.append(piece);
                    }
                    case 6 -> {
                        ObjectNode input = Json.object().put(piece, random.nextInt());
                        input.putArray("nested").addObject().put("text", piece);
                        inputs.add(MessagesCaller.json(Json.text(input)));
                        teller.toolCall(0, arguments.size(), "call_" + arguments.size(), "tool", null);
                        arguments.add(new ArrayDeque<>(List.of(Json.text(input).split("(?<=\\G.{7})"))));
                    }
                    default -> {
                        int tool = arguments.isEmpty() ? 0 : random.nextInt(arguments.size());
                        if (!arguments.isEmpty() && !arguments.get(tool).isEmpty()) {
                            teller.toolArguments(0, tool, arguments.get(tool).removeFirst());
                        }
                    }
                }
            }
            teller.finish(0, FinishReason.TOOL_CALLS);
            List<ContentBlock> content =
                    MessagesCaller.accumulated(teller.close(USED)).content();

            assertThat(content.stream()
                            .flatMap(block -> block.text().stream())
                            .map(TextBlock::text)
                            .collect(Collectors.joining()))
                    .isEqualTo(said.toString());
            assertThat(content.stream()
                            .flatMap(block -> block.thinking().stream())
                            .map(ThinkingBlock::thinking)
                            .collect(Collectors.joining()))
                    .isEqualTo(thought.toString());
            assertThat(content.stream()
                            .flatMap(block -> block.toolUse().stream())
                            .map(use -> use._input().convert(JsonNode.class)))
                    .isEqualTo(inputs);
        });
    }

    @Test
    void a_tool_call_whose_arguments_are_complete_makes_way_at_once() {
        writer.start(null, null, 0);
        writer.toolCall(0, 0, "a", "weather", null);
        writer.toolArguments(0, 0, "{\"city\":\"}\"}");
        writer.take();
        writer.toolCall(0, 1, "b", "weather", null);

        assertThat(kinds(writer.take())).containsExactly("content_block_stop", "content_block_start");
    }

    @Test
    void a_tool_call_that_is_not_complete_holds_up_what_comes_behind_it() {
        writer.start(null, null, 0);
        writer.toolCall(0, 0, "a", "clock", null);
        writer.toolArguments(0, 0, "{");
        writer.take();
        writer.text(0, "While ");
        writer.text(0, "we wait");
        writer.toolCall(0, 1, "b", "clock", null);
        assertThat(writer.take().length()).isZero();

        writer.toolArguments(0, 0, "}");
        assertThat(kinds(writer.take()))
                .containsExactly(
                        "content_block_delta",
                        "content_block_stop",
                        "content_block_start",
                        "content_block_delta",
                        "content_block_stop",
                        "content_block_start");
    }

    @Test
    void no_arguments_are_an_empty_object() {
        writer.start(null, null, 0);
        writer.toolCall(0, 0, "a", "clock", null);
        writer.toolCall(0, 1, "b", "clock", null);
        writer.toolArguments(0, 1, "");

        Message message = MessagesCaller.accumulated(whole(FinishReason.TOOL_CALLS));

        assertThat(message.stopReason()).contains(StopReason.TOOL_USE);
        assertThat(message.content())
                .hasSize(2)
                .allSatisfy(block -> assertThat(block.asToolUse()._input().convert(JsonNode.class))
                        .isEqualTo(MessagesCaller.json("{}")));
    }

    @Test
    void what_the_model_thinks_is_a_block_without_a_signature() {
        writer.start(null, null, 0);
        writer.reasoning(0, "The sun ");
        writer.reasoning(0, "is high.");
        writer.text(0, "Noon.");

        List<ContentBlock> content =
                MessagesCaller.accumulated(whole(FinishReason.STOP)).content();

        assertThat(content).hasSize(2);
        assertThat(content.get(0).asThinking().thinking()).isEqualTo("The sun is high.");
        assertThat(content.get(0).asThinking().signature()).isEmpty();
        assertThat(content.get(1).asText().text()).isEqualTo("Noon.");
    }

    @Test
    void a_seal_ends_the_block_and_is_not_said_twice() {
        writer.start(null, null, 0);
        writer.reasoning(0, "One");
        writer.reasoningBlock(
                0, Json.object().put("type", "thinking").put("thinking", "One").put("signature", "s1"));
        writer.reasoning(0, "Two");
        writer.reasoningBlock(0, Json.object().put("type", "redacted_thinking").put("data", "xyz"));
        writer.reasoningBlock(
                0,
                Json.object().put("type", "thinking").put("thinking", "Three").put("signature", "s3"));
        writer.text(0, "Noon.");

        List<ContentBlock> content =
                MessagesCaller.accumulated(whole(FinishReason.STOP)).content();

        assertThat(content).hasSize(5);
        assertThat(content.get(0).asThinking().thinking()).isEqualTo("One");
        assertThat(content.get(0).asThinking().signature()).isEqualTo("s1");
        assertThat(content.get(1).asThinking().thinking()).isEqualTo("Two");
        assertThat(content.get(1).asThinking().signature()).isEmpty();
        assertThat(content.get(2).asRedactedThinking().data()).isEqualTo("xyz");
        assertThat(content.get(3).asThinking().thinking()).isEqualTo("Three");
        assertThat(content.get(3).asThinking().signature()).isEqualTo("s3");
    }

    @Test
    void a_refusal_is_said_and_is_the_reason() {
        writer.start(null, null, 0);
        writer.refusal(0, "I cannot help.");

        Message message = MessagesCaller.accumulated(whole(FinishReason.STOP));

        assertThat(message.content().get(0).asText().text()).isEqualTo("I cannot help.");
        assertThat(message.stopReason()).contains(StopReason.REFUSAL);
    }

    @Test
    void only_the_first_choice_counts() {
        writer.start(null, null, 0);
        writer.text(1, "Two");
        writer.reasoning(1, "Two");
        writer.refusal(1, "Two");
        writer.reasoningBlock(1, Json.object().put("type", "thinking"));
        writer.toolCall(1, 0, "b", "clock", null);
        writer.toolArguments(1, 0, "{");
        writer.text(0, "One");
        writer.finish(1, FinishReason.LENGTH);

        Message message = MessagesCaller.accumulated(whole(FinishReason.STOP));

        assertThat(message.content()).hasSize(1);
        assertThat(message.content().get(0).asText().text()).isEqualTo("One");
        assertThat(message.stopReason()).contains(StopReason.END_TURN);
    }

    @Test
    void a_message_may_say_nothing() {
        writer.start(null, null, 0);

        assertThat(MessagesCaller.accumulated(whole(FinishReason.STOP)).content())
                .isEmpty();
    }

    @Test
    void a_failure_in_the_middle_is_an_event_of_its_own() {
        writer.start(null, null, 0);
        writer.text(0, "Hi");
        writer.take();

        Buffer end = writer.fail(ProviderError.of(503, "server_error", "server_is_overloaded", "Try \"later\"."));

        assertThat(end.toString()).isEqualTo("""
                        event: error
                        data: {"type":"error","error":{"type":"overloaded_error","message":"Try \\"later\\".",\
                        "code":"server_is_overloaded"}}

                        """);
    }

    @Test
    void half_a_character_waits_for_the_other_half_at_the_caller() {
        writer.start(null, null, 0);
        writer.text(0, "a\ud83d");
        writer.text(0, "\ude00b");

        assertThat(MessagesCaller.accumulated(whole(FinishReason.STOP))
                        .content()
                        .get(0)
                        .asText()
                        .text())
                .isEqualTo("a😀b");
    }

    @Test
    void what_waits_is_bounded() {
        writer.start(null, null, 0);
        writer.toolCall(0, 0, "a", "clock", null);
        String much = "x".repeat(1 << 20);

        assertThatThrownBy(() -> {
                    for (int i = 0; i <= 16; i++) {
                        writer.text(0, much);
                    }
                })
                .isInstanceOf(IllegalStateException.class);
    }
}
