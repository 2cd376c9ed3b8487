package dev.comporta.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * The sixty edge cases of wire formats that are known to go wrong. Most are golden files, whose names begin with their
 * numbers; a file may show several, such as {@code 1-and-5-…}. The others need time, headers or a network.
 */
@DisplayName("Each of the sixty edge cases")
class EdgeCaseIndexTest {

    private static final int CASES = 60;

    /** At the beginning of a name, and behind each "and". */
    private static final Pattern NUMBERS = Pattern.compile("(?:^|-and-)0?(\\d{1,2})(?=-)");

    /** Class below {@code dev.comporta}, and method. */
    private static final Map<Integer, String> ELSEWHERE = Map.ofEntries(
            // Many events in one chunk, one event in many.
            Map.entry(2, "dialect.sse.SseSplitterTest#the_same_events_come_out_of_every_cut"),
            // An answer in gzip.
            Map.entry(10, "test.PassThroughTest#an_answer_in_gzip_is_unpacked_whole"),
            // Streams are not compressed or collected on their way.
            Map.entry(11, "test.HeadersTest#a_stream_tells_about_its_call_and_must_not_be_collected_on_its_way"),
            // A whole answer to a caller that asked for a stream.
            Map.entry(12, "dialect.openai.ChatTranslationTest#edge_case_12_becomes_chunks_if_a_stream_was_asked_for"),
            // No second attempt once text has been told.
            Map.entry(15, "test.SdkStreamTest#fails_within_the_answer"),
            // The caller hangs up before the first token.
            Map.entry(16, "test.FlowTest#a_caller_that_leaves_before_the_first_token_ends_the_call_at_the_provider"),
            // A slow caller.
            Map.entry(17, "test.FlowTest#a_caller_that_does_not_read_holds_the_provider_up_and_then_gets_everything"),
            // A model that thinks in silence.
            Map.entry(18, "test.KeepAliveTest#before_its_first_event_and_between_others_by_comments"),
            // Embeddings in base64 from a provider of numbers.
            Map.entry(43, "dialect.gemini.EmbeddingsTranslationTest#case_43_base64_is_little_endian_float32"),
            // Header names in any case, and more than once.
            Map.entry(48, "test.HeadersTest#what_is_for_the_provider_passes_as_it_is"),
            // Hop-by-hop headers and credentials.
            Map.entry(49, "test.HeadersTest#what_is_for_the_gateway_or_the_connection_stays_here"),
            // Base URLs with and without slash and version.
            Map.entry(50, "test.PassThroughTest#the_base_url_of_a_provider_may_end_with_a_slash_or_have_no_version"),
            // Escaped paths.
            Map.entry(51, "test.EveryEndpointTest#paths_and_queries_pass_as_they_were_written"),
            // Queries.
            Map.entry(52, "test.PassThroughTest#a_query_reaches_the_provider_as_it_was_written"),
            // An error page in HTML.
            Map.entry(55, "pipeline.ErrorAnswerTest#edge_case_55_what_is_no_json_object_becomes_one"),
            // Expect: 100-continue.
            Map.entry(56, "test.EveryEndpointTest#a_caller_that_asks_before_it_uploads_is_told_to_go_on"),
            // Preflights.
            Map.entry(57, "test.EveryEndpointTest#a_preflight_is_answered_here"),
            // Which requests may be sent again.
            Map.entry(59, "test.FlowTest#a_provider_that_closes_when_the_next_request_comes_costs_nobody_a_call"),
            // Close codes of WebSockets.
            Map.entry(60, "test.RealtimeTest#close_codes_pass_from_the_provider_to_the_caller"));

    @Test
    void is_shown_by_a_golden_file_or_a_test() throws IOException {
        Set<Integer> shown = new TreeSet<>(ELSEWHERE.keySet());
        try (Stream<Path> files = Files.walk(Path.of("src/test/resources/golden"))) {
            files.map(file -> file.getFileName().toString())
                    .filter(name -> name.contains(".in."))
                    .flatMap(name -> NUMBERS.matcher(name).results())
                    .map(found -> Integer.valueOf(found.group(1)))
                    .forEach(shown::add);
        }

        assertThat(shown).containsAll(IntStream.rangeClosed(1, CASES).boxed().collect(Collectors.toSet()));
    }

    @Test
    void has_a_test_that_is_there() throws ClassNotFoundException {
        for (String test : ELSEWHERE.values()) {
            Matcher parts = Pattern.compile("(.+)#(.+)").matcher(test);
            assertThat(parts.matches()).isTrue();
            Class<?> type = Class.forName(
                    "dev.comporta." + parts.group(1), false, getClass().getClassLoader());

            assertThat(Stream.concat(Stream.of(type), Arrays.stream(type.getDeclaredClasses()))
                            .flatMap(each -> Arrays.stream(each.getDeclaredMethods()))
                            .map(method -> method.getName()))
                    .as(test)
                    .contains(parts.group(2));
        }
    }
}
