package dev.comporta.dialect;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.core.GatewayError;
import dev.comporta.core.TokenUsage;
import dev.comporta.dialect.CallerApi.AnswerContext;
import dev.comporta.dialect.anthropic.AnthropicApi;
import dev.comporta.dialect.anthropic.MessagesApi;
import dev.comporta.dialect.gemini.GeminiApi;
import dev.comporta.dialect.gemini.GenerateContentApi;
import dev.comporta.dialect.openai.ChatCompletionsApi;
import dev.comporta.dialect.openai.OpenAiApi;
import dev.comporta.dialect.openai.ResponsesApi;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every file below {@code golden/<caller>-<provider>/<part>} is a translation: {@code <case>.in.*} becomes
 * {@code <case>.out.*}. The parts are {@code request}, {@code answer}, {@code stream} and {@code error}. What changes
 * on purpose is written anew with {@code -Dgolden.write=true}, and read before it is committed.
 */
@DisplayName("The golden translations")
class GoldenTest {

    private static final Path GOLDEN = Path.of("src/test/resources/golden");
    private static final boolean WRITE = Boolean.getBoolean("golden.write");
    private static final ObjectMapper PRETTY = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    /** By the first word of a directory. */
    private static final Map<String, CallerApi> CALLERS = Map.of(
            "chat", new ChatCompletionsApi(),
            "responses", new ResponsesApi(),
            "messages", new MessagesApi(),
            "gemini", new GenerateContentApi());

    /** By the second word of a directory. */
    private static final Map<String, ProviderApi> PROVIDERS = Map.of(
            "openai", new OpenAiApi(),
            "groq", new OpenAiApi(),
            "mistral", new OpenAiApi(),
            "anthropic", new AnthropicApi(),
            "gemini", new GeminiApi());

    /** What a request says besides its body. */
    private static final String TRAITS = "golden";

    static Stream<Path> requests() throws IOException {
        return cases("request");
    }

    static Stream<Path> answers() throws IOException {
        return cases("answer");
    }

    static Stream<Path> streams() throws IOException {
        return cases("stream");
    }

    static Stream<Path> errors() throws IOException {
        return cases("error");
    }

    private static Stream<Path> cases(String part) throws IOException {
        List<Path> found;
        try (Stream<Path> files = Files.walk(GOLDEN)) {
            found = files.filter(
                            file -> file.getParent().getFileName().toString().equals(part))
                    .filter(file -> file.getFileName().toString().contains(".in."))
                    .sorted(Comparator.naturalOrder())
                    .toList();
        }
        return found.stream();
    }

    /**
     * In: the caller's body, and beside it under {@code "golden"} the target's {@code model}, {@code quirks},
     * {@code maxOutputTokens} and {@code strict}, if they matter. Out: {@code path}, {@code body} and {@code dropped},
     * or {@code error}.
     */
    @ParameterizedTest
    @MethodSource("requests")
    void a_request(Path in) throws IOException {
        ObjectNode body = (ObjectNode) Json.tree(Files.readAllBytes(in));
        JsonNode golden = body.has(TRAITS) ? body.remove(TRAITS) : Json.object();
        ModelRequest request = request(body);
        Dropped dropped = new Dropped(golden.path("strict").asBoolean());
        TargetTraits traits = new TargetTraits(
                golden.path("model").asText("m"),
                golden.path("quirks").asText(""),
                golden.has("maxOutputTokens") ? golden.path("maxOutputTokens").intValue() : null,
                true);
        ObjectNode out = Json.object();
        try {
            Outgoing outgoing = new Translated(caller(in), provider(in), context(request), traits, dropped).request();
            out.put("path", outgoing.path())
                    .<ObjectNode>set("body", Json.tree(outgoing.body().getBytes()))
                    .set("dropped", PRETTY.valueToTree(dropped.fields()));
        } catch (GatewayError refusal) {
            out.putObject("error")
                    .put("code", refusal.code().code())
                    .put("message", refusal.getMessage())
                    .put("param", refusal.param());
        }
        compareJson(in, out);
    }

