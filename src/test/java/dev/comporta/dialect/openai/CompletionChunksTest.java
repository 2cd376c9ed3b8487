package dev.comporta.dialect.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.comporta.dialect.sse.SseSplitter;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Edge case 12: a whole answer to a caller that asked for a stream")
class CompletionChunksTest {

    private static final String TWO_CHOICES = """
            {"id":"c","object":"chat.completion","created":1760000000,"model":"m","service_tier":"default","x":9223372036854775807,
             "choices":[
               {"index":0,"finish_reason":"stop","logprobs":{"content":[]},
                "message":{"role":"assistant","content":"Hello\\n\\ndata: 😀","refusal":null}},
               {"index":1,"finish_reason":"tool_calls","logprobs":null,
                "message":{"role":"assistant","content":null,"tool_calls":[
                  {"id":"call_1","type":"function","function":{"name":"f","arguments":"{\\"a\\":1}"}},
                  {"id":"call_2","type":"function","function":{"name":"g","arguments":""}}]}}],
             "usage":{"prompt_tokens":9,"completion_tokens":5,"total_tokens":14}}
            """;

    @Test
    void is_a_chunk_of_content_a_chunk_of_the_end_and_done() throws IOException {
        List<String> events = events(TWO_CHOICES, false);

        assertThat(events).hasSize(3);
        assertThat(events.get(2)).isEqualTo("[DONE]");
        JsonObject content = new JsonObject(events.get(0));
        JsonObject end = new JsonObject(events.get(1));
        for (JsonObject chunk : List.of(content, end)) {
            assertThat(chunk.getString("object")).isEqualTo("chat.completion.chunk");
            assertThat(chunk.getString("id")).isEqualTo("c");
            assertThat(chunk.getInteger("created")).isEqualTo(1760000000);
            assertThat(chunk.getString("model")).isEqualTo("m");
            assertThat(chunk.getString("service_tier")).isEqualTo("default");
            assertThat(chunk.getLong("x")).isEqualTo(Long.MAX_VALUE);
            assertThat(chunk.getJsonArray("choices")).hasSize(2);
        }
        JsonObject first = content.getJsonArray("choices").getJsonObject(0);
        assertThat(first.getInteger("index")).isZero();
        assertThat(first.getValue("finish_reason")).isNull();
        assertThat(first.getJsonObject("delta").getString("content")).isEqualTo("Hello\n\ndata: 😀");
        assertThat(first.getJsonObject("delta").getString("role")).isEqualTo("assistant");
        assertThat(first.getJsonObject("logprobs")).isNotNull();
        assertThat(end.getJsonArray("choices").getJsonObject(0))
                .isEqualTo(new JsonObject("{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}"));
        assertThat(end.getJsonArray("choices").getJsonObject(1))
                .isEqualTo(new JsonObject("{\"index\":1,\"delta\":{},\"finish_reason\":\"tool_calls\"}"));
    }

    @Test
    void numbers_the_tool_calls_because_a_stream_needs_it() throws IOException {
        JsonObject content = new JsonObject(events(TWO_CHOICES, false).get(0));

        JsonArray calls = content.getJsonArray("choices")
                .getJsonObject(1)
                .getJsonObject("delta")
                .getJsonArray("tool_calls");
        assertThat(calls.getJsonObject(0).getInteger("index")).isZero();
        assertThat(calls.getJsonObject(1).getInteger("index")).isEqualTo(1);
        assertThat(calls.getJsonObject(0).getJsonObject("function").getString("arguments"))
                .isEqualTo("{\"a\":1}");
    }

    @Test
    void tells_its_usage_last_if_the_caller_asked() throws IOException {
        List<String> events = events(TWO_CHOICES, true);

        assertThat(events).hasSize(4);
        JsonObject last = new JsonObject(events.get(2));
        assertThat(last.getJsonArray("choices")).isEmpty();
        assertThat(last.getJsonObject("usage").getInteger("total_tokens")).isEqualTo(14);
        assertThat(new JsonObject(events.get(0)).getValue("usage")).isNull();
        assertThat(new JsonObject(events.get(1)).getValue("usage")).isNull();
    }

    @Test
    void tells_no_usage_if_nobody_asked_or_nobody_knows() throws IOException {
        assertThat(events(TWO_CHOICES, false)).noneMatch(event -> event.contains("usage"));
        assertThat(events("{\"choices\":[]}", true)).noneMatch(event -> event.contains("usage"));
        assertThat(events("{\"choices\":[],\"usage\":null}", true)).noneMatch(event -> event.contains("usage"));
    }

    @Test
    void is_understood_by_the_gateways_own_reader() throws IOException {
        ChatStream stream = new ChatStream(false, null);

        stream.feed(CompletionChunks.of(Buffer.buffer(TWO_CHOICES), true));

        assertThat(stream.isDone()).isTrue();
        assertThat(stream.takeText()).isEqualTo("Hello\n\ndata: 😀f{\"a\":1}g");
        assertThat(stream.usage()).isNotNull();
    }

    @Test
    void whatever_an_odd_answer_lacks_becomes_no_exception() throws IOException {
        List.of(
                        "{}",
                        "{\"choices\":null}",
                        "{\"choices\":\"x\"}",
                        "{\"choices\":[1,null,[]]}",
                        "{\"choices\":[{}]}",
                        "{\"choices\":[{\"message\":\"x\",\"index\":\"y\",\"finish_reason\":{}}]}",
                        "{\"choices\":[{\"message\":{\"tool_calls\":[null,1,{}]}}],\"usage\":[]}")
                .forEach(answer -> {
                    List<String> events = events(answer, true);
                    assertThat(events).endsWith("[DONE]").hasSizeGreaterThanOrEqualTo(3);
                    events.subList(0, events.size() - 1).forEach(JsonObject::new);
                });
    }

    private static List<String> events(String completion, boolean includeUsage) {
        List<String> data = new ArrayList<>();
        SseSplitter splitter = new SseSplitter(1 << 20);
        splitter.feed(
                chunks(completion, includeUsage),
                event -> data.add(Buffer.buffer(event.data()).toString()));
        splitter.end(event -> data.add("unfinished"));
        return data;
    }

    @Test
    void edge_case_46_numbers_keep_every_digit() throws IOException {
        String completion = """
                {"id":"c","choices":[{"index":0,"message":{"role":"assistant","content":"x"},"finish_reason":"stop"}],\
                "exact":-0.10000000000000000555,"long":12345678901234567890}""";

        assertThat(CompletionChunks.of(Buffer.buffer(completion), false).toString())
                .contains("-0.10000000000000000555", "12345678901234567890");
    }

    private static Buffer chunks(String completion, boolean includeUsage) {
        try {
            return CompletionChunks.of(Buffer.buffer(completion), includeUsage);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
