package dev.comporta.dialect.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.comporta.core.Seeds;
import dev.comporta.core.TokenUsage;
import dev.comporta.dialect.sse.Cuts;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A chat stream on its way to the caller")
class ChatStreamTest {

    private static final String HELLO =
            "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hello 😀\"},\"finish_reason\":null}]}\n\n";
    private static final String STOP =
            "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n";
    private static final String USAGE =
            "data: {\"id\":\"c\",\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":5,\"total_tokens\":14}}\n\n";
    private static final String DONE = "data: [DONE]\n\n";

    private static final boolean STRIP = true;
    private static final boolean KEEP = false;

    @Test
    void passes_as_the_bytes_in_which_it_came() {
        Seen seen = read(KEEP, ": comment\n\nevent: x\nid: 7\n" + HELLO + STOP + USAGE + DONE);

        assertThat(seen.out).isEqualTo(": comment\n\nevent: x\nid: 7\n" + HELLO + STOP + USAGE);
    }

    @Test
    void keeps_done_back_until_usage_is_recorded() {
        ChatStream stream = new ChatStream(KEEP, null);

        assertThat(stream.feed(Buffer.buffer(HELLO + STOP))).hasToString(HELLO + STOP);
        assertThat(stream.isDone()).isFalse();
        assertThat(stream.feed(Buffer.buffer(DONE)).length()).isZero();
        assertThat(stream.isDone()).isTrue();
        assertThat(stream.isWhole()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"data:[DONE]\n\n", "data: [DONE]\r\n\r\n", "data: [DONE]\r\r", "data: [DONE]", "data: [DONE]\n"})
    void knows_done_in_every_spelling(String done) {
        Seen seen = read(KEEP, HELLO + done);

        assertThat(seen.stream.isDone()).isTrue();
        assertThat(seen.out).isEqualTo(HELLO);
    }

    @Test
    void edge_case_9_ignores_what_comes_after_done() {
        Seen seen = read(KEEP, HELLO + DONE + STOP + USAGE + DONE + "data: {\"error\":{}}\n\n");

        assertThat(seen.out).isEqualTo(HELLO);
        assertThat(seen.stream.usage()).isNull();
        assertThat(seen.stream.error()).isNull();
    }

    @Test
    void edge_case_8_the_last_event_may_lack_its_blank_line() {
        assertThat(read(KEEP, HELLO + STOP.strip()).out).isEqualTo(HELLO + STOP);
        assertThat(read(STRIP, HELLO + STOP + USAGE.strip()).out).isEqualTo(HELLO + STOP);
    }

    @Test
    void has_begun_with_the_first_content_but_not_with_a_comment() {
        ChatStream stream = new ChatStream(KEEP, null);

        stream.feed(Buffer.buffer(": ping\n\nevent: x\n\n"));
        assertThat(stream.hasBegun()).isFalse();
        stream.feed(Buffer.buffer(HELLO));
        assertThat(stream.hasBegun()).isTrue();
    }

    @Test
    void is_refused_when_an_event_never_ends() {
        ChatStream stream = new ChatStream(KEEP, null);
        Buffer megabyte = Buffer.buffer("x".repeat(1 << 20));

        assertThatIllegalStateException().isThrownBy(() -> {
            for (int i = 0; i < 20; i++) {
                stream.feed(megabyte);
            }
        });
    }

    @Nested
    @DisplayName("is whole or broken")
    class Whole {

        @Test
        void a_finish_reason_without_done_is_whole() {
            assertThat(read(KEEP, HELLO + STOP).stream.isWhole()).isTrue();
        }

        @Test
        void every_choice_that_has_begun_must_have_finished() {
            String both = choice(0, "null") + choice(1, "null");

            assertThat(read(KEEP, both + choice(0, "\"stop\"")).stream.isWhole())
                    .isFalse();
            assertThat(read(KEEP, both + choice(1, "\"length\"")).stream.isWhole())
                    .isFalse();
            assertThat(read(KEEP, both + choice(0, "\"stop\"") + choice(1, "\"length\""))
                            .stream
                            .isWhole())
                    .isTrue();
            assertThat(read(KEEP, both + choice(0, "\"stop\"") + DONE).stream.isWhole())
                    .isTrue();
        }