    @ParameterizedTest
    @MethodSource("answers")
    void an_answer(Path in) throws IOException {
        Translation.Whole whole = translated(in, false).whole(Files.readAllBytes(in));
        assertThat(whole).isNotNull();
        assertThat(whole.error()).isNull();
        compareJson(in, (ObjectNode) Json.tree(whole.body().getBytes()));
    }

    @ParameterizedTest
    @MethodSource("streams")
    void a_stream_however_its_bytes_are_cut(Path in) throws IOException {
        byte[] bytes = Files.readAllBytes(in);
        String out = play(translated(in, true).stream(), bytes, bytes.length);
        for (int size : new int[] {1, 2, 3, 7, 64}) {
            assertThat(play(translated(in, true).stream(), bytes, size)).isEqualTo(out);
        }
        Path expected = out(in);
        if (WRITE) {
            Files.writeString(expected, out);
        }
        assertThat(out).isEqualTo(Files.readString(expected));
    }

    private static String play(AnswerStream stream, byte[] bytes, int size) {
        Buffer out = Buffer.buffer();
        for (int at = 0; at < bytes.length && !stream.isDone(); at += size) {
            out.appendBuffer(
                    stream.feed(Buffer.buffer(Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + size)))));
        }
        if (!stream.isDone()) {
            out.appendBuffer(stream.end());
        }
        ProviderError error = stream.error();
        if (stream.isWhole()) {
            TokenUsage usage = stream.usage();
            out.appendBuffer(stream.close(usage == null ? TokenUsage.NONE : usage));
        } else {
            out.appendBuffer(stream.fail(
                    error == null
                            ? ProviderError.of(502, "server_error", "provider_failed", "The stream broke off.")
                            : error));
        }
        return out.toString();
    }

    /** In: {@code status} and {@code body} of the provider. Out: the same for the caller. */
    @ParameterizedTest
    @MethodSource("errors")
    void an_error(Path in) throws IOException {
        JsonNode given = Json.tree(Files.readAllBytes(in));
        Translation translation = translated(in, false);
        ProviderError error = translation.error(given.path("status").intValue(), Json.bytes(given.path("body")));
        assertThat(error).isNotNull();
        ObjectNode out = Json.object().put("status", error.status());
        out.set("body", Json.tree(translation.write(error).getBytes()));
        compareJson(in, out);
    }

    private static Translated translated(Path in, boolean stream) throws IOException {
        ObjectNode body = Json.object().put("model", "m").put("stream", stream);
        body.putObject("stream_options").put("include_usage", true);
        return new Translated(
                caller(in),
                provider(in),
                context(request(body)),
                new TargetTraits("m", "", null, true),
                new Dropped(false));
    }

    private static ModelRequest request(ObjectNode body) {
        if (!body.has("model")) {
            return ModelRequest.parse(Buffer.buffer(Json.bytes(body)), "m", false);
        }
        return ModelRequest.parse(Buffer.buffer(Json.bytes(body)));
    }

    private static AnswerContext context(ModelRequest request) {
        return new AnswerContext(request, "0123456789abcdef0123456789abcdef", 1_760_000_000L, "m");
    }

    private static CallerApi caller(Path in) {
        return CALLERS.get(pair(in)[0]);
    }

    private static ProviderApi provider(Path in) {
        return PROVIDERS.get(pair(in)[1]);
    }

    private static String[] pair(Path in) {
        return in.getParent().getParent().getFileName().toString().split("-");
    }

    private static Path out(Path in) {
        return in.resolveSibling(in.getFileName().toString().replace(".in.", ".out."));
    }

    private static void compareJson(Path in, ObjectNode out) throws IOException {
        Path expected = out(in);
        if (WRITE) {
            Files.write(expected, (PRETTY.writeValueAsString(out) + "\n").getBytes(UTF_8));
        }
        assertThat((JsonNode) out).isEqualTo(Json.tree(Files.readAllBytes(expected)));
    }
}
