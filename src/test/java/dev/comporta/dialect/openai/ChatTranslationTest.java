package dev.comporta.dialect.openai;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.core.TokenUsage;
import dev.comporta.dialect.AnswerStream;
import dev.comporta.dialect.Dropped;
import dev.comporta.dialect.Json;
import dev.comporta.dialect.ModelRequest;
import dev.comporta.dialect.Outgoing;
import dev.comporta.dialect.ProviderError;
import dev.comporta.dialect.TargetTraits;
import dev.comporta.dialect.Translation;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("Between a caller and a provider that both speak OpenAI's dialect")
class ChatTranslationTest {

    private static final String ODD =
            "{ \"model\" : \"m\",\n \"seed\":1.0e2, \"max_tokens\":5, \"x\":[18446744073709551616],"
                    + " \"messages\":[{\"role\":\"developer\",\"name\":\"a\",\"content\":\"\\u0041\"}] }";
    private static final TokenUsage USED = TokenUsage.of(18, 2);

    @Nested
    @DisplayName("a request")
    class Requests {

        @Test
        void of_a_compatible_server_passes_as_the_bytes_it_came_in() {
            assertThat(sent("", "m", ODD)).isEqualTo(ODD);
        }

        @Test
        void edge_case_45_of_openai_passes_unless_its_model_refuses_something() {
            assertThat(sent("openai", "m", ODD)).isEqualTo(ODD);
            assertThat(sent("openai", "gpt-4o", ODD)).isEqualTo(ODD.replace("\"m\"", "\"gpt-4o\""));
        }

        @Test
        void edge_case_37_of_a_reasoning_model_keeps_everything_but_the_name_of_the_limit() throws IOException {
            assertThat(json(sent("openai", "gpt-5.1", ODD)))
                    .isEqualTo(json("{\"model\":\"gpt-5.1\",\"seed\":1.0e2,\"max_completion_tokens\":5,"
                            + "\"x\":[18446744073709551616],"
                            + "\"messages\":[{\"role\":\"developer\",\"name\":\"a\",\"content\":\"A\"}]}"));
        }

        @Test
        void of_a_reasoning_model_passes_if_it_says_nothing_that_is_refused() {
            String harmless = "{\"model\":\"m\" ,\"temperature\":1.0,\"stop\":[\"x\"],\"messages\":[]}";

            assertThat(sent("openai", "gpt-5.1", harmless)).isEqualTo(harmless.replace("\"m\"", "\"gpt-5.1\""));
        }

        @Test
        void of_openai_loses_what_only_other_dialects_know() throws IOException {
            String body =
                    "{\"model\":\"m\",\"top_k\":5,\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\","
                            + "\"text\":\"A\",\"cache_control\":{\"type\":\"ephemeral\"}}]}]}";
            Dropped dropped = new Dropped(false);

            assertThat(sent("", "m", body)).isEqualTo(body);
            Outgoing out = translation("openai", "m", body, true, dropped).request();
            assertThat(json(out.body().toString()))
                    .isEqualTo(json("{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":"
                            + "[{\"type\":\"text\",\"text\":\"A\"}]}]}"));
            assertThat(dropped.fields()).containsExactly("top_k", "messages[].content[].cache_control");
        }

        @Test
        void of_openai_passes_if_it_only_speaks_of_such_things() {
            String body =
                    "{\"model\":\"m\" ,\"messages\":[{\"role\":\"user\",\"content\":\"\\u0041 \\\"cache_control\\\"\"}],"
                            + "\"metadata\":{\"is_error\":\"1\"}}";

            assertThat(sent("openai", "m", body)).isEqualTo(body);
        }

        @ParameterizedTest
        @CsvSource({"groq", "mistral"})
        void of_groq_and_mistral_passes_too_if_there_is_nothing_to_change(String quirks) {
            String plain =
                    "{\"model\":\"m\" ,\"temperature\":0.70,\"messages\":[{\"role\":\"user\",\"content\":\"\\u0041\"}]}";

            assertThat(sent(quirks, "m", plain)).isEqualTo(plain);
        }

        @Test
        void tells_what_was_left_out() {
            Dropped dropped = new Dropped(false);

            translation("groq", "m", ODD.replace("\"seed\"", "\"store\""), true, dropped)
                    .request();

            assertThat(dropped.fields()).containsExactly("store", "messages[].name");
        }

        @Test
        void is_refused_if_nothing_may_be_left_out() {
            Translation strict = translation("groq", "m", ODD, true, new Dropped(true));

            assertThatThrownBy(strict::request)
                    .isInstanceOfSatisfying(
                            GatewayError.class,
                            error -> assertThat(error.code()).isEqualTo(ErrorCode.UNSUPPORTED_PARAMETER));
        }

