package dev.comporta.dialect.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.openai.errors.SseException;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseFunctionToolCall;
import com.openai.models.responses.ResponseOutputItem;
import com.openai.models.responses.ResponseOutputMessage;
import com.openai.models.responses.ResponseReasoningItem;
import com.openai.models.responses.ResponseStatus;
import com.openai.models.responses.ResponseStreamEvent;
import dev.comporta.core.TokenUsage;
import dev.comporta.dialect.AnswerSink;
import dev.comporta.dialect.CallerApi;
import dev.comporta.dialect.CallerApi.AnswerContext;
import dev.comporta.dialect.Dropped;
import dev.comporta.dialect.FinishReason;
import dev.comporta.dialect.Json;
import dev.comporta.dialect.ModelRequest;
import dev.comporta.dialect.ProviderError;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("An answer in the words of the Responses API")
class ResponsesApiTest {

    private static final String ID = "0123456789abcdef0123456789abcdef";
    private static final TokenUsage USAGE = new TokenUsage(100, 60, 7, 50, 40);
    private static final CallerApi API = new ResponsesApi();

    private static final Consumer<AnswerSink> HELLO = sink -> {
        sink.start("chatcmpl-1", "m-2026", 5);
        sink.text(0, "Grüße, ");
        sink.text(0, "\"世界\" \uD83C\uDF0A\n");
        sink.finish(0, FinishReason.STOP);
        sink.usage(USAGE);
    };

    /** Thinks, speaks, and calls two tools whose arguments come interleaved. */
    private static final Consumer<AnswerSink> EVERYTHING = sink -> {
        sink.start("msg_1", "claude", 5);
        sink.reasoning(0, "Let me ");
        sink.reasoning(0, "see.");
        sink.reasoningBlock(0, block("thinking").put("thinking", "Let me see.").put("signature", "sig"));
        sink.reasoningBlock(0, block("redacted_thinking").put("data", "hidden"));
        sink.text(0, "I shall ask.");
        sink.annotation(0, citation());
        ObjectNode extra = Json.object();
        extra.putObject("google").put("thought_signature", "thought");
        sink.toolCall(0, 0, "call_a", "weather", extra);
        sink.toolCall(0, 1, "call_b", "time", null);
        sink.toolArguments(0, 0, "{\"city\":");
        sink.toolArguments(0, 1, "{\"zone\":");
        sink.toolArguments(0, 0, "\"Recife\"}");
        sink.toolArguments(0, 1, "\"UTC\"}");
        sink.finish(0, FinishReason.TOOL_CALLS);
        sink.usage(USAGE);
    };

    private static ObjectNode block(String type) {
        return Json.object().put("type", type);
    }

    private static ObjectNode citation() {
        ObjectNode annotation = Json.object().put("type", "url_citation");
        annotation
                .putObject("url_citation")
                .put("start_index", 2)
                .put("end_index", 7)
                .put("url", "https://example.com")
                .put("title", "Example");
        return annotation;
    }

    @Nested
    @DisplayName("as a whole")
    class Whole {

        @Test
        void is_one_message() {
            Response response = body(HELLO);

            assertThat(response.id()).isEqualTo("resp_" + ID);
            assertThat(response.status()).contains(ResponseStatus.COMPLETED);
            assertThat(response.createdAt()).isEqualTo(1_760_000_000.0);
            assertThat(response.output()).hasSize(1);
            ResponseOutputMessage message = response.output().get(0).asMessage();
            assertThat(message.status()).isEqualTo(ResponseOutputMessage.Status.COMPLETED);
            assertThat(message.content().get(0).asOutputText().text()).isEqualTo("Grüße, \"世界\" 🌊\n");
            assertThat(response.usage().orElseThrow().inputTokens()).isEqualTo(100);
            assertThat(response.usage().orElseThrow().inputTokensDetails().cachedTokens())
                    .isEqualTo(60);
            assertThat(response.usage().orElseThrow().outputTokensDetails().reasoningTokens())
                    .isEqualTo(40);
            assertThat(response.usage().orElseThrow().totalTokens()).isEqualTo(150);
        }

