package dev.comporta.dialect.anthropic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.comporta.core.TokenUsage;
import dev.comporta.dialect.ProviderError;
import dev.comporta.dialect.sse.Cuts;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A stream of Anthropic's to a caller who speaks the same dialect")
class AnthropicStreamTest {

    private static final String START = """
            event: message_start
            data: {"type":"message_start","message":{"id":"msg_1","usage":{"input_tokens":25,"cache_read_input_tokens":100,"output_tokens":1}}}

            """;
    private static final String PING = "event: ping\ndata: {\"type\": \"ping\"}\n\n";
    private static final String TOOL = """
            event: content_block_start
            data: {"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"toolu_1","name":"find","input":{}}}

            event: content_block_delta
            data: {"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"{}"}}

            """;
    private static final String TEXT = """
            event: content_block_delta
            data: {"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"Hi 😀"}}

            """;
    private static final String DELTA = """
            event: message_delta
            data: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":15}}

            """;
    private static final String STOP = "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n";
    private static final String ERROR = """
            event: error
            data: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded for sk-ant-1"}}

            """;
    private static final String ALL = START + PING + TOOL + TEXT + DELTA + STOP;

    @Test
    void passes_as_the_bytes_it_came_in_wherever_they_are_cut() {
        Cuts.systematic(ALL).forEach(cut -> {
            AnthropicStream stream = new AnthropicStream(null);
            Buffer out = Buffer.buffer();
            cut.forEach(chunk -> out.appendBuffer(stream.feed(chunk)));

            assertThat(out.toString()).isEqualTo(ALL.substring(0, ALL.length() - STOP.length()));
            assertThat(stream.isWhole()).isTrue();
            assertThat(stream.isDone()).isTrue();
            assertThat(out.appendBuffer(stream.close(TokenUsage.NONE)).toString())
                    .isEqualTo(ALL);
        });
    }

    @Test
    void keeps_the_end_back_until_usage_is_recorded() {
        AnthropicStream stream = new AnthropicStream(null);

        assertThat(stream.feed(Buffer.buffer(STOP)).length()).isZero();
        assertThat(stream.close(TokenUsage.NONE).toString()).isEqualTo(STOP);
    }

    @Test
    void says_what_was_used_once_the_output_is_known() {
        AnthropicStream stream = new AnthropicStream(null);

        stream.feed(Buffer.buffer(START + TEXT));
        assertThat(stream.usage()).isNull();
        stream.feed(Buffer.buffer(DELTA));
        assertThat(stream.usage()).isEqualTo(new TokenUsage(125, 100, 0, 15, 0));
    }

    @Test
    void counts_all_that_the_model_wrote() {
        AnthropicStream stream = new AnthropicStream(null);
        stream.feed(Buffer.buffer(ALL));

        assertThat(stream.textLength()).isEqualTo("find{}Hi 😀".length());
        assertThat(stream.takeText()).isEqualTo("find{}Hi 😀");
        assertThat(stream.textLength()).isZero();
    }

    @Test
    void without_its_last_event_is_not_whole() {
        AnthropicStream stream = new AnthropicStream(null);

        stream.feed(Buffer.buffer(START + TEXT + DELTA));
        stream.end();

        assertThat(stream.isWhole()).isFalse();
        assertThat(stream.fail(ProviderError.of(502, "server_error", "provider_failed", "It broke off."))
                        .toString())
                .isEqualTo(
                        "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"api_error\",\"message\":\"It broke off.\"}}\n\n");
    }

    @Test
    void ends_with_its_last_event_though_the_blank_line_is_missing() {
        AnthropicStream stream = new AnthropicStream(null);

        String out = stream.feed(Buffer.buffer(START + STOP.strip())).toString()
                + stream.end()
                + stream.close(TokenUsage.NONE);

        assertThat(stream.isWhole()).isTrue();
        assertThat(out).isEqualTo(START + STOP);
    }

    @Test
    void drops_an_event_that_was_cut_off_in_the_middle() {
        AnthropicStream stream = new AnthropicStream(null);
        stream.feed(Buffer.buffer(START + TEXT.substring(0, 60)));

        assertThat(stream.end().length()).isZero();
    }

    @Test
    void passes_an_error_and_says_no_other() {
        AnthropicStream stream = new AnthropicStream("sk-ant-2");

        assertThat(stream.feed(Buffer.buffer(START + ERROR + TEXT)).toString()).isEqualTo(START + ERROR);
        assertThat(stream.isDone()).isTrue();
        assertThat(stream.isWhole()).isFalse();
        ProviderError error = stream.error();
        assertThat(error).isNotNull();
        assertThat(error.status()).isEqualTo(503);
        assertThat(stream.fail(error).length()).isZero();
    }

    @Test
    void keeps_an_error_with_the_key_in_it_to_itself() {
        for (String written : List.of(ERROR, ERROR.replace("sk-ant-1", "sk\\u002dant-1"))) {
            AnthropicStream stream = new AnthropicStream("sk-ant-1");

            assertThat(stream.feed(Buffer.buffer(START + written)).toString()).isEqualTo(START);
            ProviderError error = stream.error();
            assertThat(error).isNotNull();
            assertThat(stream.fail(error).toString())
                    .contains("\"overloaded_error\"")
                    .doesNotContain("ant-1");
        }
    }

    @Test
    void leaves_what_it_does_not_understand_to_the_caller() {
        String odd = ": hello\n\nevent: x\ndata: not json\n\ndata: []\n\nid: 1\n\n";

        assertThat(new AnthropicStream(null).feed(Buffer.buffer(odd)).toString())
                .isEqualTo(odd);
    }
}
