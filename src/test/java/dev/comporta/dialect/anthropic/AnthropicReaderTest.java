package dev.comporta.dialect.anthropic;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.comporta.dialect.AnswerSink;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("What an answer of Anthropic's tells")
class AnthropicReaderTest {

    private final List<String> told = new ArrayList<>();
    private AnthropicReader reader;

    @BeforeEach
    void begin() {
        AnswerSink sink = (AnswerSink) Proxy.newProxyInstance(
                AnswerSink.class.getClassLoader(), new Class<?>[] {AnswerSink.class}, (p, m, a) -> {
                    told.add(m.getName() + Arrays.toString(a));
                    return null;
                });
        reader = new AnthropicReader(sink, () -> "made-up");
    }

    private void events(String... events) throws IOException {
        for (String event : events) {
            reader.data(event.replace('\'', '"').getBytes(UTF_8));
        }
    }

    @Test
    void a_tool_call_without_an_id_gets_one() throws IOException {
        events(
                "{'type':'message_start','message':{}}",
                "{'type':'content_block_start','index':0,'content_block':{'type':'tool_use','name':'f'}}");

        assertThat(told).containsExactly("start[null, null, 0]", "toolCall[0, 0, made-up, f, null]");
    }

    @Test
    void content_without_a_beginning_begins_all_the_same() throws IOException {
        events(
                "{'type':'content_block_start','index':0,'content_block':{'type':'text','text':'a'}}",
                "{'type':'message_start','message':{'id':'late'}}");

        assertThat(told).containsExactly("start[null, null, 0]", "text[0, a]");
    }

    @Test
    void a_block_that_nobody_stopped_stops_with_the_answer() throws IOException {
        events(
                "{'type':'message_start','message':{}}",
                "{'type':'content_block_start','index':0,'content_block':{'type':'redacted_thinking','data':'x'}}",
                "{'type':'message_delta','delta':{'stop_reason':'end_turn'}}",
                "{'type':'content_block_start','index':1,'content_block':{'type':'text','text':'late'}}",
                "{'type':'message_delta','delta':{'stop_reason':'tool_use'}}");

        assertThat(told)
                .containsExactly(
                        "start[null, null, 0]",
                        "reasoningBlock[0, {\"type\":\"redacted_thinking\",\"data\":\"x\"}]",
                        "finish[0, STOP]");
    }

    @Test
    void thoughts_without_a_signature_are_shown_but_not_sealed() throws IOException {
        events(
                "{'type':'message_start','message':{}}",
                "{'type':'content_block_start','index':0,'content_block':{'type':'thinking','thinking':'Hm'}}",
                "{'type':'content_block_stop','index':0}");

        assertThat(told).containsExactly("start[null, null, 0]", "reasoning[0, Hm]");
    }

    @Test
    void nothing_comes_behind_an_error() throws IOException {
        events(
                "{'type':'error','error':'odd'}",
                "{'type':'content_block_start','index':0,'content_block':{'type':'text','text':'a'}}");

        assertThat(told).singleElement().asString().startsWith("error[");
        assertThat(reader.isDone()).isTrue();
        assertThat(reader.isWhole()).isFalse();
    }

    @Test
    void an_end_without_a_beginning_is_not_an_answer() throws IOException {
        events("{'type':'message_stop'}");

        assertThat(told).isEmpty();
        assertThat(reader.isWhole()).isFalse();
    }

    @Test
    void more_blocks_than_anybody_opens_are_refused() {
        assertThatIOException().isThrownBy(() -> {
            for (int i = 0; i < 2_000; i++) {
                events("{'type':'content_block_start','index':%d,'content_block':{'type':'text'}}".formatted(i));
            }
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "{}", "{\"content\":{}}", "<html>", "{\"type\":\"message\"}"})
    void a_whole_answer_must_be_one(String body) {
        assertThatIOException().isThrownBy(() -> reader.whole(body.getBytes(UTF_8)));
    }
}
