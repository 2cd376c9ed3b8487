package dev.comporta.dialect.openai;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.core.TokenUsage;
import dev.comporta.dialect.AnswerSink;
import dev.comporta.dialect.CallerApi.AnswerContext;
import dev.comporta.dialect.CallerApi.BodyWriter;
import dev.comporta.dialect.CallerApi.EventWriter;
import dev.comporta.dialect.Dropped;
import dev.comporta.dialect.FinishReason;
import dev.comporta.dialect.Json;
import dev.comporta.dialect.ModelRequest;
import dev.comporta.dialect.ProviderError;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.util.function.Consumer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@DisplayName("A caller of chat completions is answered")
class ChatCompletionsApiTest {

    private static final ChatCompletionsApi API = new ChatCompletionsApi();
    private static final String HEAD =
            "data: {'id':'a1','object':'chat.completion.chunk','created':7,'model':'real','choices':[";
    private static final String ROLE =
            HEAD + "{'index':0,'delta':{'role':'assistant','content':''},'finish_reason':null}]}\n\n";

    @Test
    void with_what_its_own_request_says() throws IOException {
        String body = "{\"model\":\"m\",\"messages\":[],\"seed\":18446744073709551616,\"odd\":[1.50]}";

        assertThat(API.chat(request(body), new Dropped(true)))
                .hasToString("{\"model\":\"m\",\"messages\":[],\"seed\":18446744073709551616,\"odd\":[1.50]}");
    }

    @Test
    void with_an_error_of_all_four_keys() {
        assertThat(API.error(ProviderError.of(429, "rate_limit_error", null, "Slow \"down\".")))
                .hasToString(
                        "{\"error\":{\"message\":\"Slow \\\"down\\\".\",\"type\":\"rate_limit_error\",\"param\":null,\"code\":null}}");
    }

    @Nested
    @DisplayName("in one body")
    class Whole {

        @Test
        void that_always_has_content_and_refusal() {
            assertThat(body(sink -> {
                        sink.start(null, null, 0);
                        sink.text(0, "He");
                        sink.text(0, "llo");
                        sink.finish(0, FinishReason.STOP);
                    }))
                    .isEqualTo(json("{'id':'chatcmpl-c0ffee','object':'chat.completion','created':1760000000,"
                            + "'model':'asked','system_fingerprint':null,'choices':[{'index':0,'message':"
                            + "{'role':'assistant','content':'Hello','refusal':null},'logprobs':null,"
                            + "'finish_reason':'stop'}]}"));
        }

        @Test
        void that_names_what_the_provider_named() {
            JsonNode body = body(sink -> {
                sink.start("a1", "real", 7);
                sink.finish(0, FinishReason.LENGTH);
            });

            assertThat(body.path("id").asText()).isEqualTo("a1");
            assertThat(body.path("model").asText()).isEqualTo("real");
            assertThat(body.path("created").asInt()).isEqualTo(7);
            assertThat(body.at("/choices/0/finish_reason").asText()).isEqualTo("length");
            assertThat(body.at("/choices/0/message"))
                    .isEqualTo(json("{'role':'assistant','content':'','refusal':null}"));
        }

        @Test
        void with_tool_calls_whose_arguments_are_json_even_if_there_are_none() {
            JsonNode body = body(sink -> {
                sink.start("a1", "real", 7);
                sink.toolCall(0, 0, "call_1", "f", null);
                sink.toolCall(0, 1, "call_2", "g", json("{'google':{'thought_signature':'s'}}"));
                sink.toolArguments(0, 1, "{\"a\":");
                sink.toolArguments(0, 1, "1}");
                sink.finish(0, FinishReason.TOOL_CALLS);
            });

            assertThat(body.at("/choices/0/message"))
                    .isEqualTo(json("{'role':'assistant','content':null,'refusal':null,'tool_calls':["
                            + "{'id':'call_1','type':'function','function':{'name':'f','arguments':'{}'}},"
                            + "{'id':'call_2','type':'function','function':{'name':'g','arguments':'{\\\"a\\\":1}'},"
                            + "'extra_content':{'google':{'thought_signature':'s'}}}]}"));
        }