        @ParameterizedTest
        @CsvSource(
                delimiter = '>',
                quoteCharacter = '`',
                value = {
                    "`` > true > false > {'stream_options':{'include_usage':true},'stream':true,'model':'m'}",
                    "`` > false > false > {'stream':true,'model':'m'}",
                    "`` > true > true > {'stream':true,'model':'m'}",
                    "groq > true > false > {'stream_options':{'include_usage':true},'stream':true,'model':'m'}",
                    "mistral > true > false > {'stream':true,'model':'m'}"
                })
        void asks_for_usage_as_the_provider_wants_it(String quirks, boolean ask, boolean drop, String sent) {
            ModelRequest request = request("{\"stream\":true,\"model\":\"m\"}");
            TargetTraits traits = new TargetTraits("m", quirks, null, ask);

            Outgoing out = new ChatTranslation(request, traits, drop, null, new Dropped(true)).request();

            assertThat(out.body().toString().replace('"', '\'')).isEqualTo(sent);
        }

        @Test
        void of_mistral_has_no_options_of_a_stream_even_if_it_asks_for_none() {
            String body = "{\"model\":\"m\",\"stream_options\":{\"include_usage\":true},\"messages\":[]}";

            assertThat(sent("mistral", "m", body)).isEqualTo("{\"model\":\"m\",\"messages\":[]}");
        }

        @Test
        void that_is_changed_keeps_the_callers_own_options_of_the_stream() throws IOException {
            String body = "{\"model\":\"m\",\"stream\":true,\"stream_options\":{\"include_obfuscation\":false},\"n\":1,"
                    + "\"store\":true,\"messages\":[]}";

            assertThat(json(sent("groq", "m", body)))
                    .isEqualTo(json("{\"model\":\"m\",\"stream\":true,\"stream_options\":"
                            + "{\"include_usage\":true,\"include_obfuscation\":false},\"n\":1,\"messages\":[]}"));
        }

        /** Of OpenAI those, in which it is not left to OpenAI to judge what is in its own form. */
        static Stream<Path> golden() {
            return Stream.concat(
                    Stream.of("chat-groq", "chat-mistral").flatMap(pair -> files(pair + "/request", ".in.json")),
                    files("chat-openai/request", ".in.json")
                            .filter(file -> !file.getFileName()
                                    .toString()
                                    .matches("(file-of-text|tool-results-with-images|messages-that|45-unknown).*")));
        }

        /** A caller of chat completions gets the same from a provider, whichever way its request takes. */
        @ParameterizedTest
        @MethodSource("golden")
        void is_changed_in_the_same_way_as_one_that_is_translated(Path in) throws IOException {
            ObjectNode body = (ObjectNode) json(Files.readString(in));
            JsonNode golden = body.has("golden") ? body.remove("golden") : Json.object();
            JsonNode expected = json(Files.readString(Path.of(in.toString().replace(".in.", ".out."))));
            Dropped dropped = new Dropped(golden.path("strict").asBoolean());
            Translation translation = translation(
                    golden.path("quirks").asText(), golden.path("model").asText(), Json.text(body), true, dropped);

            if (expected.has("error")) {
                assertThatThrownBy(translation::request)
                        .isInstanceOf(GatewayError.class)
                        .hasMessage(expected.path("error").path("message").asText());
            } else {
                Outgoing out = translation.request();
                assertThat(json(out.body().toString())).isEqualTo(expected.path("body"));
                assertThat(out.path()).isEqualTo(expected.path("path").asText());
                assertThat(dropped.fields()).containsExactlyElementsOf(texts(expected.path("dropped")));
            }
        }
    }

    @Nested
    @DisplayName("a whole answer")
    class Answers {

        private static final String ANSWER =
                "{ \"id\":\"c\",\"choices\":[{\"index\":0,\"message\":{\"content\":\"Hi\"},"
                        + "\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":18,\"completion_tokens\":2}}";

        @Test
        void passes_as_the_bytes_it_came_in() {
            Translation.Whole whole = whole("", "{\"model\":\"m\"}", ANSWER);

            assertThat(whole.body()).hasToString(ANSWER);
            assertThat(whole.usage()).isEqualTo(USED);
            assertThat(whole.error()).isNull();
            assertThat(whole.text().get()).isEqualTo("Hi");
        }

        @Test
        void edge_case_12_becomes_chunks_if_a_stream_was_asked_for() {
            String request = "{\"model\":\"m\",\"stream\":true,\"stream_options\":{\"include_usage\":true}}";

            assertThat(whole("", request, ANSWER).body().toString())
                    .startsWith("data: {")
                    .contains("\"usage\"")
                    .endsWith("data: [DONE]\n\n");
        }

