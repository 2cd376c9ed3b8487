package dev.comporta.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.comporta.core.Seeds;
import dev.comporta.dialect.sse.SseSplitter;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The demo provider")
class DemoUpstreamTest {

    private static final Vertx VERTX = Vertx.vertx();

    private final DemoUpstream demo = new DemoUpstream(VERTX);

    @AfterAll
    static void close() {
        VERTX.close().toCompletionStage().toCompletableFuture().join();
    }

    @Nested
    @DisplayName("echo")
    class Echo {

        @Test
        void says_what_the_user_said_last_to_the_last_space() throws Exception {
            JsonObject answer = ask("""
                    {"model":"echo","messages":[{"role":"system","content":"no"},{"role":"user","content":"no"},
                     {"role":"assistant","content":"no"},{"role":"user","content":" Hello,\\n  world 😀"}]}""");

            assertThat(content(answer)).isEqualTo(" Hello,\n  world 😀");
            assertThat(choice(answer).getString("finish_reason")).isEqualTo("stop");
            assertThat(answer.getString("object")).isEqualTo("chat.completion");
            assertThat(answer.getString("model")).isEqualTo("echo");
        }

        @Test
        void reads_text_parts() throws Exception {
            JsonObject answer = ask("""
                    {"model":"echo","messages":[{"role":"user","content":[{"type":"text","text":"a "},
                     {"type":"image_url","image_url":{"url":"no"}},{"type":"text","text":"b"}]}]}""");

            assertThat(content(answer)).isEqualTo("a b");
        }

        @Test
        void counts_a_word_as_a_token() throws Exception {
            JsonObject usage = ask("""
                    {"model":"echo","messages":[{"role":"system","content":"one two"},{"role":"user","content":"three four five"}]}""").getJsonObject("usage");

            assertThat(usage)
                    .isEqualTo(new JsonObject("{\"prompt_tokens\":5,\"completion_tokens\":3,\"total_tokens\":8}"));
        }

        @ParameterizedTest
        @ValueSource(strings = {"max_tokens", "max_completion_tokens"})
        void stops_at_the_limit_and_says_so(String limit) throws Exception {
            JsonObject answer =
                    ask("{\"model\":\"echo\",\"%s\":2,\"messages\":[{\"role\":\"user\",\"content\":\"a b c\"}]}"
                            .formatted(limit));

            assertThat(content(answer)).isEqualTo("a b");
            assertThat(choice(answer).getString("finish_reason")).isEqualTo("length");
            assertThat(answer.getJsonObject("usage").getInteger("completion_tokens"))
                    .isEqualTo(2);
        }

        @Test
        void at_exactly_the_limit_is_not_cut() throws Exception {
            assertThat(choice(
                                    ask(
                                            "{\"model\":\"echo\",\"max_tokens\":3,\"messages\":[{\"role\":\"user\",\"content\":\"a b c\"}]}"))
                            .getString("finish_reason"))
                    .isEqualTo("stop");
        }
    }