        @Test
        void with_thoughts_their_seals_and_sources_beside_it() {
            JsonNode body = body(sink -> {
                sink.start("a1", "real", 7);
                sink.reasoning(0, "Hm");
                sink.reasoningBlock(0, json("{'type':'thinking','signature':'s'}"));
                sink.text(0, "Yes");
                sink.annotation(0, json("{'type':'url_citation'}"));
                sink.finish(0, FinishReason.STOP);
            });

            assertThat(body.at("/choices/0/message"))
                    .isEqualTo(json("{'role':'assistant','content':'Yes','refusal':null,'reasoning_content':'Hm',"
                            + "'thinking_blocks':[{'type':'thinking','signature':'s'}],"
                            + "'annotations':[{'type':'url_citation'}]}"));
        }

        @Test
        void with_a_refusal_instead_of_content() {
            JsonNode body = body(sink -> {
                sink.start("a1", "real", 7);
                sink.refusal(0, "No.");
                sink.finish(0, FinishReason.CONTENT_FILTER);
            });

            assertThat(body.at("/choices/0/message"))
                    .isEqualTo(json("{'role':'assistant','content':null,'refusal':'No.'}"));
            assertThat(body.at("/choices/0/finish_reason").asText()).isEqualTo("content_filter");
        }

        @Test
        void with_choices_in_order_and_the_last_usage() {
            JsonNode body = body(sink -> {
                sink.start("a1", "real", 7);
                sink.text(1, "b");
                sink.usage(TokenUsage.of(1, 1));
                sink.text(0, "a");
                sink.usage(new TokenUsage(100, 60, 7, 50, 40));
            });

            assertThat(body.at("/choices/0/message/content").asText()).isEqualTo("a");
            assertThat(body.at("/choices/1/message/content").asText()).isEqualTo("b");
            assertThat(body.path("usage"))
                    .isEqualTo(json("{'prompt_tokens':100,'completion_tokens':50,'total_tokens':150,"
                            + "'prompt_tokens_details':{'cached_tokens':60,'cache_write_tokens':7},"
                            + "'completion_tokens_details':{'reasoning_tokens':40}}"));
        }

        private static JsonNode body(Consumer<AnswerSink> answer) {
            BodyWriter writer = API.body(context(false));
            answer.accept(writer);
            return json(writer.body().toString().replace("'", "’"));
        }
    }

    @Nested
    @DisplayName("in a stream")
    class Streamed {

        @Test
        void whose_first_chunk_says_the_role_and_whose_last_word_is_done() {
            EventWriter writer = API.events(context(false));

            writer.start("a1", "real", 7);
            assertThat(taken(writer)).isEqualTo(ROLE);
            writer.text(0, "Hi");
            writer.text(0, "");
            assertThat(taken(writer))
                    .isEqualTo(HEAD + "{'index':0,'delta':{'content':'Hi'},'finish_reason':null}]}\n\n");
            writer.finish(0, FinishReason.STOP);
            assertThat(taken(writer)).isEqualTo(HEAD + "{'index':0,'delta':{},'finish_reason':'stop'}]}\n\n");
            assertThat(taken(writer)).isEmpty();
            assertThat(writer.close(TokenUsage.of(1, 1))).hasToString("data: [DONE]\n\n");
        }

        @Test
        void with_usage_before_done_if_it_was_asked_for() {
            EventWriter writer = API.events(context(true));

            writer.start("a1", "real", 7);
            writer.usage(TokenUsage.of(1, 1));
            writer.finish(0, FinishReason.LENGTH);
            assertThat(taken(writer))
                    .isEqualTo(HEAD
                            + "{'index':0,'delta':{'role':'assistant','content':''},'finish_reason':null}],'usage':null}\n\n"
                            + HEAD
                            + "{'index':0,'delta':{},'finish_reason':'length'}],'usage':null}\n\n");
            assertThat(quotes(writer.close(new TokenUsage(9, 2, 0, 5, 1))))
                    .isEqualTo(HEAD
                            + "],'usage':{'prompt_tokens':9,'completion_tokens':5,'total_tokens':14,"
                            + "'prompt_tokens_details':{'cached_tokens':2,'cache_write_tokens':0},"
                            + "'completion_tokens_details':{'reasoning_tokens':1}}}\n\ndata: [DONE]\n\n");
        }