        @Test
        void has_reasoning_text_and_calls_as_items() {
            List<ResponseOutputItem> output = body(EVERYTHING).output();

            assertThat(output).hasSize(6);
            ResponseReasoningItem reasoning = output.get(0).asReasoning();
            assertThat(reasoning.summary().get(0).text()).isEqualTo("Let me see.");
            assertThat(output.get(1).asReasoning().summary()).isEmpty();
            assertThat(output.get(2)
                            .asMessage()
                            .content()
                            .get(0)
                            .asOutputText()
                            .annotations()
                            .get(0)
                            .asUrlCitation()
                            .endIndex())
                    .isEqualTo(7);
            assertThat(output.get(3).asReasoning().encryptedContent()).isPresent();
            ResponseFunctionToolCall call = output.get(4).asFunctionCall();
            assertThat(call.callId()).isEqualTo("call_a");
            assertThat(call.arguments()).isEqualTo("{\"city\":\"Recife\"}");
            assertThat(call.status()).contains(ResponseFunctionToolCall.Status.COMPLETED);
            assertThat(output.get(5).asFunctionCall().arguments()).isEqualTo("{\"zone\":\"UTC\"}");
        }

        @Test
        void brings_what_the_provider_sealed_back_with_the_next_request() throws Exception {
            ObjectNode next = Json.object().put("model", "m");
            JsonNode output = Json.tree(written(EVERYTHING, "{\"model\":\"m\"}").getBytes())
                    .path("output");
            next.putArray("input")
                    .add(Json.object().put("role", "user").put("content", "Hi"))
                    .addAll(List.copyOf(List.of(
                            output.get(0), output.get(1), output.get(2), output.get(3), output.get(4), output.get(5))))
                    .add(result("call_a"))
                    .add(result("call_b"));

            JsonNode messages = API.chat(ModelRequest.parse(Buffer.buffer(Json.bytes(next))), new Dropped(true))
                    .path("messages");

            assertThat(messages).hasSize(4);
            JsonNode turn = messages.get(1);
            assertThat(turn.path("content").textValue()).isEqualTo("I shall ask.");
            assertThat(turn.path("reasoning_content").textValue()).isEqualTo("Let me see.");
            assertThat(turn.path("thinking_blocks"))
                    .hasToString("[{\"type\":\"thinking\",\"thinking\":\"Let me see.\",\"signature\":\"sig\"},"
                            + "{\"type\":\"redacted_thinking\",\"data\":\"hidden\"}]");
            assertThat(turn.path("tool_calls")).hasSize(2);
            assertThat(turn.at("/tool_calls/0/extra_content/google/thought_signature")
                            .textValue())
                    .isEqualTo("thought");
            assertThat(turn.at("/tool_calls/1").has("extra_content")).isFalse();
        }

        private static ObjectNode result(String call) {
            return Json.object()
                    .put("type", "function_call_output")
                    .put("call_id", call)
                    .put("output", "ok");
        }

        @ParameterizedTest
        @CsvSource({"LENGTH,max_output_tokens", "CONTENT_FILTER,content_filter"})
        void says_why_it_is_incomplete(FinishReason reason, String word) {
            Response response = body(sink -> {
                sink.start(null, null, 0);
                sink.text(0, "Half a sen");
                sink.finish(0, reason);
            });

            assertThat(response.status()).contains(ResponseStatus.INCOMPLETE);
            assertThat(response.incompleteDetails().orElseThrow().reason().orElseThrow())
                    .hasToString(word);
            assertThat(response.output().get(0).asMessage().status())
                    .isEqualTo(ResponseOutputMessage.Status.INCOMPLETE);
            assertThat(response.usage()).isEmpty();
        }

        @Test
        void marks_a_call_that_was_cut_off_so_that_nobody_makes_it() {
            List<ResponseOutputItem> output = body(sink -> {
                        sink.start(null, null, 0);
                        sink.toolCall(0, 0, "a", "f", null);
                        sink.toolArguments(0, 0, "{}");
                        sink.toolCall(0, 1, "b", "f", null);
                        sink.toolArguments(0, 1, "{\"x\":");
                        sink.toolCall(0, 2, "c", "f", null);
                        sink.finish(0, FinishReason.LENGTH);
                    })
                    .output();

            assertThat(output)
                    .extracting(item -> item.asFunctionCall().status().orElseThrow())
                    .containsExactly(
                            ResponseFunctionToolCall.Status.COMPLETED,
                            ResponseFunctionToolCall.Status.INCOMPLETE,
                            ResponseFunctionToolCall.Status.INCOMPLETE);
        }

