package dev.comporta.dialect.sse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.comporta.core.Seeds;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A stream of bytes becomes events, wherever it is cut")
class SseSplitterTest {

    private static final int LARGE = 1 << 20;
    private static final String BOM = "\uFEFF";

    /** What a stream means: the data of its events; an event without data, such as a comment, is "". */
    static Stream<Arguments> streams() {
        return Stream.of(
                arguments("LF", "data: a\n\ndata: b\n\n", List.of("a", "b")),
                arguments("edge case 3: CRLF", "data: a\r\n\r\ndata: b\r\n\r\n", List.of("a", "b")),
                arguments("edge case 3: CR", "data: a\r\rdata: b\r\r", List.of("a", "b")),
                arguments(
                        "edge case 3: every ending in one stream",
                        "data: a\n\r\ndata: b\r\n\ndata: c\r\ndata: d\r\rdata: e\n\n",
                        List.of("a", "b", "c\nd", "e")),
                arguments("CR then LF is one line ending, not two", "data: a\r\ndata: b\r\n\r\n", List.of("a\nb")),
                arguments("LF then CR is two", "data: a\n\rdata: b\n\r", List.of("a", "b")),
                arguments("edge case 4: no space after the colon", "data:a\n\ndata:  b\n\n", List.of("a", " b")),
                arguments("edge case 5: two data lines", "data: a\ndata: b\n\n", List.of("a\nb")),
                arguments("an empty data line in between", "data: a\ndata\ndata:\ndata: b\n\n", List.of("a\n\n\nb")),
                arguments(
                        "edge case 6: comments",
                        ": OPENROUTER PROCESSING\n\n:\n\ndata: a\n: within\n\n",
                        List.of("", "", "a")),
                arguments(
                        "edge case 7: other fields",
                        "event: x\nid: 1\nretry: 5\ndata: a\n\nevent: alone\n\n",
                        List.of("a", "")),
                arguments("fields that only begin like data", "database: x\ndata2: y\ndat: z\n\n", List.of("")),
                arguments("a line without a colon", "data\n\n", List.of("")),
                arguments("edge case 8: no blank line at the end", "data: a\n\ndata: b\n", List.of("a", "b")),
                arguments("edge case 8: not even an ending", "data: a\n\ndata: b", List.of("a", "b")),
                arguments("edge case 9: byte order mark", BOM + "data: a\n\n", List.of("a")),
                arguments("a byte order mark later on is text", "data: " + BOM + "a\n\n", List.of(BOM + "a")),
                arguments("a byte order mark and a blank line", BOM + "\ndata: a\n\n", List.of("a")),
                arguments("nothing but a byte order mark", BOM, List.of()),
                arguments(
                        "blank lines are no events",
                        "\n\n\r\n\r\r\ndata: a\n\n\n\n\r\r\ndata: b\n\n",
                        List.of("a", "b")),
                arguments("edge case 1: characters of four bytes", "data: 😀日é\n\ndata: 𝄞\n\n", List.of("😀日é", "𝄞")),
                arguments("nothing", "", List.of()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("streams")
    void the_same_events_come_out_of_every_cut(String what, String stream, List<String> data) {
        Cuts.systematic(stream)
                .forEach(cut -> assertThat(split(cut).data).as("cut as %s", cut).isEqualTo(data));
    }

    @Test
    void random_streams_in_random_cuts_give_what_a_reader_of_the_whole_text_sees() {
        Seeds.each(3_000, random -> {
            String stream = randomStream(random, "\n", "\r\n", "\r");

            assertThat(split(Cuts.random(stream, random)).data)
                    .as("the events of %s", stream)
                    .isEqualTo(readAsWhole(stream));
        });
    }

    @Test
    void events_of_a_stream_with_plain_line_feeds_are_its_very_bytes() {
        Seeds.each(1_000, random -> {
            String stream = randomStream(random, "\n") + "data: end\n\n";

            assertThat(split(Cuts.random(stream, random)).bytes.toString())
                    .isEqualTo(stream.replaceFirst("^\n+", "").replaceAll("\n{3,}", "\n\n"));
        });
    }

    @Test
    void an_event_leaves_with_the_byte_that_ends_it() {
        List<String> seen = new ArrayList<>();
        SseSplitter splitter = new SseSplitter(LARGE);

        splitter.feed(Buffer.buffer("data: a\n"), event -> seen.add(text(event)));
        assertThat(seen).isEmpty();
        splitter.feed(Buffer.buffer("\n"), event -> seen.add(text(event)));
        assertThat(seen).containsExactly("a");
    }

    @Test
    void a_lone_carriage_return_does_not_wait_for_a_line_feed_that_may_never_come() {
        List<String> seen = new ArrayList<>();

        new SseSplitter(LARGE).feed(Buffer.buffer("data: a\r\r"), event -> seen.add(text(event)));

        assertThat(seen).containsExactly("a");
    }

    @Test
    void after_the_end_nothing_is_handed_out_twice() {
        List<String> seen = new ArrayList<>();
        SseSplitter splitter = new SseSplitter(LARGE);
        splitter.feed(Buffer.buffer("data: a"), event -> seen.add(text(event)));

        splitter.end(event -> seen.add(text(event)));
        splitter.end(event -> seen.add(text(event)));

        assertThat(seen).containsExactly("a");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 64, 5_000})
    void an_event_that_does_not_end_is_refused(int chunkLength) {
        SseSplitter splitter = new SseSplitter(1_000);
        Buffer chunk = Buffer.buffer("x".repeat(chunkLength));

        assertThatIllegalStateException()
                .isThrownBy(() -> {
                    for (int fed = 0; fed < 5_000; fed += chunkLength) {
                        splitter.feed(chunk, event -> {});
                    }
                })
                .withMessageContaining("1000");
    }

    @Test
    void short_events_never_add_up_to_a_long_one() {
        SseSplitter splitter = new SseSplitter(1_000);
        List<String> seen = new ArrayList<>();

        for (int i = 0; i < 10_000; i++) {
            splitter.feed(Buffer.buffer("data: event\n\nda"), event -> seen.add(text(event)));
            splitter.feed(Buffer.buffer("ta: the next\n\n"), event -> seen.add(text(event)));
        }

        assertThat(seen).hasSize(20_000).containsOnly("event", "the next");
    }

    @Test
    void a_long_event_in_the_smallest_chunks_costs_no_more_than_its_length() {
        Buffer one = Buffer.buffer("x");
        SseSplitter splitter = new SseSplitter(8 * LARGE);

        // Copying what is kept for each chunk would take a minute or more.
        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> {
            for (int i = 0; i < 4 * LARGE; i++) {
                splitter.feed(one, event -> {});
            }
        });
    }

    @Test
    void many_events_in_one_chunk_cost_no_more_than_its_length() {
        Buffer chunk = Buffer.buffer("data: a\n\n".repeat(LARGE / 4));
        int[] count = {0};

        assertTimeoutPreemptively(
                Duration.ofSeconds(10), () -> new SseSplitter(LARGE).feed(chunk, event -> count[0]++));

        assertThat(count[0]).isEqualTo(LARGE / 4);
    }

    private static Seen split(List<Buffer> chunks) {
        Seen seen = new Seen();
        SseSplitter splitter = new SseSplitter(LARGE);
        chunks.forEach(chunk -> splitter.feed(chunk, seen::event));
        splitter.end(seen::event);
        return seen;
    }

    private static String text(SseEvent event) {
        return new String(event.data(), StandardCharsets.UTF_8);
    }

    /** The definition of the format, written down for a text that is there as a whole. */
    private static List<String> readAsWhole(String stream) {
        String text = (stream.startsWith(BOM) ? stream.substring(1) : stream).replaceAll("\r\n|\r", "\n");
        List<String> events = new ArrayList<>();
        for (String event : text.split("\n\n+")) {
            String lines = event.replaceFirst("^\n+", "");
            if (!lines.isEmpty()) {
                events.add(String.join(
                        "\n",
                        lines.lines()
                                .filter(line -> line.equals("data") || line.startsWith("data:"))
                                .map(line -> line.replaceFirst("^data(: ?)?", ""))
                                .toList()));
            }
        }
        return events;
    }

    private static String randomStream(Random random, String... endings) {
        String[] lines = {
            "data: a", "data:b", "data", "data: 😀é", "", "", "", ": c", "event: e", "x", "data: {\"k\":1}"
        };
        StringBuilder stream = new StringBuilder(endings.length > 1 && random.nextInt(4) == 0 ? BOM : "");
        for (int count = random.nextInt(30); count > 0; count--) {
            stream.append(lines[random.nextInt(lines.length)]).append(endings[random.nextInt(endings.length)]);
        }
        return stream.toString();
    }

    private static final class Seen {
        private final List<String> data = new ArrayList<>();
        private final Buffer bytes = Buffer.buffer();

        void event(SseEvent event) {
            data.add(text(event));
            bytes.appendBytes(event.bytes(), event.from(), event.length());
            assertThat(event.length()).isEqualTo(event.to() - event.from());
        }
    }
}