        @ParameterizedTest
        @ValueSource(
                strings = {"-1", "1024", "2147483647", "-2147483648", "99999999999999999999", "1.5", "\"1\"", "{}"})
        void the_index_of_a_choice_may_be_absurd(String index) {
            String begun = choice(7, "null") + choice(index, "null");

            Seen broken = read(KEEP, begun + choice(index, "\"stop\""));
            Seen whole = read(KEEP, begun + choice(index, "\"stop\"") + choice(7, "\"stop\""));

            assertThat(broken.stream.isWhole()).isFalse();
            assertThat(whole.stream.isWhole()).isTrue();
            assertThat(whole.stream.takeText()).isEqualTo("xxxx");
            assertThat(whole.out).endsWith(choice(7, "\"stop\""));
        }

        private static String choice(Object index, String finishReason) {
            return "data: {\"choices\":[{\"index\":%s,\"delta\":{\"content\":\"x\"},\"finish_reason\":%s}]}\n\n"
                    .formatted(index, finishReason);
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"half",
                    "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]",
                    "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]\n",
                    "data: [DON"
                })
        void half_an_event_at_the_end_is_kept_from_the_caller(String half) {
            Seen seen = read(KEEP, HELLO + half);

            assertThat(seen.out).isEqualTo(HELLO);
            assertThat(seen.stream.isWhole()).isFalse();
        }