        @Test
        void edge_case_13_may_be_an_error() {
            Translation.Whole whole = whole("", "{\"model\":\"m\"}", "{\"error\":{\"message\":\"No\",\"code\":429}}");

            assertThat(whole.error()).isNotNull();
            assertThat(whole.error().status()).isEqualTo(429);
            assertThat(whole.error().message()).isEqualTo("No");
        }

        @Test
        void that_is_no_json_makes_no_sense() {
            Translation translation = translation("", "m", "{\"model\":\"m\"}", true, new Dropped(true));

            assertThat(translation.whole("<html>".getBytes(UTF_8))).isNull();
        }

        @Test
        void of_mistral_is_put_into_openais_words() throws IOException {
            String thinking =
                    "{\"id\":\"c\",\"x\":1.50,\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":["
                            + "{\"type\":\"thinking\",\"thinking\":[{\"type\":\"text\",\"text\":\"Hm\"}]},{\"type\":\"text\",\"text\":\"4\"}],"
                            + "\"tool_calls\":[{\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":{\"a\":1}}}]},"
                            + "\"finish_reason\":\"model_length\"}]}";

            assertThat(json(whole("mistral", "{\"model\":\"m\"}", thinking)
                            .body()
                            .toString()))
                    .isEqualTo(json(
                            "{\"id\":\"c\",\"x\":1.50,\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\","
                                    + "\"content\":\"4\",\"tool_calls\":[{\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"{\\\"a\\\":1}\"}}],"
                                    + "\"reasoning_content\":\"Hm\"},\"finish_reason\":\"length\"}]}"));
            assertThat(whole("mistral", "{\"model\":\"m\"}", ANSWER).body()).hasToString(ANSWER);
            assertThat(whole("", "{\"model\":\"m\"}", thinking).body()).hasToString(thinking);
        }

        private static Translation.Whole whole(String quirks, String request, String answer) {
            Translation.Whole whole =
                    translation(quirks, "m", request, true, new Dropped(true)).whole(answer.getBytes(UTF_8));
            assertThat(whole).isNotNull();
            return whole;
        }
    }

    @Nested
    @DisplayName("a stream")
    class Streams {

        private static final String HI =
                "data: {\"id\":\"c\",\"created\":7,\"model\":\"r\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hi\"},\"finish_reason\":null}]}\n\n";
        private static final String STOP =
                "data: {\"id\":\"c\",\"created\":7,\"model\":\"r\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}],"
                        + "\"x_groq\":{\"id\":\"q\",\"usage\":{\"prompt_tokens\":18,\"completion_tokens\":2}}}\n\n";
        private static final String DONE = "data: [DONE]\n\n";

        @Test
        void passes_and_its_end_is_told_when_the_call_is_accounted_for() {
            AnswerStream stream = stream("", false);

            assertThat(stream.feed(Buffer.buffer(HI + STOP + DONE))).hasToString(HI + STOP);
            assertThat(stream.isDone()).isTrue();
            assertThat(stream.isWhole()).isTrue();
            assertThat(stream.usage()).isEqualTo(USED);
            assertThat(stream.close(USED)).hasToString(DONE);
        }

        @Test
        void of_groq_tells_its_usage_where_openais_callers_look_for_it_if_they_asked() {
            AnswerStream stream = stream("groq", true);

            stream.feed(Buffer.buffer(HI + STOP + DONE));

            assertThat(stream.close(USED))
                    .hasToString("data: {\"id\":\"c\",\"created\":7,\"model\":\"r\",\"choices\":[],\"usage\":"
                            + "{\"prompt_tokens\":18,\"completion_tokens\":2,\"total_tokens\":20,"
                            + "\"prompt_tokens_details\":{\"cached_tokens\":0,\"cache_write_tokens\":0},"
                            + "\"completion_tokens_details\":{\"reasoning_tokens\":0}}}\n\n" + DONE);
        }

        @Test
        void of_groq_tells_its_usage_even_if_the_chunk_that_told_it_cannot_be_read_again() {
            AnswerStream stream = stream("groq", true);

            stream.feed(Buffer.buffer(HI + STOP.replace("}\n\n", "}{}\n\n") + DONE));

            assertThat(stream.close(USED).toString())
                    .startsWith("data: {\"choices\":[],\"usage\":{")
                    .endsWith(DONE);
        }

        @Test
        void edge_case_21_tells_usage_only_once() {
            String usage =
                    "data: {\"id\":\"c\",\"choices\":[],\"usage\":{\"prompt_tokens\":18,\"completion_tokens\":2}}\n\n";
            AnswerStream stream = stream("groq", true);

            assertThat(stream.feed(Buffer.buffer(HI + STOP + usage + DONE))).hasToString(HI + STOP + usage);
            assertThat(stream.close(USED)).hasToString(DONE);
        }

        @Test
        void of_groq_that_stops_early_is_not_whole() {
            AnswerStream stream = stream("groq", false);

            stream.feed(Buffer.buffer(
                    HI + "data: {\"id\":\"c\",\"choices\":[],\"x_groq\":{\"error\":\"over capacity\"}}\n\n" + DONE));

            assertThat(stream.isWhole()).isFalse();
            assertThat(stream.error())
                    .isEqualTo(ProviderError.of(502, "server_error", "provider_failed", "over capacity"));
            assertThat(stream.fail(stream.error()).toString())
                    .isEqualTo(
                            "data: {\"error\":{\"message\":\"over capacity\",\"type\":\"server_error\",\"param\":null,"
                                    + "\"code\":\"provider_failed\"}}\n\n" + DONE);
        }

        @Test
        void that_finishes_with_an_error_is_not_whole() {
            AnswerStream stream = stream("mistral", false);

            stream.feed(Buffer.buffer(HI + STOP.replace("\"stop\"", "\"error\"") + DONE));

            assertThat(stream.isWhole()).isFalse();
        }

        @Test
        void whose_error_has_no_object_around_it_is_not_whole_and_tells_it_in_one() {
            AnswerStream stream = stream("mistral", false);

            Buffer out = stream.feed(Buffer.buffer(HI
                    + "data: {\"object\":\"error\",\"message\":\"Too much\",\"type\":\"server_error\",\"param\":null,\"code\":\"3700\"}\n\n"
                    + DONE));

            assertThat(out).hasToString(HI);
            assertThat(stream.isWhole()).isFalse();
            assertThat(stream.fail(stream.error()).toString())
                    .isEqualTo("data: {\"error\":{\"message\":\"Too much\",\"type\":\"server_error\",\"param\":null,"
                            + "\"code\":\"3700\"}}\n\n" + DONE);
        }

        @ParameterizedTest
        @CsvSource({"true", "false"})
        void that_tells_usage_with_its_end_tells_it_apart_and_only_to_callers_who_ask(boolean asked) {
            AnswerStream stream = stream("mistral", asked);

            Buffer out = stream.feed(Buffer.buffer(HI
                    + STOP.replace("}\n\n", ",\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":5}}\n\n")
                    + DONE));

            assertThat(out).hasToString(HI + STOP);
            assertThat(stream.usage().outputTokens()).isEqualTo(5);
            assertThat(stream.close(stream.usage()).toString())
                    .contains(asked ? "\"choices\":[],\"usage\":{\"prompt_tokens\":9" : DONE)
                    .endsWith(DONE)
                    .hasLineCount(asked ? 4 : 2);
        }

        @Test
        void of_mistral_is_put_into_openais_words_event_by_event() {
            String thinking =
                    "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{\"content\":[{\"type\":\"thinking\","
                            + "\"thinking\":[{\"type\":\"text\",\"text\":\"Hm\"}]}]},\"finish_reason\":null}]}\n\n";
            String end = STOP.replace("\"stop\"", "\"model_length\"");
            AnswerStream stream = stream("mistral", false);

            assertThat(stream.feed(Buffer.buffer(HI + thinking + end + DONE)))
                    .hasToString(HI
                            + "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{\"reasoning_content\":\"Hm\"},\"finish_reason\":null}]}\n\n"
                            + STOP.replace("\"stop\"", "\"length\""));
            assertThat(stream.takeText()).isEqualTo("HiHm");
            assertThat(stream.isWhole()).isTrue();
        }

        @Test
        void whose_error_repeats_the_gateways_key_says_neither_the_key_nor_the_error() {
            AnswerStream stream = new ChatTranslation(
                            request("{\"model\":\"m\",\"stream\":true}"),
                            new TargetTraits("m", "", null, true),
                            false,
                            "sk-secret",
                            new Dropped(true))
                    .stream();

            Buffer out = stream.feed(
                    Buffer.buffer("data: {\"error\":{\"message\":\"Bad key sk-secret\",\"code\":401}}\n\n"));

            assertThat(out.toString()).isEmpty();
            assertThat(stream.error()).isNotNull();
            assertThat(stream.error().status()).isEqualTo(401);
            assertThat(stream.error().toString()).doesNotContain("sk-secret");
            assertThat(stream.isWhole()).isFalse();
        }

        private static AnswerStream stream(String quirks, boolean includeUsage) {
            return translation(
                    quirks,
                    "m",
                    "{\"model\":\"m\",\"stream\":true,\"stream_options\":{\"include_usage\":%s}}"
                            .formatted(includeUsage),
                    false,
                    new Dropped(true))
                    .stream();
        }
    }

    @Nested
    @DisplayName("a completion of the older API")
    class Legacy {

        private static final String CHUNK =
                "data: {\"id\":\"cmpl-1\",\"object\":\"text_completion\",\"choices\":[{\"text\":\"Hi\",\"index\":0,\"logprobs\":null,\"finish_reason\":null}]}\n\n";
        private static final String END =
                "data: {\"id\":\"cmpl-1\",\"object\":\"text_completion\",\"choices\":[{\"text\":\"!\",\"index\":0,\"logprobs\":null,\"finish_reason\":\"length\"}]}\n\n";
        private static final String USAGE =
                "data: {\"id\":\"cmpl-1\",\"object\":\"text_completion\",\"choices\":[],\"usage\":{\"prompt_tokens\":18,\"completion_tokens\":2}}\n\n";

        @Test
        void goes_to_its_own_path_and_is_left_alone() {
            String body = "{\"model\":\"m\",\"prompt\":\"x\", \"max_tokens\":5,\"n\":2,\"logprobs\":1}";

            for (String quirks : List.of("openai", "groq", "mistral")) {
                Outgoing out = legacy(quirks, body).request();
                assertThat(out.path()).isEqualTo("/completions");
                assertThat(out.body()).hasToString(body);
            }
        }

        @Test
        void is_metered_in_a_stream() {
            AnswerStream stream = legacy("", "{\"model\":\"m\",\"prompt\":\"x\",\"stream\":true}").stream();

            assertThat(stream.feed(Buffer.buffer(CHUNK + END + USAGE + "data: [DONE]\n\n")))
                    .hasToString(CHUNK + END);
            assertThat(stream.takeText()).isEqualTo("Hi!");
            assertThat(stream.usage()).isEqualTo(USED);
            assertThat(stream.isWhole()).isTrue();
        }

        @Test
        void is_metered_whole_and_becomes_chunks_of_its_own_kind() {
            byte[] answer =
                    ("{\"id\":\"cmpl-1\",\"object\":\"text_completion\",\"choices\":[{\"text\":\"Hi\",\"index\":0,"
                                    + "\"logprobs\":null,\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":18,\"completion_tokens\":2}}")
                            .getBytes(UTF_8);

            Translation.Whole whole =
                    legacy("", "{\"model\":\"m\",\"prompt\":\"x\"}").whole(answer);
            Translation.Whole chunks = legacy("", "{\"model\":\"m\",\"prompt\":\"x\",\"stream\":true}")
                    .whole(answer);

            assertThat(whole).isNotNull();
            assertThat(whole.usage()).isEqualTo(USED);
            assertThat(whole.text().get()).isEqualTo("Hi");
            assertThat(chunks).isNotNull();
            assertThat(chunks.body())
                    .hasToString(
                            "data: {\"id\":\"cmpl-1\",\"object\":\"text_completion\",\"choices\":[{\"text\":\"Hi\",\"index\":0,"
                                    + "\"logprobs\":null,\"finish_reason\":null}]}\n\n"
                                    + "data: {\"id\":\"cmpl-1\",\"object\":\"text_completion\",\"choices\":[{\"index\":0,\"text\":\"\","
                                    + "\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n");
        }

        private static ChatTranslation legacy(String quirks, String body) {
            return ChatTranslation.legacy(request(body), new TargetTraits("m", quirks, null, true), false, null);
        }
    }

    static Stream<Path> files(String directory, String ending) {
        try (Stream<Path> files = Files.list(Path.of("src/test/resources/golden", directory))) {
            return files.filter(file -> file.toString().endsWith(ending)).sorted().toList().stream();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(text -> texts.add(text.asText()));
        return texts;
    }

    private static String sent(String quirks, String model, String body) {
        return translation(quirks, model, body, true, new Dropped(false))
                .request()
                .body()
                .toString();
    }

    private static ChatTranslation translation(
            String quirks, String model, String body, boolean askForUsage, Dropped dropped) {
        return new ChatTranslation(
                request(body), new TargetTraits(model, quirks, null, askForUsage), false, null, dropped);
    }

    private static ModelRequest request(String body) {
        return ModelRequest.parse(Buffer.buffer(body));
    }

    private static JsonNode json(String text) throws IOException {
        return Json.tree(text.getBytes(UTF_8));
    }
}