    @Nested
    @DisplayName("lorem")
    class Lorem {

        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                value = {
                    "'' | 60",
                    "\"max_tokens\":null, | 60",
                    "\"max_completion_tokens\":null,\"max_tokens\":null, | 60",
                    "\"max_tokens\":100, | 100",
                    "\"max_completion_tokens\":7,\"max_tokens\":100, | 7",
                    "\"max_completion_tokens\":null,\"max_tokens\":100, | 100",
                    "\"max_tokens\":100.0, | 100",
                    "\"max_tokens\":0, | 1",
                    "\"max_tokens\":-5, | 1",
                    "\"max_tokens\":1000000, | 4096",
                    "\"max_tokens\":2147483648, | 4096",
                    "\"max_tokens\":99999999999999999999999999, | 4096",
                    "\"max_tokens\":1e30, | 4096",
                    "\"max_tokens\":-1e30, | 1"
                })
        void writes_as_many_words_as_it_may(String limit, int words) throws Exception {
            JsonObject answer = ask("{%s\"model\":\"lorem\",\"messages\":[]}".formatted(limit));

            assertThat(content(answer)).startsWith("Lorem");
            assertThat(content(answer).split(" ")).hasSize(words);
            assertThat(answer.getJsonObject("usage").getInteger("completion_tokens"))
                    .isEqualTo(words);
        }
    }

    @Nested
    @DisplayName("with tools")
    class Tools {

        private static final String TOOLS = """
                "tools":[{"type":"function","function":{"name":"weather","parameters":{"type":"object",
                  "properties":{"city":{"type":"string"},"days":{"type":"integer"},"celsius":{"type":"boolean"},
                    "tags":{"type":"array"},"where":{"type":"object"},"any":{"type":["string","null"]},"free":{},"optional":{"type":"string"}},
                  "required":["city","days","celsius","tags","where","any","free","unknown"]}}},
                 {"type":"function","function":{"name":"second"}}]""";

        @Test
        void calls_the_first_one_with_what_it_requires() throws Exception {
            JsonObject answer =
                    ask("{\"model\":\"echo\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]," + TOOLS + "}");

            JsonObject message = choice(answer).getJsonObject("message");
            assertThat(choice(answer).getString("finish_reason")).isEqualTo("tool_calls");
            assertThat(message.getValue("content")).isNull();
            JsonObject call = message.getJsonArray("tool_calls").getJsonObject(0);
            assertThat(call.getString("type")).isEqualTo("function");
            assertThat(call.getJsonObject("function").getString("name")).isEqualTo("weather");
            assertThat(new JsonObject(call.getJsonObject("function").getString("arguments")))
                    .isEqualTo(new JsonObject("""
                            {"city":"demo","days":1,"celsius":true,"tags":[],"where":{},"any":"demo","free":"demo","unknown":"demo"}"""));
        }

        @Test
        void answers_in_words_once_the_tool_has_answered() throws Exception {
            JsonObject answer = ask("""
                    {"model":"echo","messages":[{"role":"user","content":"x y"},{"role":"assistant","content":null,"tool_calls":[]},
                     {"role":"tool","tool_call_id":"call_demo_1","content":"sunny"}],""" + TOOLS + "}");

            assertThat(content(answer)).isEqualTo("x y");
        }

        @Test
        void answers_in_words_if_it_must_not_call_any() throws Exception {
            assertThat(content(ask(
                            "{\"model\":\"echo\",\"tool_choice\":\"none\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],"
                                    + TOOLS + "}")))
                    .isEqualTo("x");
        }

        @Test
        void streams_the_call_with_an_index() throws Exception {
            List<JsonObject> chunks =
                    stream("{\"model\":\"echo\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],"
                            + TOOLS + "}");

            List<JsonObject> calls = chunks.stream()
                    .map(chunk -> choice(chunk).getJsonObject("delta").getJsonArray("tool_calls"))
                    .filter(found -> found != null)
                    .map(found -> found.getJsonObject(0))
                    .toList();
            assertThat(calls).hasSize(1);
            assertThat(calls.get(0).getInteger("index")).isZero();
            assertThat(calls.get(0).getJsonObject("function").getString("name")).isEqualTo("weather");
        }
    }

    @Nested
    @DisplayName("as a stream")
    class Streamed {

        @Test
        void says_the_same_as_in_one_piece() throws Exception {
            String request = "{\"model\":\"echo\",\"messages\":[{\"role\":\"user\",\"content\":\"a b\\n c 😀 \"}]";
            JsonObject whole = ask(request + "}");

            List<JsonObject> chunks = stream(request + ",\"stream\":true}");

            StringBuilder joined = new StringBuilder();
            chunks.forEach(chunk -> joined.append(
                    String.valueOf(choice(chunk).getJsonObject("delta").getString("content", ""))));
            assertThat(joined).hasToString(content(whole));
            assertThat(chunks).allMatch(chunk -> chunk.getString("object").equals("chat.completion.chunk"));
            assertThat(chunks).extracting(chunk -> chunk.getString("id")).containsOnly(whole.getString("id"));
            assertThat(choice(chunks.get(0)).getJsonObject("delta").getString("role"))
                    .isEqualTo("assistant");
            assertThat(choice(chunks.get(chunks.size() - 1)).getString("finish_reason"))
                    .isEqualTo("stop");
            assertThat(chunks).noneMatch(chunk -> chunk.containsKey("usage"));
        }

        @Test
        void tells_its_usage_only_to_who_asks() throws Exception {
            List<JsonObject> chunks = stream("""
                    {"model":"echo","stream":true,"stream_options":{"include_usage":true},"messages":[{"role":"user","content":"a b"}]}""");

            JsonObject last = chunks.get(chunks.size() - 1);
            assertThat(last.getJsonArray("choices")).isEmpty();
            assertThat(last.getJsonObject("usage").getInteger("total_tokens")).isEqualTo(4);
            assertThat(chunks.subList(0, chunks.size() - 1))
                    .allMatch(chunk -> chunk.containsKey("usage") && chunk.getValue("usage") == null);
        }

        @Test
        void is_no_stream_when_stream_is_no_boolean_or_false() throws Exception {
            assertThat(content(ask("{\"model\":\"echo\",\"stream\":\"true\",\"messages\":[]}")))
                    .isEmpty();
            assertThat(content(ask("{\"model\":\"echo\",\"stream\":false,\"messages\":[]}")))
                    .isEmpty();
        }
    }

    @Test
    void gives_the_same_answer_to_the_same_request_and_another_id_to_another() throws Exception {
        String request = "{\"model\":\"lorem\",\"max_tokens\":%d,\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}";

        JsonObject first = ask(request.formatted(5));

        assertThat(ask(request.formatted(5))).isEqualTo(first);
        assertThat(ask(request.formatted(6)).getString("id")).isNotEqualTo(first.getString("id"));
    }

    @Test
    void knows_two_models_and_names_them() throws Exception {
        Answered answered = send("{\"model\":\"gpt-4o\",\"messages\":[]}");

        assertThat(answered.status).isEqualTo(404);
        JsonObject error = new JsonObject(answered.body).getJsonObject("error");
        assertThat(error.getString("code")).isEqualTo("model_not_found");
        assertThat(error.getString("param")).isEqualTo("model");
        assertThat(error.getString("message")).contains("demo/echo", "demo/lorem");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "5",
                "{",
                "{}",
                "{\"model\":null,\"messages\":[]}",
                "{\"model\":5,\"messages\":[]}",
                "{\"model\":{},\"messages\":[]}",
                "{\"model\":\"echo\"}",
                "{\"model\":\"echo\",\"messages\":null}",
                "{\"model\":\"echo\",\"messages\":\"x\"}",
                "{\"model\":\"echo\",\"messages\":{}}",
                "{\"model\":\"echo\",\"messages\":[null]}",
                "{\"model\":\"echo\",\"messages\":[\"x\",5,[]]}",
                "{\"model\":\"echo\",\"messages\":[{\"role\":5,\"content\":5}]}",
                "{\"model\":\"echo\",\"messages\":[{\"role\":\"user\",\"content\":null}]}",
                "{\"model\":\"echo\",\"messages\":[{\"role\":\"user\",\"content\":[null,5,{\"text\":null}]}]}",
                "{\"model\":\"echo\",\"messages\":[],\"max_tokens\":\"5\"}",
                "{\"model\":\"echo\",\"messages\":[],\"max_tokens\":{}}",
                "{\"model\":\"echo\",\"messages\":[],\"max_completion_tokens\":[]}",
                "{\"model\":\"echo\",\"messages\":[],\"tools\":\"x\"}",
                "{\"model\":\"echo\",\"messages\":[],\"tools\":[null]}",
                "{\"model\":\"echo\",\"messages\":[],\"tools\":[5]}",
                "{\"model\":\"echo\",\"messages\":[],\"tools\":[{}]}",
                "{\"model\":\"echo\",\"messages\":[],\"tools\":[{\"function\":null}]}",
                "{\"model\":\"echo\",\"messages\":[],\"tools\":[{\"function\":\"x\"}]}",
                "{\"model\":\"echo\",\"messages\":[],\"tools\":[{\"function\":{\"name\":null,\"parameters\":null}}]}",
                "{\"model\":\"echo\",\"messages\":[],\"tools\":[{\"function\":{\"parameters\":{\"properties\":null,\"required\":null}}}]}",
                "{\"model\":\"echo\",\"messages\":[],\"tools\":[{\"function\":{\"parameters\":{\"properties\":{\"a\":null},\"required\":[\"a\",null,5]}}}]}",
                "{\"model\":\"echo\",\"messages\":[],\"tools\":[{\"function\":{\"parameters\":{\"required\":\"x\"}}}]}",
                "{\"model\":\"echo\",\"messages\":[null],\"tools\":[{\"function\":{\"name\":\"f\"}}]}",
                "{\"model\":\"echo\",\"messages\":[{\"role\":{}}],\"tools\":[{\"function\":{\"name\":\"f\"}}]}",
                "{\"model\":\"echo\",\"messages\":[],\"stream\":true,\"stream_options\":null}",
                "{\"model\":\"echo\",\"messages\":[],\"stream\":true,\"stream_options\":[]}",
                "{\"model\":\"echo\",\"messages\":[{\"role\":\"user\",\"content\":\"\\ud800\\u0000\"}]}"
            })
    void answers_whatever_is_asked_with_an_answer_or_an_error(String request) throws Exception {
        assertAnswerOrError(send(request));
    }

    @Test
    void survives_every_damage_to_a_request() {
        String[] values = {"null", "5", "1e30", "\"x\"", "[]", "{}", "[null]", "[{}]", "{\"role\":null}", "true"};
        String[] names = {
            "model",
            "messages",
            "role",
            "content",
            "tools",
            "function",
            "name",
            "parameters",
            "properties",
            "required",
            "stream",
            "max_tokens",
            "tool_choice",
            "stream_options",
            "text",
            "type"
        };
        String whole = """
                {"model":"echo","messages":[{"role":"user","content":[{"type":"text","text":"a"}]},{"role":"user","content":"x"}],
                 "tools":[{"type":"function","function":{"name":"f","parameters":{"properties":{"a":{"type":"object"}},"required":["a"]}}}],
                 "max_tokens":3,"tool_choice":"auto","stream":false,"stream_options":{"include_usage":true}}""";
        Seeds.each(2_000, random -> {
            JsonObject request = new JsonObject(whole);
            for (int i = 1 + random.nextInt(3); i > 0; i--) {
                String name = names[random.nextInt(names.length)];
                replace(request, name, values[random.nextInt(values.length)]);
            }
            try {
                demo.send(request(request.encode())).reset();
            } catch (RuntimeException e) {
                throw new AssertionError("no answer to " + request.encode(), e);
            }
        });
    }

    @Test
    void a_megabyte_of_blanks_holds_nobody_up() {
        Upstream.Request request = request("{\"model\":\"echo\",\"messages\":[{\"role\":\"user\",\"content\":\"a%s\"}]}"
                .formatted(" ".repeat(1 << 20)));

        // An event loop was once held up for minutes.
        assertTimeoutPreemptively(Duration.ofSeconds(10), () -> demo.send(request));
    }

    @Test
    void a_given_up_stream_sends_nothing_more() throws Exception {
        CompletableFuture<Integer> seenAfterReset = new CompletableFuture<>();
        VERTX.runOnContext(start -> {
            Upstream.Exchange exchange = demo.send(request("{\"model\":\"lorem\",\"stream\":true,\"messages\":[]}"));
            int[] after = {0};
            boolean[] reset = {false};
            exchange.answer()
                    .onSuccess(answer -> answer.body()
                            .handler(chunk -> {
                                if (reset[0]) {
                                    after[0]++;
                                }
                                reset[0] = true;
                                exchange.reset();
                                exchange.reset();
                                VERTX.setTimer(60, later -> seenAfterReset.complete(after[0]));
                            })
                            .resume());
        });

        assertThat(seenAfterReset.get(10, TimeUnit.SECONDS)).isZero();
    }

    private void assertAnswerOrError(Answered answered) {
        if (answered.contentType.startsWith("text/event-stream")) {
            assertThat(answered.body.toString()).endsWith("data: [DONE]\n\n");
            return;
        }
        JsonObject body = new JsonObject(answered.body);
        if (answered.status == 200) {
            assertThat(body.getString("object")).isEqualTo("chat.completion");
        } else {
            assertThat(answered.status).isIn(400, 404);
            assertThat(body.getJsonObject("error").fieldNames())
                    .containsExactlyInAnyOrder("message", "type", "param", "code");
        }
    }

    private static void replace(Object in, String name, String json) {
        if (in instanceof JsonObject object) {
            object.fieldNames().forEach(field -> replace(object.getValue(field), name, json));
            if (object.containsKey(name)) {
                object.put(name, new JsonArray("[" + json + "]").getValue(0));
            }
        } else if (in instanceof JsonArray array) {
            array.forEach(element -> replace(element, name, json));
        }
    }

    private JsonObject ask(String request) throws Exception {
        Answered answered = send(request);
        assertThat(answered.status).as("status of %s", answered.body).isEqualTo(200);
        assertThat(answered.contentType).isEqualTo("application/json");
        return new JsonObject(answered.body);
    }

    private List<JsonObject> stream(String request) throws Exception {
        Answered answered = send(request);
        assertThat(answered.contentType).startsWith("text/event-stream");
        List<String> events = new ArrayList<>();
        new SseSplitter(1 << 20)
                .feed(
                        answered.body,
                        event -> events.add(Buffer.buffer(event.data()).toString()));
        assertThat(events).endsWith("[DONE]");
        return events.subList(0, events.size() - 1).stream()
                .map(JsonObject::new)
                .toList();
    }

    private Answered send(String request) throws Exception {
        CompletableFuture<Answered> read = new CompletableFuture<>();
        VERTX.runOnContext(start -> {
            try {
                demo.send(request(request)).answer().onSuccess(answer -> {
                    Buffer body = Buffer.buffer();
                    answer.body()
                            .handler(body::appendBuffer)
                            .endHandler(end -> read.complete(new Answered(
                                    answer.status(), answer.headers().get("content-type"), body)))
                            .resume();
                });
            } catch (RuntimeException e) {
                read.completeExceptionally(e);
            }
        });
        return read.get(30, TimeUnit.SECONDS);
    }

    private static Upstream.Request request(String body) {
        return new Upstream.Request("/chat/completions", HttpHeaders.headers(), null, false, Buffer.buffer(body));
    }

    private static JsonObject choice(JsonObject answer) {
        return answer.getJsonArray("choices").getJsonObject(0);
    }

    private static String content(JsonObject answer) {
        return choice(answer).getJsonObject("message").getString("content");
    }

    private record Answered(int status, String contentType, Buffer body) {}
}