        @Test
        void edge_case_25_a_call_without_arguments_has_an_empty_object() {
            Response response = body(sink -> {
                sink.start(null, null, 0);
                sink.toolCall(0, 0, "a", "f", null);
                sink.toolArguments(0, 0, "");
                sink.finish(0, FinishReason.TOOL_CALLS);
            });

            assertThat(response.output().get(0).asFunctionCall().arguments()).isEqualTo("{}");
        }

        @Test
        void has_a_refusal_as_its_own_kind_of_content() {
            Response response = body(sink -> {
                sink.start(null, null, 0);
                sink.text(0, "Well, ");
                sink.refusal(0, "no.");
                sink.finish(0, FinishReason.CONTENT_FILTER);
            });

            assertThat(response.output()).hasSize(2);
            assertThat(response.output()
                            .get(1)
                            .asMessage()
                            .content()
                            .get(0)
                            .asRefusal()
                            .refusal())
                    .isEqualTo("no.");
        }

        @Test
        void is_the_first_choice_where_a_provider_sends_more() {
            Response response = body(sink -> {
                sink.start(null, null, 0);
                sink.text(1, "not asked for");
                sink.toolCall(1, 0, "x", "f", null);
                sink.text(0, "Yes");
                sink.finish(1, FinishReason.LENGTH);
                sink.finish(0, FinishReason.STOP);
            });

            assertThat(response.output()).hasSize(1);
            assertThat(response.status()).contains(ResponseStatus.COMPLETED);
        }

        @Test
        void repeats_the_request_with_the_defaults_of_what_it_did_not_say() throws Exception {
            JsonNode response = Json.tree(written(HELLO, """
                            {"model":"m","input":"Hi","instructions":"Be \\u00e9xact.","temperature":0.20,"top_p":null,
                             "tools":[{"type":"function","name":"f","parameters":{},"strict":true}],"tool_choice":"required",
                             "reasoning":{"effort":"high"},"text":{"verbosity":"low"},"metadata":{"a":"b"},
                             "store":true,"max_output_tokens":18446744073709551616,"parallel_tool_calls":false,"user":7}
                            """).getBytes());

            assertThat(response.path("instructions").textValue()).isEqualTo("Be éxact.");
            assertThat(response.path("temperature").decimalValue()).hasToString("0.20");
            assertThat(response.path("top_p").intValue()).isEqualTo(1);
            assertThat(response.at("/tools/0/name").textValue()).isEqualTo("f");
            assertThat(response.path("tool_choice").textValue()).isEqualTo("required");
            assertThat(response.path("reasoning")).hasToString("{\"effort\":\"high\",\"summary\":null}");
            assertThat(response.path("text")).hasToString("{\"verbosity\":\"low\",\"format\":{\"type\":\"text\"}}");
            assertThat(response.path("metadata")).hasToString("{\"a\":\"b\"}");
            assertThat(response.path("store").booleanValue()).isFalse();
            assertThat(response.path("max_output_tokens")).hasToString("18446744073709551616");
            assertThat(response.path("parallel_tool_calls").booleanValue()).isFalse();
            assertThat(response.path("user").isNull()).isTrue();
            assertThat(response.path("previous_response_id").isNull()).isTrue();
            assertThat(response.has("input")).isFalse();
        }
    }

    @Nested
    @DisplayName("as a stream")
    class Stream {

        @Test
        void tells_a_message_in_the_order_of_the_api() {
            List<ResponseStreamEvent> events = ResponsesSdk.events(stream(HELLO));

            assertThat(ResponsesSdk.types(stream(HELLO)))
                    .containsExactly(
                            "response.created",
                            "response.in_progress",
                            "response.output_item.added",
                            "response.content_part.added",
                            "response.output_text.delta",
                            "response.output_text.delta",
                            "response.output_text.done",
                            "response.content_part.done",
                            "response.output_item.done",
                            "response.completed");
            StringBuilder text = new StringBuilder();
            events.forEach(event -> event.outputTextDelta().ifPresent(delta -> text.append(delta.delta())));
            assertThat(text).hasToString("Grüße, \"世界\" 🌊\n");
        }

