package dev.comporta.dialect.gemini;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.comporta.core.TokenUsage;
import dev.comporta.dialect.ProviderError;
import dev.comporta.dialect.Translation;
import dev.comporta.dialect.sse.Cuts;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A Gemini answer on its way to a Gemini caller")
class GeminiStreamTest {

    private static final String HELLO =
            event("{'candidates':[{'content':{'parts':[{'text':'Hello 😀'}],'role':'model'},"
                    + "'index':0}],'usageMetadata':{'promptTokenCount':9,'candidatesTokenCount':1}}");
    private static final String CALL = event("{'candidates':[{'content':{'parts':[{'functionCall':{'name':'f','args':"
            + "{'a':'b','n':[1,true]}},'thoughtSignature':'c2VhbA=='}]},'index':0}]}");
    private static final String STOP = event("{'candidates':[{'content':{'parts':[{'text':''}]},'finishReason':'STOP',"
            + "'index':0}],'usageMetadata':{'promptTokenCount':9,'candidatesTokenCount':5,'thoughtsTokenCount':2,"
            + "'cachedContentTokenCount':4,'promptTokensDetails':[{'modality':'TEXT','tokenCount':9}]}}");
    private static final String ERROR =
            event("{'error':{'code':503,'message':'Key abc overloaded.','status':'UNAVAILABLE'}}");

    private static String event(String json) {
        return "data: " + json.replace('\'', '"') + "\r\n\r\n";
    }

    private record Seen(GeminiStream stream, String out) {}

    private static Seen read(@Nullable String secret, List<Buffer> chunks) {
        GeminiStream stream = new GeminiStream(secret);
        Buffer out = Buffer.buffer();
        chunks.forEach(chunk -> out.appendBuffer(stream.feed(chunk)));
        return new Seen(stream, out.appendBuffer(stream.end()).toString());
    }

    private static Seen read(String bytes) {
        return read(null, List.of(Buffer.buffer(bytes)));
    }

    @Test
    void passes_as_the_bytes_in_which_it_came_however_they_are_cut() {
        String all = ": comment\r\n\r\n" + HELLO + CALL + STOP;

        assertThat(Cuts.systematic(all)).allSatisfy(chunks -> {
            Seen seen = read(null, chunks);
            assertThat(seen.out).isEqualTo(all);
            assertThat(seen.stream.isWhole()).isTrue();
            assertThat(seen.stream.usage()).isEqualTo(new TokenUsage(9, 4, 0, 7, 2));
            assertThat(seen.stream.takeText()).isEqualTo("Hello 😀fb1true");
        });
    }

    @Test
    void has_no_last_word() {
        Seen seen = read(HELLO + STOP);

        assertThat(seen.stream.close(TokenUsage.NONE).length()).isZero();
        assertThat(seen.stream.isDone()).isFalse();
    }

    @Test
    void text_is_taken_once() {
        Seen seen = read(HELLO);

        assertThat(seen.stream.textLength()).isEqualTo("Hello 😀".length());
        assertThat(seen.stream.takeText()).isEqualTo("Hello 😀");
        assertThat(seen.stream.takeText()).isEmpty();
    }

    @Test
    void a_comment_is_no_beginning() {
        assertThat(read(": hi\n\n").stream.hasBegun()).isFalse();
        assertThat(read(HELLO).stream.hasBegun()).isTrue();
    }

    @Test
    void is_not_whole_until_every_candidate_has_ended() {
        String second = event("{'candidates':[{'content':{'parts':[{'text':'b'}]},'index':1}]}");

        assertThat(read(HELLO).stream.isWhole()).isFalse();
        assertThat(read(HELLO + second + STOP).stream.isWhole()).isFalse();
        assertThat(read(HELLO + second + STOP + event("{'candidates':[{'index':1,'finishReason':'SAFETY'}]}"))
                        .stream
                        .isWhole())
                .isTrue();
    }

    @Test
    void is_whole_if_the_prompt_is_blocked() {
        assertThat(read(event("{'promptFeedback':{'blockReason':'SAFETY'}}"))
                        .stream
                        .isWhole())
                .isTrue();
    }

    @Test
    void passes_an_error_and_does_not_repeat_it() {
        Seen seen = read(HELLO + ERROR);

        assertThat(seen.out).isEqualTo(HELLO + ERROR);
        assertThat(seen.stream.isWhole()).isFalse();
        assertThat(seen.stream.error()).isNotNull();
        assertThat(seen.stream.error().status()).isEqualTo(503);
        assertThat(seen.stream.fail(seen.stream.error()).length()).isZero();
    }

    @Test
    void keeps_an_error_back_that_repeats_the_secret() {
        Seen seen = read("abc", List.of(Buffer.buffer(HELLO + ERROR)));

        assertThat(seen.out).isEqualTo(HELLO);
        assertThat(seen.stream.fail(ProviderError.of(502, "server_error", "provider_failed", "It failed.")))
                .hasToString("data: {\"error\":{\"code\":502,\"message\":\"It failed.\",\"status\":\"UNAVAILABLE\","
                        + "\"details\":[{\"@type\":\"type.googleapis.com/google.rpc.ErrorInfo\","
                        + "\"reason\":\"provider_failed\"}]}}\n\n");
    }

    @Test
    void leaves_out_what_was_cut_off() {
        Seen seen = read(HELLO + "data: {\"candidates\":[{\"fin");

        assertThat(seen.out).isEqualTo(HELLO);
        assertThat(seen.stream.isWhole()).isFalse();
    }

    @Test
    void closes_a_last_event_that_lacks_its_blank_line() {
        Seen seen = read(HELLO + STOP.strip());

        assertThat(seen.out).isEqualTo(HELLO + STOP.strip() + "\n\n");
        assertThat(seen.stream.isWhole()).isTrue();
    }

    @Test
    void passes_what_is_no_json() {
        assertThat(read("data: <html>\n\n").out).isEqualTo("data: <html>\n\n");
    }

    @Test
    void a_whole_answer_passes_with_its_usage() {
        String body = STOP.substring("data: ".length()).strip();
        Translation.Whole whole = GeminiAnswer.whole(body.getBytes(UTF_8));

        assertThat(whole).isNotNull();
        assertThat(whole.body()).hasToString(body);
        assertThat(whole.usage()).isEqualTo(new TokenUsage(9, 4, 0, 7, 2));
        assertThat(whole.error()).isNull();
    }

    @Test
    void an_array_of_responses_is_an_answer_too() {
        String body =
                "[" + HELLO.substring(6).strip() + ",\r\n" + STOP.substring(6).strip() + "]";
        Translation.Whole whole = GeminiAnswer.whole(body.getBytes(UTF_8));

        assertThat(whole).isNotNull();
        assertThat(whole.text().get()).isEqualTo("Hello 😀");
        assertThat(whole.usage()).isEqualTo(new TokenUsage(9, 4, 0, 7, 2));
    }

    @Test
    void an_error_of_200_is_told() {
        Translation.Whole whole = GeminiAnswer.whole(ERROR.substring(6).strip().getBytes(UTF_8));

        assertThat(whole).isNotNull();
        assertThat(whole.error()).isNotNull();
        assertThat(whole.error().code()).isEqualTo("server_is_overloaded");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "7", "{", "[", "[7]", "[{}", "{} {}", "<html>"})
    void what_makes_no_sense_is_no_answer(String body) {
        assertThat(GeminiAnswer.whole(body.getBytes(UTF_8))).isNull();
    }
}
