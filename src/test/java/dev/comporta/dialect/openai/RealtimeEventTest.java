package dev.comporta.dialect.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.comporta.core.TokenUsage;
import dev.comporta.dialect.openai.RealtimeEvent.Kind;
import io.vertx.core.buffer.Buffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A server event of the Realtime API")
class RealtimeEventTest {

    private static @Nullable RealtimeEvent read(String event) {
        return RealtimeEvent.read(Buffer.buffer(event));
    }

    private static RealtimeEvent told(String event) {
        return Objects.requireNonNull(read(event));
    }

    @Test
    void tells_the_usage_of_a_response() {
        RealtimeEvent event = told("""
                {"type":"response.done","response":{"id":"resp_1","status":"completed","usage":{"total_tokens":30,\
                "input_tokens":20,"output_tokens":10,"input_token_details":{"cached_tokens":5},\
                "output_token_details":{"reasoning_tokens":4}}}}""");

        assertThat(event.kind()).isEqualTo(Kind.RESPONSE_DONE);
        assertThat(event.id()).isEqualTo("resp_1");
        assertThat(event.status()).isEqualTo("completed");
        assertThat(event.usage()).isEqualTo(new TokenUsage(20, 5, 0, 10, 4));
    }

    @Test
    void is_found_wherever_its_type_stands() {
        String long1 = "x".repeat(2_000);

        assertThat(told("{\"response\":{\"id\":\"r\",\"type\":\"x\",\"x\":\"" + long1
                                + "\"},\"type\":\"response.done\"}")
                        .id())
                .isEqualTo("r");
        assertThat(read("{\"item\":{\"type\":\"response.done\"},\"type\":\"conversation.item.added\"}"))
                .isNull();
        assertThat(told("{\"delta\":\"" + long1 + "\",\"type\":\"response.output_audio.delta\"}")
                        .kind())
                .isEqualTo(Kind.RESPONSE_DELTA);
    }

    @Test
    void tells_what_a_transcription_used() {
        String head =
                "{\"type\":\"conversation.item.input_audio_transcription.completed\",\"item_id\":\"i\",\"usage\":";

        RealtimeEvent tokens = told(head + "{\"type\":\"tokens\",\"input_tokens\":13,\"output_tokens\":9}}");
        RealtimeEvent duration = told(head + "{\"type\":\"duration\",\"seconds\":3.04}}");

        assertThat(tokens.usage()).isEqualTo(TokenUsage.of(13, 9));
        assertThat(tokens.metered()).isTrue();
        assertThat(duration.usage()).isEqualTo(TokenUsage.of(31, 0));
        assertThat(duration.metered()).isFalse();
        assertThat(told(head + "null}").usage()).isNull();
    }

    @Test
    void tells_which_model_transcribes() {
        assertThat(told("""
                {"type":"session.updated","session":{"audio":{"input":{"transcription":{"model":"a"}}}}}""").model()).isEqualTo("a");
        assertThat(told("""
                {"type":"session.created","session":{"input_audio_transcription":{"model":"b"}}}""").model()).isEqualTo("b");
        assertThat(told("{\"type\":\"session.created\",\"session\":{\"input_audio_transcription\":null}}")
                        .model())
                .isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "1",
                "{",
                "{\"type\":",
                "{\"type\":7}",
                "{\"type\":\"response.done\"",
                "{\"type\":\"rate_limits.updated\"}",
                "not JSON"
            })
    void that_is_about_something_else_or_broken_is_left_alone(String event) {
        assertThat(read(event)).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "null",
                "[]",
                "\"x\"",
                "{\"id\":7,\"usage\":[]}",
                "{\"usage\":{\"input_tokens\":-1,\"output_tokens\":2}}",
                "{\"usage\":{\"input_tokens\":1e300,\"output_tokens\":2}}",
                "{\"usage\":{\"input_tokens\":\"1\",\"output_tokens\":2}}"
            })
    void whose_usage_makes_no_sense_has_none(String response) {
        assertThat(told("{\"type\":\"response.done\",\"response\":" + response + "}")
                        .usage())
                .isNull();
    }
}