        @Test
        void tells_reasoning_and_calls_in_the_order_of_the_api() {
            assertThat(ResponsesSdk.types(stream(EVERYTHING)))
                    .containsExactly(
                            "response.created",
                            "response.in_progress",
                            "response.output_item.added",
                            "response.reasoning_summary_part.added",
                            "response.reasoning_summary_text.delta",
                            "response.reasoning_summary_text.delta",
                            "response.reasoning_summary_text.done",
                            "response.reasoning_summary_part.done",
                            "response.output_item.done",
                            "response.output_item.added",
                            "response.output_item.done",
                            "response.output_item.added",
                            "response.content_part.added",
                            "response.output_text.delta",
                            "response.output_text.annotation.added",
                            "response.output_text.done",
                            "response.content_part.done",
                            "response.output_item.done",
                            "response.output_item.added",
                            "response.output_item.done",
                            "response.output_item.added",
                            "response.output_item.added",
                            "response.function_call_arguments.delta",
                            "response.function_call_arguments.delta",
                            "response.function_call_arguments.delta",
                            "response.function_call_arguments.delta",
                            "response.function_call_arguments.done",
                            "response.output_item.done",
                            "response.function_call_arguments.done",
                            "response.output_item.done",
                            "response.completed");
        }

        @Test
        void ends_with_the_answer_that_would_have_been_the_body() throws Exception {
            for (Consumer<AnswerSink> answer : List.of(HELLO, EVERYTHING)) {
                List<JsonNode> data = ResponsesSdk.data(stream(answer));

                assertThat(data.get(data.size() - 1).path("response"))
                        .isEqualTo(
                                Json.tree(written(answer, "{\"model\":\"m\"}").getBytes()));
                assertThat(ResponsesSdk.accumulated(stream(answer))).isEqualTo(body(answer));
            }
        }

        @Test
        void numbers_its_events_and_names_the_item_of_each() {
            List<JsonNode> data = ResponsesSdk.data(stream(EVERYTHING));
            List<String> items = new ArrayList<>();

            for (int i = 0; i < data.size(); i++) {
                JsonNode event = data.get(i);
                assertThat(event.path("sequence_number").intValue()).isEqualTo(i);
                if (event.path("type").textValue().equals("response.output_item.added")) {
                    assertThat(event.path("output_index").intValue()).isEqualTo(items.size());
                    items.add(event.at("/item/id").textValue());
                } else if (event.has("item_id")) {
                    assertThat(event.path("item_id").textValue())
                            .isEqualTo(items.get(event.path("output_index").intValue()));
                }
            }
            assertThat(items).doesNotHaveDuplicates();
        }

        @Test
        void edge_case_24_interleaved_arguments_belong_to_their_calls() {
            StringBuilder first = new StringBuilder();
            StringBuilder second = new StringBuilder();
            ResponsesSdk.events(stream(EVERYTHING))
                    .forEach(event -> event.functionCallArgumentsDelta()
                            .ifPresent(delta -> (delta.outputIndex() == 4 ? first : second).append(delta.delta())));

            assertThat(first).hasToString("{\"city\":\"Recife\"}");
            assertThat(second).hasToString("{\"zone\":\"UTC\"}");
        }

        @Test
        void edge_case_19_an_empty_piece_is_no_event() {
            CallerApi.EventWriter writer = API.events(context("{\"model\":\"m\"}"));
            writer.start(null, null, 0);
            writer.take();

            writer.text(0, "");
            writer.reasoning(0, "");

            assertThat(writer.take().length()).isZero();
        }

        @Test
        void says_that_it_is_complete_only_when_it_is_closed() {
            CallerApi.EventWriter writer = API.events(context("{\"model\":\"m\"}"));
            HELLO.accept(writer);

            assertThat(ResponsesSdk.types(writer.take())).doesNotContain("response.completed");
            JsonNode last = ResponsesSdk.data(writer.close(TokenUsage.of(3, 4))).get(0);
            assertThat(last.path("type").textValue()).isEqualTo("response.completed");
            assertThat(last.at("/response/usage/total_tokens").intValue()).isEqualTo(7);
        }

