package dev.comporta.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.comporta.core.ApiType;
import dev.comporta.core.TokenUsage;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PassMeterTest {

    private static PassMeter read(String contentType, ApiType api, String answer, int cut) {
        PassMeter meter = new PassMeter(true, contentType, api);
        byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
        meter.feed(Buffer.buffer().appendBytes(bytes, 0, cut));
        meter.feed(Buffer.buffer().appendBytes(bytes, cut, bytes.length - cut));
        meter.end();
        return meter;
    }

    private static PassMeter json(ApiType api, String answer) {
        return read("application/json; charset=utf-8", api, answer, answer.length() / 2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":4,\"total_tokens\":7}} | 3 | 0 | 4 | 0",
                "{\"usage\":{\"input_tokens\":3,\"output_tokens\":4}} | 3 | 0 | 4 | 0",
                "{\"a\":{\"usage\":{\"input_tokens\":9}},\"usage\":{\"input_tokens\":3,\"input_tokens_details\":{\"cached_tokens\":2}}} | 3 | 2 | 0 | 0",
                "{\"x\":\"\\\"usage\\\":{\",\"usage\" : { \"output_tokens\": 4 ,\"output_tokens_details\":{\"reasoning_tokens\":1}} } | 0 | 0 | 4 | 1",
                "{\"response\":{\"id\":\"r\",\"usage\":{\"input_tokens\":3,\"output_tokens\":4}}} | 3 | 0 | 4 | 0"
            })
    void tokens_are_read_in_either_spelling(String answer, long input, long cached, long output, long reasoning) {
        assertThat(json(ApiType.THREADS, answer).tokens())
                .isEqualTo(new TokenUsage(input, cached, 0, output, reasoning));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "[{\"usage\":{\"input_tokens\":3}}]",
                "{\"usage\":null}",
                "{\"usage\":[]}",
                "{\"usage\":{\"input_tokens\":-3}}",
                "{\"usage\":{\"input_tokens\":1e9}}",
                "{\"usage\":{\"input_tokens\":99999999999999999999}}",
                "{\"usage\":{\"input_tokens\":\"3\"}}",
                "{\"data\":[{\"usage\":{\"input_tokens\":3}}]}",
                "{\"metadata\":{\"usage\":{\"input_tokens\":3}}}",
                "}}}}{\"usage",
                "not json at all: \"usage\":{\"input_tokens\":3}"
            })
    void what_says_nothing_of_it_is_not_taken_for_usage(String answer) {
        assertThat(json(ApiType.THREADS, answer).tokens()).isNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"duration\":8.47} | 8.47",
                "{\"duration\":\"8.470000095367432\"} | 8.470000095367432",
                "{\"usage\":{\"type\":\"duration\",\"seconds\":12}} | 12",
                "{\"usage\":{\"type\":\"tokens\",\"seconds\":12}} | 0",
                "{\"duration\":\"1e999999999\"} | 0",
                "{\"duration\":-1} | 0",
                "{\"duration\":\"x\"} | 0"
            })
    void seconds_of_audio_keep_their_digits(String answer, String seconds) {
        assertThat(json(ApiType.AUDIO, answer).units(0).audioSeconds()).isEqualByComparingTo(seconds);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"data\":[]} | 0",
                "{\"data\":[ ]} | 0",
                "{\"data\":[{\"b64_json\":\"a,b],\",\"x\":[1,2]}]} | 1",
                "{\"data\":[{}, {} ,{}]} | 3",
                "{\"data\":{\"a\":1,\"b\":2}} | 0",
                "{\"x\":{\"data\":[1,2]}} | 0"
            })
    void images_are_counted(String answer, long images) {
        assertThat(json(ApiType.IMAGES, answer).units(0).images()).isEqualTo(images);
    }

    @Test
    void events_are_read_wherever_they_are_cut() {
        for (String end : new String[] {"\n", "\r\n", "\r"}) {
            String stream = """
                    : comment

                    event: transcript.text.delta
                    data: {"type":"transcript.text.delta","usage":null}

                    id: 7
                    data:{"type":"transcript.text.done",
                    data: "usage":{"input_tokens":3,"output_tokens":4}}

                    data: [DONE]

                    """.replace("\n", end);
            for (int cut = 0; cut <= stream.length(); cut++) {
                PassMeter meter = read("text/event-stream", ApiType.AUDIO, stream, cut);

                assertThat(meter.tokens()).isEqualTo(TokenUsage.of(3, 4));
                assertThat(meter.hasFailed()).isFalse();
            }
        }
    }

    @Test
    void an_error_in_a_stream_is_seen() {
        assertThat(read(
                                "text/event-stream",
                                ApiType.IMAGES,
                                "event: error\ndata: {\"error\":{\"message\":\"no\"}}\n\n",
                                9)
                        .hasFailed())
                .isTrue();
    }

    @Test
    void noise_breaks_nothing() {
        Random random = new Random(5);
        String signs = "{}[]\",:\\ud a1-\n\r";
        String[] words = {"\"usage\"", "\"data\"", "data:", "\"response\"", "{\"input_tokens\":1}"};
        for (int round = 0; round < 20_000; round++) {
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(40); i >= 0; i--) {
                text.append(
                        random.nextInt(4) == 0
                                ? words[random.nextInt(words.length)]
                                : signs.charAt(random.nextInt(signs.length())));
            }
            String type = round % 2 == 0 ? "application/json" : "text/event-stream";
            assertThat(read(type, ApiType.IMAGES, text.toString(), random.nextInt(text.length() + 1))
                            .units(1))
                    .isNotNull();
        }
    }
}
