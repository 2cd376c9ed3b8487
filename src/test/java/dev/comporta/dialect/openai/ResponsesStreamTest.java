package dev.comporta.dialect.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import com.openai.errors.SseException;
import com.openai.models.responses.ResponseStatus;
import dev.comporta.core.Seeds;
import dev.comporta.core.TokenUsage;
import dev.comporta.dialect.ProviderError;
import dev.comporta.dialect.sse.Cuts;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A stream of response events that passes")
class ResponsesStreamTest {

    private static final String CREATED =
            "event: response.created\ndata: {\"type\":\"response.created\",\"sequence_number\":0,\"response\":{\"id\":\"resp_1\",\"object\":\"response\",\"created_at\":5,\"model\":\"m-2026\",\"status\":\"in_progress\",\"error\":null,\"usage\":null}}\n\n";
    private static final String DELTA =
            "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\"sequence_number\":1,\"item_id\":\"msg_1\",\"output_index\":0,\"content_index\":0,\"delta\":\"Hello 😀\",\"logprobs\":[],\"obfuscation\":\"x9\"}\n\n";
    private static final String COMPLETED =
            "event: response.completed\ndata: {\"type\":\"response.completed\",\"sequence_number\":2,\"response\":{\"id\":\"resp_1\",\"status\":\"completed\",\"error\":null,\"seed\":18446744073709551616,\"usage\":{\"input_tokens\":9,\"input_tokens_details\":{\"cached_tokens\":4},\"output_tokens\":5,\"output_tokens_details\":{\"reasoning_tokens\":1},\"total_tokens\":14}}}\n\n";
    private static final String ERROR =
            "event: error\ndata: {\"type\":\"error\",\"sequence_number\":2,\"error\":{\"type\":\"server_error\",\"code\":\"server_is_overloaded\",\"message\":\"Busy\",\"param\":null}}\n\n";
    private static final String FAILED =
            "event: response.failed\ndata: {\"type\":\"response.failed\",\"sequence_number\":3,\"response\":{\"id\":\"resp_1\",\"status\":\"failed\",\"error\":{\"code\":\"server_error\",\"message\":\"Busy\"},\"usage\":{\"input_tokens\":9,\"output_tokens\":0}}}\n\n";

    @Test
    void keeps_its_bytes_names_of_events_included_edge_case_7() {
        String before = ": comment\n\nid: 7\nretry: 1\n" + CREATED + DELTA;

        assertThat(read(before + COMPLETED).out).isEqualTo(before);
    }

    @Test
    void holds_its_end_back_until_usage_is_recorded() {
        ResponsesStream stream = new ResponsesStream(null);

        assertThat(stream.feed(Buffer.buffer(CREATED + DELTA))).hasToString(CREATED + DELTA);
        assertThat(stream.isDone()).isFalse();
        assertThat(stream.isWhole()).isFalse();
        assertThat(stream.feed(Buffer.buffer(COMPLETED)).length()).isZero();
        assertThat(stream.isDone()).isTrue();
        assertThat(stream.isWhole()).isTrue();
        assertThat(stream.close(TokenUsage.NONE)).hasToString(COMPLETED);
    }

