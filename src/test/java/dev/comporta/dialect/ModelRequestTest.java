package dev.comporta.dialect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.core.Seeds;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A chat request passes as the caller's bytes")
class ModelRequestTest {

    private static final Path GOLDEN = Path.of("src/test/resources/golden/openai-openai");

    @Nested
    @DisplayName("with nothing to change")
    class Untouched {

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "{\"model\":\"m\"}",
                    "{\"model\":\"m\",\"stream\":false,\"stream_options\":{}}",
                    "{\"model\":\"m\",\"stream\":null,\"stream_options\":{\"include_usage\":false}}",
                    "{\"model\":\"m\",\"stream\":true,\"stream_options\":{\"include_usage\":true}}",
                    " { \"model\" : \"m\" , \"messages\" : [ ] } \n"
                })
        void it_is_the_very_buffer_that_came_in(String body) {
            Buffer buffer = Buffer.buffer(body);

            assertThat(ModelRequest.parse(buffer).forwarded("m", true, false)).isSameAs(buffer);
        }

        @Test
        void knows_the_names_of_the_fields_at_the_top() {
            ModelRequest request = ModelRequest.parse(
                    Buffer.buffer("{\"model\":\"m\",\"n\":null,\"messages\":[{\"role\":{}}],\"n\":1}"));

            assertThat(request.fields()).containsExactlyInAnyOrder("model", "n", "messages");
        }

        @Test
        void a_provider_that_is_not_asked_for_usage_gets_the_very_buffer_too() {
            Buffer buffer = Buffer.buffer("{\"model\":\"m\",\"stream\":true}");

            assertThat(ModelRequest.parse(buffer).forwarded("m", false, false)).isSameAs(buffer);
            assertThat(ModelRequest.parse(buffer).forwarded("m", false, true)).isSameAs(buffer);
        }

        @Test
        void the_callers_bytes_outlive_every_attempt() {
            ModelRequest request = parse("{\"model\":\"a/b\",\"stream\":true}");

            request.forwarded("x", true, false);
            request.forwarded("y", true, true);

            assertThat(new String(request.bytes(), StandardCharsets.UTF_8))
                    .isEqualTo("{\"model\":\"a/b\",\"stream\":true}");
            assertThat(request.forwarded("b", false, false)).hasToString("{\"model\":\"b\",\"stream\":true}");
        }
    }

    @Nested
    @DisplayName("except for the model's name")
    class ModelName {

        /** What stands before and after the name; all of it must still stand there. */
        static final List<Arguments> SURROUNDINGS = List.of(
                arguments("{\"model\":", "}"),
                arguments(" \r\n\t{ \"model\" \n:\t ", " , \"x\" : [ 1 , 2 ] } \r\n"),
                arguments("{\"a\":9223372036854775807,\"b\":18446744073709551616,\"model\":", ",\"c\":-0,\"d\":1e400}"),
                arguments("{\"a\":1.0,\"b\":1,\"c\":0.1000,\"model\":", ",\"d\":1E+2,\"e\":1e-7}"),
                arguments("{\"a\":\"\\u00e9\\ud83d\\ude00é😀\\/\\\"\\\\\",\"model\":", ",\"b\":\"\\u0000\\ud800\"}"),
                arguments("{\"日本語😀\":\"日本語😀\",\"model\":", ",\"𝄞\":1}"),
                arguments("{\"x\":1,\"x\":2,\"model\":", ",\"x\":3,\"x\":{\"x\":4,\"x\":5}}"),
                arguments(
                        "{\"messages\":[{\"model\":\"a/b\",\"content\":\"\\\"model\\\":\\\"a/b\\\"\"}],\"model\":",
                        "}"),
                arguments("{\"model\":", ",\"tools\":[{\"function\":{\"parameters\":{\"model\":\"a/b\"}}}]}"),
                arguments("{\"model\":", ",\"metadata\":{\"model\":\"a/b\"},\"moderation\":{\"model\":\"a/b\"}}"),
                arguments("{\"mod\\u0065l\":", ",\"models\":\"a/b\",\"model \":\"a/b\"}"),
                arguments(
                        "{\"x\":\"" + "long é ".repeat(100_000) + "\",\"model\":",
                        ",\"y\":\"" + "z".repeat(100_000) + "\"}"),
                arguments(
                        "{\"x\":" + "9".repeat(900) + ",\"model\":",
                        ",\"y\":" + "[".repeat(150) + "]".repeat(150) + "}"),
                arguments("{\"user\":\"u\",\"stream_options\":null,\"model\":", ",\"stream\":false}"));

        @ParameterizedTest
        @FieldSource("SURROUNDINGS")
        void every_other_byte_is_kept(String before, String after) {
            ModelRequest request = parse(before + "\"a/b\"" + after);

            assertThat(request.model()).isEqualTo("a/b");
            assertThat(request.forwarded("b", true, false).toString().equals(before + "\"b\"" + after))
                    .as("only the model's name has changed")
                    .isTrue();
        }

        @ParameterizedTest
        @CsvSource({
            "groq/openai\\/gpt\\u002doss, groq/openai/gpt-oss",
            "\\ud83d\\ude00, 😀",
            "'', ''",
            "a\\u0000b, a\u0000b"
        })
        void it_is_read_as_the_text_that_its_escapes_mean(String written, String meant) {
            assertThat(parse("{\"model\":\"" + written + "\"}").model()).isEqualTo(meant);
        }

        @Test
        void a_name_that_needs_escapes_gets_them() {
            Buffer forwarded = parse("{\"model\":\"x\",\"n\":1}").forwarded("a\"b\\c\nd😀\u0000", false, false);

            assertThat(json(forwarded).get("model").textValue()).isEqualTo("a\"b\\c\nd😀\u0000");
            assertThat(json(forwarded)).hasSize(2);
        }
    }

    @Nested
    @DisplayName("except for asking for usage")
    class StreamOptions {

        @ParameterizedTest
        @CsvSource(
                delimiter = '>',
                quoteCharacter = '`',
                value = {
                    // absent, null, empty
                    "{'model':'m','stream':true} > {'stream_options':{'include_usage':true},'model':'m','stream':true}",
                    "{ 'stream':true,'model':'m'} > {'stream_options':{'include_usage':true}, 'stream':true,'model':'m'}",
                    "{'stream':true,'stream_options':null,'model':'m'} > {'stream':true,'stream_options':{'include_usage':true},'model':'m'}",
                    "{'stream':true,'stream_options': null } > {'stream':true,'stream_options': {'include_usage':true} }",
                    "{'stream_options':{},'stream':true} > {'stream_options':{'include_usage':true},'stream':true}",
                    "{'stream_options': { },'stream':true} > {'stream_options': {'include_usage':true },'stream':true}",
                    // said otherwise
                    "{'stream_options':{'include_usage':false},'stream':true} > {'stream_options':{'include_usage':true},'stream':true}",
                    "{'stream_options':{'include_usage':null},'stream':true} > {'stream_options':{'include_usage':true},'stream':true}",
                    "{'stream_options':{ 'include_usage' : false },'stream':true} > {'stream_options':{ 'include_usage' : true },'stream':true}",
                    // beside other members
                    "{'stream_options':{'include_obfuscation':false},'stream':true} > {'stream_options':{'include_usage':true,'include_obfuscation':false},'stream':true}",
                    "{'stream_options':{ 'x':{'include_usage':false}},'stream':true} > {'stream_options':{'include_usage':true, 'x':{'include_usage':false}},'stream':true}",
                    "{'stream_options':{'x':[1,{}],'include_usage':false,'y':1},'stream':true} > {'stream_options':{'x':[1,{}],'include_usage':true,'y':1},'stream':true}",
                    // elsewhere it means nothing
                    "{'x':{'stream_options':{'include_usage':true}},'stream':true} > {'stream_options':{'include_usage':true},'x':{'stream_options':{'include_usage':true}},'stream':true}",
                    // nothing to do
                    "{'stream_options':{'include_usage':true},'stream':true} > {'stream_options':{'include_usage':true},'stream':true}",
                    "{'stream_options':{'include_usage':false},'stream':false} > {'stream_options':{'include_usage':false},'stream':false}",
                    "{'stream_options':{'include_usage':false}} > {'stream_options':{'include_usage':false}}"
                })
        void the_answer_will_tell_it(String caller, String provider) {
            String withModel = withModel(caller);

            assertThat(parse(withModel).forwarded("m", true, false)).hasToString(withModel(provider));
        }

        @ParameterizedTest
        @CsvSource(
                delimiter = '>',
                quoteCharacter = '`',
                value = {
                    "{'model':'m','stream':true} > {'model':'m','stream':true}",
                    "{'model':'m','stream':true,'stream_options':{'include_usage':true}} > {'model':'m','stream':true}",
                    "{'stream_options':{'include_usage':true},'model':'m','stream':true} > {'model':'m','stream':true}",
                    "{'model':'m','stream_options':{'include_usage':true,'x':[{}]},'stream':true} > {'model':'m','stream':true}",
                    "{'model':'m','stream_options':null,'stream':true} > {'model':'m','stream':true}",
                    "{ 'stream_options' : { } , 'model':'m','stream':true} > { 'model':'m','stream':true}",
                    "{'model':'m','stream':true , 'stream_options' : { } } > {'model':'m','stream':true }"
                })
        void a_provider_that_refuses_unknown_fields_never_sees_the_field(String caller, String provider) {
            Buffer forwarded = parse(quotes(caller)).forwarded("m", false, true);

            assertThat(json(forwarded)).isEqualTo(json(Buffer.buffer(quotes(provider))));
        }

        @Test
        void it_is_dropped_on_either_side_of_a_replaced_name() {
            assertThat(parse("{\"stream\":true,\"stream_options\":{},\"model\":\"a/b\"}")
                            .forwarded("b", false, true))
                    .hasToString("{\"stream\":true,\"model\":\"b\"}");
            assertThat(parse("{\"stream\":true,\"model\":\"a/b\",\"stream_options\":{}}")
                            .forwarded("b", false, true))
                    .hasToString("{\"stream\":true,\"model\":\"b\"}");
            assertThat(parse("{\"stream_options\":{},\"model\":\"a/b\",\"stream\":true}")
                            .forwarded("b", false, true))
                    .hasToString("{\"model\":\"b\",\"stream\":true}");
        }

        @Test
        void the_request_knows_whether_the_caller_asked() {
            assertThat(parse("{\"model\":\"m\",\"stream_options\":{\"include_usage\":true}}")
                            .includeUsage())
                    .isTrue();
            assertThat(parse("{\"model\":\"m\",\"stream_options\":{\"x\":{\"include_usage\":true}}}")
                            .includeUsage())
                    .isFalse();
            assertThat(parse("{\"model\":\"m\",\"x\":{\"stream_options\":{\"include_usage\":true}}}")
                            .includeUsage())
                    .isFalse();
        }

        private static String withModel(String body) {
            return quotes(body.contains("'model'") ? body : body.replaceFirst("\\}$", ",'model':'m'}"));
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("goldenCases")
    void golden(String name) throws IOException {
        Buffer in = Buffer.buffer(Files.readAllBytes(GOLDEN.resolve(name + ".in.json")));
        ModelRequest request = ModelRequest.parse(in);

        Buffer out = request.forwarded(request.model().substring("openai/".length()), true, false);

        assertThat(out).hasToString(Files.readString(GOLDEN.resolve(name + ".out.json")));
    }

    static Stream<String> goldenCases() throws IOException {
        try (Stream<Path> files = Files.list(GOLDEN)) {
            return files
                    .map(file -> file.getFileName().toString())
                    .filter(file -> file.endsWith(".in.json"))
                    .map(file -> file.replace(".in.json", ""))
                    .sorted()
                    .toList()
                    .stream();
        }
    }

    @Test
    void what_is_read_is_the_user_and_the_metadata_as_they_were_written() {
        ModelRequest request =
                parse("{\"model\":\"m\",\"metadata\": {\"é\" : 1.0,\"b\":\"\\u00e9\"} ,\"user\":\"\\u00e9😀\"}");

        assertThat(request.user()).isEqualTo("é😀");
        assertThat(request.metadata()).isEqualTo("{\"é\" : 1.0,\"b\":\"\\u00e9\"}");
    }

    @Test
    void a_user_or_metadata_of_another_type_is_the_providers_to_judge() {
        ModelRequest request = parse("{\"metadata\":[{\"x\":1}],\"user\":{\"model\":\"no\"},\"model\":\"m\"}");

        assertThat(request.user()).isNull();
        assertThat(request.metadata()).isNull();
        assertThat(request.model()).isEqualTo("m");
    }

    static Stream<Arguments> refusals() {
        return Stream.of(
                arguments("", ErrorCode.INVALID_JSON, null),
                arguments("  ", ErrorCode.INVALID_JSON, null),
                arguments("model=secret", ErrorCode.INVALID_JSON, null),
                arguments("\uFEFF{\"model\":\"secret\"}", ErrorCode.INVALID_JSON, null),
                arguments("null", ErrorCode.INVALID_JSON, null),
                arguments("\"secret\"", ErrorCode.INVALID_JSON, null),
                arguments("[{\"model\":\"secret\"}]", ErrorCode.INVALID_JSON, null),
                arguments("{\"model\":\"secret\"", ErrorCode.INVALID_JSON, null),
                arguments("{\"model\":\"secret", ErrorCode.INVALID_JSON, null),
                arguments("{\"model\":\"secret\",}", ErrorCode.INVALID_JSON, null),
                arguments("{\"model\":\"secret\"}secret", ErrorCode.INVALID_JSON, null),
                arguments("{\"model\":\"secret\"}{}", ErrorCode.INVALID_JSON, null),
                arguments("{\"model\":\"secret\"}]", ErrorCode.INVALID_JSON, null),
                arguments("{'model':'secret'}", ErrorCode.INVALID_JSON, null),
                arguments("{\"model\":\"secret\",\"x\":NaN}", ErrorCode.INVALID_JSON, null),
                arguments("{\"model\":\"secret\",\"x\":01}", ErrorCode.INVALID_JSON, null),
                arguments("{\"model\":\"secret\"/* secret */}", ErrorCode.INVALID_JSON, null),
                arguments("{\"model\":\"sec\u0000ret\"}", ErrorCode.INVALID_JSON, null),
                arguments("{\"model\":\"secret\",\"x\":\"a\nb\"}", ErrorCode.INVALID_JSON, null),
                arguments("{\"model\":\"secret\",\"x\":" + "9".repeat(100_000) + "}", ErrorCode.INVALID_JSON, null),
                arguments("{\"model\":\"secret\",\"x\":" + "[".repeat(100_000), ErrorCode.INVALID_JSON, null),
                arguments("{\"model\":\"secret\",\"x\":" + "{\"x\":".repeat(100_000), ErrorCode.INVALID_JSON, null),
                arguments("{\"x\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}", ErrorCode.INVALID_JSON, null),
                arguments("{\"" + "x".repeat(100_000) + "\":1}", ErrorCode.INVALID_JSON, null),
                arguments("{}", ErrorCode.INVALID_REQUEST, "model"),
                arguments("{\"messages\":[{\"model\":\"secret\"}]}", ErrorCode.INVALID_REQUEST, "model"),
                arguments("{\"model\":null}", ErrorCode.INVALID_REQUEST, "model"),
                arguments("{\"model\":5}", ErrorCode.INVALID_REQUEST, "model"),
                arguments("{\"model\":{\"secret\":1}}", ErrorCode.INVALID_REQUEST, "model"),
                arguments("{\"model\":\"secret\",\"model\":\"secret\"}", ErrorCode.INVALID_REQUEST, "model"),
                arguments("{\"model\":\"secret\",\"mod\\u0065l\":\"x\"}", ErrorCode.INVALID_REQUEST, "model"),
                arguments("{\"model\":\"m\",\"MODEL\":\"secret\"}", ErrorCode.INVALID_REQUEST, "model"),
                arguments("{\"model\":\"m\",\"\u017ftream\":true}", ErrorCode.INVALID_REQUEST, "stream"),
                arguments("{\"Stream_Options\":{},\"model\":\"m\"}", ErrorCode.INVALID_REQUEST, "stream_options"),
                arguments("{\"model\":\"m\",\"Store\":true}", ErrorCode.INVALID_REQUEST, "store"),
                arguments("{\"model\":\"m\",\"stream\":\"secret\"}", ErrorCode.INVALID_REQUEST, "stream"),
                arguments("{\"model\":\"m\",\"stream\":1}", ErrorCode.INVALID_REQUEST, "stream"),
                arguments("{\"model\":\"m\",\"stream\":{}}", ErrorCode.INVALID_REQUEST, "stream"),
                arguments(
                        "{\"model\":\"m\",\"stream_options\":\"secret\"}", ErrorCode.INVALID_REQUEST, "stream_options"),
                arguments("{\"model\":\"m\",\"stream_options\":[]}", ErrorCode.INVALID_REQUEST, "stream_options"),
                arguments("{\"model\":\"m\",\"stream_options\":true}", ErrorCode.INVALID_REQUEST, "stream_options"),
                arguments(
                        "{\"model\":\"m\",\"stream_options\":{},\"stream_options\":{}}",
                        ErrorCode.INVALID_REQUEST,
                        "stream_options"),
                arguments(
                        "{\"model\":\"m\",\"stream\":true,\"stream_options\":{\"include_usage\":{\"secret\":1}}}",
                        ErrorCode.INVALID_REQUEST,
                        "stream_options.include_usage"),
                arguments(
                        "{\"model\":\"m\",\"stream\":true,\"stream_options\":{\"include_usage\":[true]}}",
                        ErrorCode.INVALID_REQUEST,
                        "stream_options.include_usage"),
                arguments(
                        "{\"model\":\"m\",\"stream\":true,\"stream_options\":{\"include_usage\":\"secret\"}}",
                        ErrorCode.INVALID_REQUEST,
                        "stream_options.include_usage"));
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void what_is_no_request_is_refused_without_being_quoted(String body, ErrorCode code, String param) {
        GatewayError refusal = catchThrowableOfType(GatewayError.class, () -> parse(body));

        assertThat(refusal).isNotNull();
        assertThat(refusal.code()).isEqualTo(code);
        assertThat(refusal.param()).isEqualTo(param);
        assertThat(refusal.getMessage()).doesNotContain("secret").hasSizeLessThan(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-16BE", "UTF-16LE", "UTF-16", "UTF-32BE", "UTF-32LE"})
    void another_encoding_than_utf_8_is_refused_before_a_provider_sees_half_of_it(String charset) {
        byte[] body = "{\"model\":\"a/b\",\"metadata\":{\"x\":1},\"stream\":true}".getBytes(Charset.forName(charset));

        GatewayError refusal = catchThrowableOfType(GatewayError.class, () -> ModelRequest.parse(Buffer.buffer(body)));

        assertThat(refusal).isNotNull();
        assertThat(refusal.code()).isEqualTo(ErrorCode.INVALID_JSON);
    }

    @Test
    void bytes_that_are_no_characters_are_refused() {
        for (int lone = 0x80; lone <= 0xFF; lone++) {
            Buffer body = Buffer.buffer("{\"model\":\"m\",\"messages\":[{\"content\":\"")
                    .appendByte((byte) lone)
                    .appendString("\"}]}");

            GatewayError refusal = catchThrowableOfType(GatewayError.class, () -> ModelRequest.parse(body));

            assertThat(refusal).as("byte %x", lone).isNotNull();
            assertThat(refusal.code()).isEqualTo(ErrorCode.INVALID_JSON);
        }
    }

    @Test
    void a_damaged_request_is_refused_or_passes_but_never_breaks_the_gateway() {
        String whole =
                "{ \"model\":\"a/b\", \"stream\" : true,\"stream_options\":{\"include_usage\":false,\"x\":[1.0]},"
                        + "\"metadata\":{\"k\":\"é\"},\"user\":\"😀\",\"n\":null,\"messages\":[{\"content\":\"x\"}]}";
        Seeds.each(20_000, random -> {
            Buffer damaged = damaged(whole.getBytes(StandardCharsets.UTF_8), random);
            ModelRequest request;
            try {
                request = ModelRequest.parse(damaged);
            } catch (GatewayError refusal) {
                assertThat(refusal.code().status()).isEqualTo(400);
                return;
            }
            if (!isUtf8(damaged)) {
                // The parser pads short names with 0xFF, so it takes <FF>ser for ser. Left to the provider to refuse.
                return;
            }
            for (boolean drop : new boolean[] {true, false}) {
                Buffer forwarded = request.forwarded("the model", true, drop);
                ModelRequest again = ModelRequest.parse(forwarded);
                assertThat(again.model()).isEqualTo("the model");
                assertThat(again.stream()).isEqualTo(request.stream());
                assertThat(again.includeUsage())
                        .as("usage is asked for in %s", forwarded)
                        .isEqualTo(request.stream() ? !drop : request.includeUsage());
                ObjectNode changed = json(forwarded);
                ObjectNode original = json(damaged);
                List.of("model", "stream_options").forEach(changed::remove);
                List.of("model", "stream_options").forEach(original::remove);
                assertThat(changed).isEqualTo(original);
            }
        });
    }

    private static boolean isUtf8(Buffer bytes) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes.getBytes()));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    private static Buffer damaged(byte[] bytes, Random random) {
        Buffer damaged = Buffer.buffer(bytes);
        String marks = "{}[]\",:\\ \0tfn0e-u";
        for (int count = 1 + random.nextInt(3); count > 0; count--) {
            int at = random.nextInt(damaged.length());
            switch (random.nextInt(4)) {
                case 0 -> damaged.setByte(at, (byte) marks.charAt(random.nextInt(marks.length())));
                case 1 -> damaged.setByte(at, (byte) random.nextInt());
                case 2 ->
                    // Something is missing.
                    damaged = Buffer.buffer(damaged.getBytes(0, at))
                            .appendBytes(damaged.getBytes(
                                    Math.min(at + 1 + random.nextInt(12), damaged.length()), damaged.length()));
                default ->
                    // Something stands there twice.
                    damaged = Buffer.buffer(damaged.getBytes(0, at))
                            .appendBytes(damaged.getBytes(Math.max(0, at - random.nextInt(30)), damaged.length()));
            }
            if (damaged.length() == 0) {
                return damaged;
            }
        }
        return damaged;
    }

    private static ModelRequest parse(String body) {
        return ModelRequest.parse(Buffer.buffer(body));
    }

    private static String quotes(String text) {
        return text.replace('\'', '"');
    }

    private static ObjectNode json(Buffer body) {
        try {
            JsonNode json = new ObjectMapper().readTree(body.getBytes());
            return (ObjectNode) json;
        } catch (IOException e) {
            throw new AssertionError("not JSON: " + body, e);
        }
    }
}