        @Test
        void is_incomplete_when_it_was_cut() {
            Buffer events = stream(sink -> {
                sink.start(null, null, 0);
                sink.text(0, "Half");
                sink.finish(0, FinishReason.LENGTH);
            });

            Response response = ResponsesSdk.accumulated(events);
            assertThat(response.status()).contains(ResponseStatus.INCOMPLETE);
            assertThat(ResponsesSdk.types(events)).endsWith("response.incomplete");
        }

        @Test
        void closes_what_a_provider_left_open() {
            Buffer events = stream(sink -> {
                sink.start(null, null, 0);
                sink.text(0, "Done");
                sink.toolCall(0, 0, "a", "f", null);
            });

            assertThat(ResponsesSdk.types(events))
                    .endsWith(
                            "response.function_call_arguments.delta",
                            "response.function_call_arguments.done",
                            "response.output_item.done",
                            "response.completed");
        }

        @Test
        void half_a_character_does_no_harm() {
            Buffer events = stream(sink -> {
                sink.start(null, null, 0);
                sink.text(0, "a\uD83C");
                sink.text(0, "\uDF0A\uD800");
                sink.finish(0, FinishReason.STOP);
            });

            assertThat(ResponsesSdk.accumulated(events)
                            .output()
                            .get(0)
                            .asMessage()
                            .content()
                            .get(0)
                            .asOutputText()
                            .text())
                    .startsWith("a🌊");
        }
    }

    @Nested
    @DisplayName("that fails in the middle")
    class Failing {

        private static final ProviderError TOO_FAST =
                new ProviderError(429, "requests", "rate_limit_exceeded", null, "Try again.", null);

        private Buffer broken(ProviderError error) {
            CallerApi.EventWriter writer = API.events(context("{\"model\":\"m\"}"));
            writer.start(null, null, 0);
            writer.text(0, "Half");
            return Buffer.buffer().appendBuffer(writer.take()).appendBuffer(writer.fail(error));
        }

        @Test
        void makes_the_sdk_raise() {
            SseException raised =
                    catchThrowableOfType(SseException.class, () -> ResponsesSdk.streamed(broken(TOO_FAST)));

            assertThat(raised).hasMessageContaining("Try again.");
            assertThat(raised.code()).contains("rate_limit_exceeded");
        }

        @Test
        void ends_with_a_failed_response_for_who_reads_on() {
            Response failed = ResponsesSdk.accumulated(broken(TOO_FAST));

            assertThat(ResponsesSdk.types(broken(TOO_FAST))).endsWith("error", "response.failed");
            assertThat(failed.status()).contains(ResponseStatus.FAILED);
            assertThat(failed.error().orElseThrow().message()).isEqualTo("Try again.");
            assertThat(failed.output().get(0).asMessage().status()).isEqualTo(ResponseOutputMessage.Status.INCOMPLETE);
        }

        @Test
        void goes_on_counting() {
            List<JsonNode> data = ResponsesSdk.data(broken(TOO_FAST));

            assertThat(data.get(data.size() - 1).path("sequence_number").intValue())
                    .isEqualTo(data.size() - 1);
        }

        @Test
        void has_a_code_even_if_the_provider_gave_none() {
            ProviderError bare = ProviderError.of(500, "server_error", null, "Sorry.");

            assertThat(ResponsesSdk.accumulated(broken(bare))
                            .error()
                            .orElseThrow()
                            .code())
                    .hasToString("server_error");
        }
    }

    private static Response body(Consumer<AnswerSink> answer) {
        return ResponsesSdk.response(written(answer, "{\"model\":\"m\"}"));
    }

    private static Buffer written(Consumer<AnswerSink> answer, String request) {
        CallerApi.BodyWriter writer = API.body(context(request));
        answer.accept(writer);
        return writer.body();
    }

    private static Buffer stream(Consumer<AnswerSink> answer) {
        CallerApi.EventWriter writer = API.events(context("{\"model\":\"m\"}"));
        answer.accept(writer);
        return Buffer.buffer().appendBuffer(writer.take()).appendBuffer(writer.close(USAGE));
    }

    private static AnswerContext context(String request) {
        return new AnswerContext(ModelRequest.parse(Buffer.buffer(request)), ID, 1_760_000_000L, "m");
    }
}