    @Test
    void tells_its_usage_its_id_and_its_text() {
        ResponsesStream stream = read(CREATED + DELTA + COMPLETED).stream;

        assertThat(stream.usage()).isEqualTo(new TokenUsage(9, 4, 0, 5, 1));
        assertThat(stream.objectId()).isEqualTo("resp_1");
        assertThat(stream.textLength()).isEqualTo("Hello 😀".length());
        assertThat(stream.takeText()).isEqualTo("Hello 😀");
        assertThat(stream.takeText()).isEmpty();
        assertThat(stream.error()).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "response.output_text.delta,true",
        "response.refusal.delta,true",
        "response.reasoning_summary_text.delta,true",
        "response.reasoning_text.delta,true",
        "response.function_call_arguments.delta,true",
        "response.mcp_call_arguments.delta,true",
        "response.custom_tool_call_input.delta,true",
        "response.audio.delta,false",
        "response.output_text.done,false"
    })
    void counts_what_the_model_writes(String type, boolean counts) {
        String event = "data: {\"delta\":\"abc\",\"text\":\"no\",\"type\":\"%s\"}\n\n".formatted(type);

        assertThat(read(event).stream.takeText()).isEqualTo(counts ? "abc" : "");
    }

    @Test
    void ignores_what_comes_behind_its_end() {
        Seen seen = read(CREATED + COMPLETED + DELTA + ERROR + "data: [DONE]\n\n");

        assertThat(seen.closed()).isEqualTo(CREATED + COMPLETED);
        assertThat(seen.stream.error()).isNull();
    }

    @Test
    void edge_case_8_the_last_event_may_lack_its_blank_line() {
        assertThat(read(CREATED + COMPLETED.strip()).closed()).isEqualTo(CREATED + COMPLETED);
        assertThat(read(CREATED + DELTA.strip()).out).isEqualTo(CREATED + DELTA);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "data: [DONE]\n\n",
                "event: response.completed\ndata: {\"type\":\"response.comp",
                "event: response.completed\n\n",
                "data: {\"type\":\"response.output_item.done\",\"item\":{\"type\":\"response.completed\"}}\n\n"
            })
    void without_a_terminal_event_it_broke_off(String end) {
        Seen seen = read(CREATED + DELTA + end);

        assertThat(seen.stream.isWhole()).isFalse();
        assertThat(seen.out).doesNotContain("response.comp\n").startsWith(CREATED + DELTA);
    }

    @Test
    void that_broke_off_makes_the_sdk_raise() {
        Seen seen = read(CREATED + DELTA);
        Buffer out = Buffer.buffer(seen.out)
                .appendBuffer(seen.stream.fail(
                        ProviderError.of(502, "server_error", "server_error", "The stream broke off.")));

        assertThatExceptionOfType(SseException.class)
                .isThrownBy(() -> ResponsesSdk.streamed(out))
                .withMessageContaining("broke off");
        Buffer end = out.slice(seen.out.length(), out.length());
        assertThat(ResponsesSdk.accumulated(end).status()).contains(ResponseStatus.FAILED);
        assertThat(ResponsesSdk.accumulated(end).id()).isEqualTo("resp_1");
        assertThat(ResponsesSdk.data(end).get(0).path("sequence_number").intValue())
                .isEqualTo(2);
    }

    @Test
    void that_fails_is_whole_if_the_provider_says_so_to_the_end() {
        Seen seen = read(CREATED + DELTA + ERROR + FAILED);

        assertThat(seen.out).isEqualTo(CREATED + DELTA);
        assertThat(seen.closed()).isEqualTo(CREATED + DELTA + ERROR + FAILED);
        assertThat(seen.stream.isWhole()).isTrue();
        assertThat(seen.stream.usage()).isEqualTo(TokenUsage.of(9, 0));
        assertThat(seen.stream.error())
                .isEqualTo(ProviderError.of(503, "server_error", "server_is_overloaded", "Busy"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '>',
            quoteCharacter = '`',
            value = {
                "{'type':'error','error':{'type':'insufficient_quota','code':'insufficient_quota','message':'Pay'}} > 429 > insufficient_quota > Pay",
                "{'type':'error','code':'server_is_overloaded','message':'Busy','param':null,'sequence_number':1} > 503 > server_is_overloaded > Busy",
                "{'error':{'code':'x','message':'Odd'}} > 502 > x > Odd",
                "{'type':'response.failed','response':{'error':{'code':'rate_limit_exceeded','message':'Slow'}}} > 429 > rate_limit_exceeded > Slow",
                "{'type':'response.failed','response':{'error':null}} > 502 > > The provider gave no reason."
            })
    void reports_errors_of_every_shape(String data, int status, String code, String message) {
        Seen seen = read(CREATED + "data: " + data.replace('\'', '"') + "\n\n");

        assertThat(seen.stream.error()).isNotNull();
        assertThat(seen.stream.error().status()).isEqualTo(status);
        assertThat(seen.stream.error().code()).isEqualTo(code);
        assertThat(seen.stream.error().message()).isEqualTo(message);
        assertThat(seen.out).isEqualTo(CREATED);
    }

    @Test
    void an_error_of_null_is_none() {
        assertThat(read("data: {\"error\":null,\"type\":\"response.output_item.added\"}\n\n")
                        .stream
                        .error())
                .isNull();
    }

    @Test
    void an_error_that_repeats_the_gateways_key_is_withheld() {
        ResponsesStream stream = new ResponsesStream("sk-of-the-gateway");
        stream.feed(Buffer.buffer(CREATED + ERROR.replace("Busy", "Bad key sk-of-the-gateway") + FAILED));

        assertThat(stream.isDone()).isTrue();
        assertThat(stream.isWhole()).isFalse();
        assertThat(stream.error()).isNotNull();
        assertThat(stream.error().status()).isEqualTo(503);
        assertThat(stream.fail(stream.error()).toString())
                .contains("cannot be shown")
                .doesNotContain("sk-of");
    }

    @ParameterizedTest
    @ValueSource(strings = {"overloaded", "{", "[1,2]", "1", "<html>", "{} {}"})
    void what_is_no_json_is_the_callers_to_judge(String garbage) {
        assertThat(read("data: " + garbage + "\n\n" + DELTA).out).isEqualTo("data: " + garbage + "\n\n" + DELTA);
    }

    @Test
    void is_refused_when_an_event_never_ends() {
        ResponsesStream stream = new ResponsesStream(null);
        Buffer megabyte = Buffer.buffer("x".repeat(1 << 20));

        assertThatIllegalStateException().isThrownBy(() -> {
            for (int i = 0; i < 20; i++) {
                stream.feed(megabyte);
            }
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n", "\r"})
    void is_the_same_wherever_the_network_cuts_it(String ending) {
        String stream = (": hi\n\n" + CREATED + DELTA + ERROR + FAILED).replace("\n", ending);
        List<Object> whole = read(stream).outcome();

        Cuts.systematic(stream).forEach(cut -> assertThat(read(cut).outcome()).isEqualTo(whole));
    }

    @Test
    void is_the_same_whatever_its_events_are() {
        Seeds.each(1_000, random -> {
            String stream = randomStream(random);

            assertThat(read(Cuts.random(stream, random)).outcome())
                    .as("the outcome of %s", stream)
                    .isEqualTo(read(stream).outcome());
        });
    }

    private static String randomStream(Random random) {
        String[] events = {CREATED, DELTA, ERROR, ": ping\n\n", "data: garbage\n\n", "\n", "data: {\"x\":1}\n\n"};
        StringBuilder stream = new StringBuilder();
        for (int count = random.nextInt(12); count > 0; count--) {
            stream.append(events[random.nextInt(events.length)]);
        }
        return stream.append(List.of(COMPLETED, FAILED, "", "data: {\"x\":").get(random.nextInt(4)))
                .toString();
    }

    private static Seen read(String stream) {
        return read(List.of(Buffer.buffer(stream)));
    }

    private static Seen read(List<Buffer> chunks) {
        ResponsesStream stream = new ResponsesStream(null);
        Buffer out = Buffer.buffer();
        chunks.forEach(chunk -> out.appendBuffer(stream.feed(chunk)));
        out.appendBuffer(stream.end());
        return new Seen(stream, out.toString());
    }

    private record Seen(ResponsesStream stream, String out) {

        String closed() {
            return out + stream.close(TokenUsage.NONE);
        }

        List<Object> outcome() {
            return List.of(
                    closed(),
                    stream.takeText(),
                    stream.isDone(),
                    stream.isWhole(),
                    stream.hasBegun(),
                    String.valueOf(stream.usage()),
                    String.valueOf(stream.error()),
                    String.valueOf(stream.objectId()));
        }
    }
}