        @Test
        void of_tool_calls_that_interleave_and_one_without_arguments() {
            EventWriter writer = API.events(context(false));

            writer.start("a1", "real", 7);
            taken(writer);
            writer.toolCall(0, 0, "call_1", "f", null);
            writer.toolCall(0, 1, "call_2", "g", json("{'google':{}}"));
            writer.toolArguments(0, 0, "");
            writer.toolArguments(0, 1, "[");
            writer.finish(0, FinishReason.TOOL_CALLS);

            assertThat(taken(writer))
                    .isEqualTo(call("'index':0,'id':'call_1','type':'function','function':{'name':'f','arguments':''}")
                            + call("'index':1,'id':'call_2','type':'function','function':{'name':'g','arguments':''},"
                                    + "'extra_content':{'google':{}}")
                            + call("'index':1,'function':{'arguments':'['}")
                            + call("'index':0,'function':{'arguments':'{}'}")
                            + HEAD
                            + "{'index':0,'delta':{},'finish_reason':'tool_calls'}]}\n\n");
        }

        private static String call(String call) {
            return HEAD + "{'index':0,'delta':{'tool_calls':[{" + call + "}]},'finish_reason':null}]}\n\n";
        }

        @Test
        void of_several_choices_each_with_its_role() {
            EventWriter writer = API.events(context(false));

            writer.start("a1", "real", 7);
            writer.text(1, "b");

            assertThat(taken(writer))
                    .isEqualTo(ROLE
                            + ROLE.replace("'index':0", "'index':1")
                            + HEAD
                            + "{'index':1,'delta':{'content':'b'},'finish_reason':null}]}\n\n");
        }

        @Test
        void with_thoughts_refusals_and_sources() {
            EventWriter writer = API.events(context(false));

            writer.start("a1", "real", 7);
            taken(writer);
            writer.reasoning(0, "Hm");
            writer.reasoningBlock(0, json("{'type':'thinking'}"));
            writer.refusal(0, "No");
            writer.annotation(0, json("{'type':'url_citation'}"));

            assertThat(taken(writer))
                    .isEqualTo(delta("'reasoning_content':'Hm'")
                            + delta("'thinking_blocks':[{'type':'thinking'}]")
                            + delta("'refusal':'No'")
                            + delta("'annotations':[{'type':'url_citation'}]"));
        }

        private static String delta(String delta) {
            return HEAD + "{'index':0,'delta':{" + delta + "},'finish_reason':null}]}\n\n";
        }

        @Test
        void that_fails_with_what_was_said_the_error_and_done() {
            EventWriter writer = API.events(context(true));

            writer.start("a1", "real", 7);
            taken(writer);
            assertThat(quotes(writer.fail(new ProviderError(503, "server_error", "overloaded", null, "Later.", null))))
                    .isEqualTo("data: {'error':{'message':'Later.','type':'server_error','param':null,"
                            + "'code':'overloaded'}}\n\ndata: [DONE]\n\n");
        }

        @Test
        void whose_text_is_json_whatever_it_is_and_wherever_it_was_cut() throws IOException {
            StringBuilder all = new StringBuilder();
            for (char c = 0; c < 0x900; c++) {
                all.append(c);
            }
            String text = all + "日本 😀 \ud83d x \ude00 \uffff";
            EventWriter writer = API.events(context(false));
            writer.start("a\"1", "re\\al", 7);
            writer.take();

            writer.text(0, text);

            Buffer event = writer.take();
            JsonNode chunk = Json.tree(event.getBytes("data: ".length(), event.length()));
            assertThat(chunk.at("/choices/0/delta/content").asText()).isEqualTo(text);
            assertThat(chunk.path("id").asText()).isEqualTo("a\"1");
            assertThat(chunk.path("model").asText()).isEqualTo("re\\al");
            assertThat(event.toString()).contains("日本 😀").contains("\\ud83d x \\ude00");
        }

        @Test
        void that_may_be_long() {
            EventWriter writer = API.events(context(false));
            writer.start("a1", "real", 7);
            writer.text(0, "é".repeat(100_000));

            assertThat(writer.take().length()).isGreaterThan(200_000);
            writer.text(0, "x");
            assertThat(taken(writer)).isEqualTo(delta("'content':'x'"));
        }

        private static String taken(EventWriter writer) {
            return quotes(writer.take());
        }

        private static String quotes(Buffer events) {
            return events.toString().replace('"', '\'');
        }
    }

    private static ObjectNode json(String text) {
        try {
            return (ObjectNode) Json.tree(text.replace('\'', '"').getBytes(UTF_8));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static AnswerContext context(boolean includeUsage) {
        return new AnswerContext(
                request("{\"model\":\"asked\",\"stream\":true,\"stream_options\":{\"include_usage\":%s}}"
                        .formatted(includeUsage)),
                "c0ffee",
                1_760_000_000L,
                "asked");
    }

    private static ModelRequest request(String body) {
        return ModelRequest.parse(Buffer.buffer(body));
    }
}