        @Test
        void done_without_a_finish_reason_is_whole() {
            assertThat(read(KEEP, HELLO + DONE).stream.isWhole()).isTrue();
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "",
                    ": nothing but comments\n\n",
                    "data: {\"choices\":[{\"delta\":{\"content\":\"finish_reason\"},\"finish_reason\":null}]}\n\n",
                    "data: {\"choices\":[],\"finish_reason\":\"stop\"}\n\n",
                    "data: [DONE\n\n",
                    "data: \"[DONE]\"\n\n",
                    "event: [DONE]\n\n"
                })
        void without_either_it_broke_off(String end) {
            assertThat(read(KEEP, HELLO + end).stream.isWhole()).isFalse();
        }
    }

    @Nested
    @DisplayName("tells its usage")
    class ItsUsage {

        @Test
        void edge_case_20_usage_that_the_caller_asked_for_stays() {
            Seen seen = read(KEEP, HELLO + STOP + USAGE + DONE);

            assertThat(seen.out).isEqualTo(HELLO + STOP + USAGE);
            assertThat(seen.stream.usage()).isEqualTo(TokenUsage.of(9, 5));
        }

        @Test
        void usage_that_only_the_gateway_asked_for_does_not() {
            Seen seen = read(STRIP, HELLO + STOP + USAGE + DONE);

            assertThat(seen.out).isEqualTo(HELLO + STOP);
            assertThat(seen.stream.usage()).isEqualTo(TokenUsage.of(9, 5));
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "{\"choices\":[],\"usage\":{}}",
                    "{\"choices\":[],\"usage\":{\"prompt_tokens\":-1}}",
                    "{\"choices\":null,\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":1}}",
                    "{\"id\":\"c\",\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":1}}"
                })
        void a_chunk_that_has_only_usage_is_swallowed_however_odd(String chunk) {
            assertThat(read(STRIP, HELLO + "data: " + chunk + "\n\n" + STOP).out)
                    .isEqualTo(HELLO + STOP);
            assertThat(read(KEEP, HELLO + "data: " + chunk + "\n\n").out).isEqualTo(HELLO + "data: " + chunk + "\n\n");
        }

        @ParameterizedTest
        @CsvSource(
                delimiter = '>',
                quoteCharacter = '`',
                value = {
                    "{'usage':null,'id':'c','choices':[{}]} > {'id':'c','choices':[{}]}",
                    "{'id':'c','usage':null,'choices':[{}]} > {'id':'c','choices':[{}]}",
                    "{'id':'c','choices':[{}],'usage':null} > {'id':'c','choices':[{}]}",
                    "{ 'usage' : null , 'id':'c','choices':[{}]} > {  'id':'c','choices':[{}]}",
                    "{'id':'c' , 'usage' : null , 'choices':[{}]} > {'id':'c'  , 'choices':[{}]}",
                    "{'id':'c','choices':[{}] , 'usage' : null } > {'id':'c','choices':[{}]  }",
                    "{'usage':null} > {}",
                    "{'choices':[{'usage':null}],'x':{'usage':null},'usage':null} > {'choices':[{'usage':null}],'x':{'usage':null}}",
                    "{'choices':[{'delta':{'content':'\\'usage\\':null,'}}],'usage':null,'y':1.0} > {'choices':[{'delta':{'content':'\\'usage\\':null,'}}],'y':1.0}",
                    "{'seed':18446744073709551616,'usage':null,'choices':[{}],'é😀':'\\u00e9'} > {'seed':18446744073709551616,'choices':[{}],'é😀':'\\u00e9'}",
                    // not the usage chunk, though it has no choices
                    "{'choices':[],'prompt_filter_results':[{'index':0}],'usage':null} > {'choices':[],'prompt_filter_results':[{'index':0}]}",
                    // of no type that it should have
                    "{'choices':[{}],'usage':[1,{'x':[2]}],'id':'c'} > {'choices':[{}],'id':'c'}",
                    "{'choices':[{}],'usage':'none','id':'c'} > {'choices':[{}],'id':'c'}",
                    "{'choices':[{}],'usage':-1.5e3,'id':'c'} > {'choices':[{}],'id':'c'}"
                })
        void stripping_takes_the_member_and_leaves_every_other_byte(String provider, String caller) {
            String event = "data: " + provider.replace('\'', '"') + "\n\n";

            assertThat(read(STRIP, event).out.replaceAll(" +", " "))
                    .isEqualTo("data: " + caller.replace('\'', '"').replaceAll(" +", " ") + "\n\n");
            assertThat(read(KEEP, event).out).isEqualTo(event);
        }

        @Test
        void edge_case_21_usage_on_the_finish_chunk_is_read_and_the_finish_stays() {
            String chunk =
                    "data: {\"choices\":[{\"delta\":{\"content\":\"\"},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":4}}\n\n";

            Seen stripped = read(STRIP, HELLO + chunk + DONE);
            assertThat(stripped.stream.usage()).isEqualTo(TokenUsage.of(3, 4));
            assertThat(stripped.out)
                    .isEqualTo(HELLO
                            + "data: {\"choices\":[{\"delta\":{\"content\":\"\"},\"finish_reason\":\"stop\"}]}\n\n");

            assertThat(read(KEEP, HELLO + chunk + DONE).out).isEqualTo(HELLO + chunk);
        }

        @Test
        void edge_case_21_usage_on_every_chunk_counts_once_and_the_last_one_is_right() {
            String chunk =
                    "data: {\"choices\":[{\"delta\":{}}],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":%d}}\n\n";

            Seen seen = read(STRIP, chunk.formatted(1) + chunk.formatted(2) + chunk.formatted(7) + DONE);

            assertThat(seen.stream.usage()).isEqualTo(TokenUsage.of(3, 7));
            assertThat(seen.out).doesNotContain("usage");
        }

        @Test
        void groq_says_it_in_x_groq() {
            String end =
                    "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}],\"x_groq\":{\"id\":\"r\",\"usage\":{\"queue_time\":0.1,\"prompt_tokens\":18,\"completion_tokens\":2,\"total_tokens\":20}}}\n\n";

            Seen seen = read(STRIP, HELLO + end + DONE);

            assertThat(seen.stream.usage()).isEqualTo(TokenUsage.of(18, 2));
            assertThat(seen.out).isEqualTo(HELLO + end);
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "null",
                    "[]",
                    "\"x\"",
                    "{\"usage\":null}",
                    "{\"usage\":{\"dram_cached_tokens\":0}}",
                    "{\"error\":\"x\"}"
                })
        void groq_may_say_something_else(String groq) {
            Seen seen = read(
                    STRIP, "data: {\"choices\":[{\"delta\":{}}],\"x_groq\":" + groq + ",\"id\":\"c\"}\n\n" + USAGE);

            assertThat(seen.stream.usage()).isEqualTo(TokenUsage.of(9, 5));
        }

        @Test
        void the_details_are_read() {
            Seen seen = read(
                    KEEP,
                    "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":100,\"completion_tokens\":50,\"prompt_tokens_details\":"
                            + "{\"cached_tokens\":60,\"cache_write_tokens\":7},\"completion_tokens_details\":{\"reasoning_tokens\":40}}}\n\n");

            assertThat(seen.stream.usage()).isEqualTo(new TokenUsage(100, 60, 7, 50, 40));
        }

        @Test
        void edge_case_5_a_chunk_on_several_data_lines_stays_one_event_when_usage_is_taken_out() {
            Seen seen = read(
                    STRIP,
                    "data: {\"choices\":[\ndata: {\"delta\":{\"content\":\"a\"}}],\ndata: \"usage\":null,\ndata: \"id\":1}\n\n");

            assertThat(seen.out.lines().filter(line -> !line.isEmpty()))
                    .hasSize(1)
                    .allMatch(line -> line.startsWith("data: {\"choices\":["))
                    .allMatch(line -> line.endsWith("\"id\":1}"));
            assertThat(seen.out).endsWith("}\n\n").doesNotContain("usage");
        }
    }

    @Nested
    @DisplayName("may carry an error")
    class Errors {

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "{\"error\":{\"message\":\"overloaded\",\"type\":\"server_error\"}}",
                    "{\"error\":\"overloaded\"}",
                    "{\"id\":\"c\",\"choices\":[],\"usage\":null,\"error\":{\"code\":502}}",
                    "{\"error\":{\"code\":502},\"choices\":[],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":1}}"
                })
        void that_the_caller_and_the_gateway_both_see(String error) {
            Seen seen = read(STRIP, HELLO + "data: " + error + "\n\n" + DONE);

            assertThat(seen.stream.errorBody()).hasToString(error);
            assertThat(seen.out).startsWith(HELLO).contains("\"error\"");
        }

        @Test
        void that_repeats_the_gateways_key_and_is_withheld_so_that_the_answer_is_not_whole() {
            ChatStream stream = new ChatStream(KEEP, "sk-of-the-gateway");

            Buffer out = stream.feed(Buffer.buffer(HELLO
                    + "data: {\"error\":{\"message\":\"Bad key sk-of-the-gateway.\"}}\n\n"
                    + "data: {\"error\":{\"message\":\"Harmless.\"}}\n\n" + STOP + DONE));

            assertThat(out.toString()).startsWith(HELLO).contains("Harmless").doesNotContain("sk-of");
            assertThat(stream.isWhole()).isFalse();
            assertThat(stream.error()).isNotNull();
        }

        @Test
        void of_null_is_none() {
            assertThat(read(KEEP, "data: {\"error\":null,\"choices\":[]}\n\n")
                            .stream
                            .error())
                    .isNull();
        }

        @ParameterizedTest
        @ValueSource(strings = {"overloaded", "{", "{\"choices\":[", "[1,2]", "1", "\"x\"", "<html>", "{\"a\":\u0001}"})
        void or_what_is_no_json_which_is_the_callers_to_judge(String garbage) {
            Seen seen = read(STRIP, "data: " + garbage + "\n\n" + HELLO);

            assertThat(seen.out).isEqualTo("data: " + garbage + "\n\n" + HELLO);
        }

        @Test
        void nesting_that_would_exhaust_a_stack_passes_unread() {
            String deep = "data: {\"choices\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}\n\n";

            assertThat(read(STRIP, deep + HELLO).out).isEqualTo(deep + HELLO);
        }
    }

    @Nested
    @DisplayName("is counted by its text when nobody tells its usage")
    class ItsText {

        static final List<Arguments> DELTAS = List.of(
                arguments("{\"delta\":{\"role\":\"assistant\",\"content\":\"a😀\"}}", "a😀"),
                arguments("{\"delta\":{\"reasoning\":\"a\"}}", "a"),
                arguments("{\"delta\":{\"reasoning_content\":\"a\",\"content\":\"b\"}}", "ab"),
                arguments("{\"delta\":{\"refusal\":\"no\"}}", "no"),
                arguments("{\"delta\":{\"content\":\"\\u0041\\n\\\"\"}}", "A\n\""),
                arguments(
                        "{\"delta\":{\"content\":null,\"tool_calls\":[{\"index\":0,\"id\":\"call_1\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"{\\\"x\\\":1}\"}}]}}",
                        "f{\"x\":1}"),
                arguments(
                        "{\"delta\":{\"content\":[{\"type\":\"thinking\",\"thinking\":[{\"type\":\"text\",\"text\":\"t\"}]},{\"type\":\"text\",\"text\":\"c\"}]}}",
                        "tc"),
                arguments(
                        "{\"delta\":{\"content\":\"a\"},\"logprobs\":{\"content\":[{\"token\":\"a\",\"content\":\"no\",\"text\":\"no\",\"top_logprobs\":[{\"text\":\"no\"}]}]},\"finish_reason\":null}",
                        "a"),
                arguments("{\"logprobs\":null,\"delta\":{\"content\":\"a\"}}", "a"),
                arguments("{\"delta\":{}}", ""));

        @ParameterizedTest
        @FieldSource("DELTAS")
        void a_choice_says_what_was_generated(String choice, String text) {
            Seen seen = read(KEEP, "data: {\"content\":\"no\",\"choices\":[" + choice + "],\"text\":\"no\"}\n\n");

            assertThat(seen.stream.textLength()).isEqualTo(text.length());
            assertThat(seen.stream.takeText()).isEqualTo(text);
            assertThat(seen.stream.takeText()).isEmpty();
        }

        @Test
        void several_choices_are_all_billed() {
            Seen seen = read(
                    KEEP,
                    "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"}},{\"index\":1,\"delta\":{\"content\":\"b\"}}]}\n\n"
                            + "data: {\"choices\":[{\"index\":1,\"delta\":{\"content\":\"c\"}}]}\n\n");

            assertThat(seen.stream.takeText()).isEqualTo("abc");
        }

        @Test
        void a_finish_reason_behind_logprobs_is_seen() {
            Seen seen = read(
                    KEEP,
                    "data: {\"choices\":[{\"logprobs\":{\"content\":[{\"finish_reason\":\"no\"}]},\"finish_reason\":\"stop\"}]}\n\n");

            assertThat(seen.stream.isWhole()).isTrue();
        }
    }

    @Nested
    @DisplayName("is the same wherever the network cuts it")
    class AnyCut {

        @ParameterizedTest
        @CsvSource({"true,LF", "false,LF", "true,CRLF", "false,CRLF", "true,CR", "false,CR"})
        void at_every_place(boolean strip, String ending) {
            String stream = ended(
                    ": hi\n\n" + HELLO + "data: {\"choices\":[{\"delta\":{}}],\"usage\":null}\n\n" + STOP + USAGE
                            + DONE,
                    ending);
            List<Object> whole = read(strip, stream).outcome();

            Cuts.systematic(stream)
                    .forEach(cut -> assertThat(read(strip, cut).outcome())
                            .as("cut in %d", cut.size())
                            .isEqualTo(whole));
        }

        @Test
        void whatever_the_events_are() {
            Seeds.each(2_000, random -> {
                String ending = List.of("LF", "CRLF", "CR").get(random.nextInt(3));
                String stream = ended(randomStream(random), ending);
                boolean strip = random.nextBoolean();

                assertThat(read(strip, Cuts.random(stream, random)).outcome())
                        .as("the outcome of %s", stream)
                        .isEqualTo(read(strip, stream).outcome());
            });
        }

        private static String ended(String stream, String ending) {
            return stream.replace("\n", ending.equals("LF") ? "\n" : ending.equals("CR") ? "\r" : "\r\n");
        }

        private static String randomStream(Random random) {
            String[] events = {
                HELLO,
                STOP,
                USAGE,
                "data: {\"choices\":[{\"delta\":{\"content\":\"é\"}}],\"usage\":null}\n\n",
                "data:{\"usage\":null,\"choices\":[{\"delta\":{\"content\":\"日\"}}]}\n\n",
                "data: {\"choices\":[\ndata: {\"delta\":{\"content\":\"x\"}}],\"usage\":null}\n\n",
                ": ping\n\n",
                "data: garbage\n\n",
                "data: {\"error\":{\"code\":\"x\"}}\n\n",
                "\n"
            };
            StringBuilder stream = new StringBuilder();
            for (int count = random.nextInt(12); count > 0; count--) {
                stream.append(events[random.nextInt(events.length)]);
            }
            return stream.append(random.nextBoolean() ? DONE : random.nextBoolean() ? "data: {\"x\":1}" : "")
                    .toString();
        }
    }

    private static Seen read(boolean strip, String stream) {
        return read(strip, List.of(Buffer.buffer(stream)));
    }

    private static Seen read(boolean strip, List<Buffer> chunks) {
        ChatStream stream = new ChatStream(strip, null);
        Buffer out = Buffer.buffer();
        chunks.forEach(chunk -> out.appendBuffer(stream.feed(chunk)));
        out.appendBuffer(stream.end());
        return new Seen(stream, out.toString());
    }

    private record Seen(ChatStream stream, String out) {

        List<Object> outcome() {
            return List.of(
                    out,
                    stream.takeText(),
                    stream.isDone(),
                    stream.isWhole(),
                    stream.hasBegun(),
                    String.valueOf(stream.usage()),
                    String.valueOf(stream.errorBody()));
        }
    }
}
