package dev.comporta.dialect.gemini;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.core.GatewayError;
import dev.comporta.core.Seeds;
import dev.comporta.core.TokenUsage;
import dev.comporta.dialect.AnswerStream;
import dev.comporta.dialect.CallerApi;
import dev.comporta.dialect.CallerApi.AnswerContext;
import dev.comporta.dialect.Dropped;
import dev.comporta.dialect.Json;
import dev.comporta.dialect.ModelRequest;
import dev.comporta.dialect.ProviderApi;
import dev.comporta.dialect.ProviderError;
import dev.comporta.dialect.TargetTraits;
import dev.comporta.dialect.Translated;
import dev.comporta.dialect.TranslatedStream;
import dev.comporta.dialect.Translation;
import dev.comporta.dialect.openai.ChatCompletionsApi;
import dev.comporta.dialect.openai.OpenAiApi;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Whatever is sent, a translation refuses or understands it")
class GeminiMutationTest {

    private static final int RUNS = 2_000;
    private static final Path GOLDEN = Path.of("src/test/resources/golden");
    private static final List<String> MODELS = List.of("gemini-2.0-flash", "gemini-2.5-pro", "gemini-3.6-flash", "x");

    private static final Map<String, List<Path>> FILES = Map.of(
            "chat/request", files("chat-gemini/request"),
            "gemini/request", files("gemini-openai/request"),
            "chat/answer", files("chat-gemini/answer"),
            "chat/stream", files("chat-gemini/stream"),
            "chat/error", files("chat-gemini/error"));

    private static List<Path> files(String directory) {
        try (Stream<Path> files = Files.list(GOLDEN.resolve(directory))) {
            return files.filter(file -> file.getFileName().toString().contains(".in."))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] any(String kind, Random random) throws IOException {
        List<Path> files = FILES.get(kind);
        return Files.readAllBytes(files.get(random.nextInt(files.size())));
    }

    @Test
    void requests_of_openai_s_callers() {
        Seeds.each(RUNS, random -> ask(new ChatCompletionsApi(), new GeminiApi(), "chat/request", random));
    }

    @Test
    void requests_of_gemini_s_callers() {
        Seeds.each(RUNS, random -> ask(new GenerateContentApi(), new OpenAiApi(), "gemini/request", random));
        Seeds.each(RUNS, random -> ask(new GenerateContentApi(), new GeminiApi(), "gemini/request", random));
    }

    private static void ask(CallerApi caller, ProviderApi provider, String kind, Random random) throws IOException {
        byte[] body = mutated(any(kind, random), random);
        TargetTraits traits = new TargetTraits(MODELS.get(random.nextInt(MODELS.size())), "", null, true);
        try {
            ModelRequest request = ModelRequest.parse(Buffer.buffer(body), "m", random.nextBoolean());
            Buffer asked = new Translated(caller, provider, context(request), traits, new Dropped(false))
                    .request()
                    .body();
            assertThat(Json.tree(asked.getBytes()).isObject()).isTrue();
        } catch (GatewayError refused) {
            assertThat(refused.getMessage()).isNotEmpty();
        }
    }

    @Test
    void embeddings() {
        List<byte[]> bodies = Stream.of(
                        "{\"model\":\"m\",\"input\":[\"a\",\"b\"],\"dimensions\":3,\"encoding_format\":\"base64\"}",
                        "{\"content\":{\"parts\":[{\"text\":\"a\"}]},\"output_dimensionality\":3}",
                        "{\"requests\":[{\"content\":{\"parts\":[{\"text\":\"a\"}]}}]}")
                .map(body -> body.getBytes(StandardCharsets.UTF_8))
                .toList();
        List<byte[]> answers = Stream.of(
                        "{\"embeddings\":[{\"values\":[0.5,1]},{\"values\":[]}],\"usageMetadata\":{\"promptTokenCount\":3}}",
                        "{\"data\":[{\"index\":0,\"embedding\":[1]}],\"usage\":{\"prompt_tokens\":1}}")
                .map(body -> body.getBytes(StandardCharsets.UTF_8))
                .toList();
        Seeds.each(RUNS, random -> {
            byte[] body = mutated(bodies.get(random.nextInt(bodies.size())), random);
            byte[] answer = mutated(answers.get(random.nextInt(answers.size())), random);
            TargetTraits traits = new TargetTraits("m", "", null, true);
            try {
                ModelRequest request = ModelRequest.parse(Buffer.buffer(body), "m", false);
                for (Translation translation : List.of(
                        new EmbeddingsTranslation(request, traits, new Dropped(false)),
                        new EmbedContentTranslation(
                                request, random.nextBoolean(), new OpenAiApi(), traits, new Dropped(false)))) {
                    translation.whole(answer);
                    translation.request();
                }
            } catch (GatewayError refused) {
                assertThat(refused.getMessage()).isNotEmpty();
            }
        });
    }

    @Test
    void answers_and_errors() {
        Seeds.each(RUNS, random -> {
            byte[] answer = mutated(any(random.nextBoolean() ? "chat/answer" : "chat/error", random), random);
            for (CallerApi caller : List.of(new ChatCompletionsApi(), new GenerateContentApi())) {
                Translated translated = new Translated(
                        caller,
                        new GeminiApi(),
                        context(ModelRequest.parse(Buffer.buffer("{}"), "m", random.nextBoolean())),
                        new TargetTraits("m", "", null, true),
                        new Dropped(false));
                translated.whole(answer);
                ProviderError error = translated.error(400, answer);
                if (error != null) {
                    assertThat(error.status()).isBetween(400, 599);
                    translated.write(error);
                }
            }
            GeminiAnswer.whole(answer);
        });
    }

    @Test
    void streams() {
        Seeds.each(RUNS, random -> {
            byte[] bytes = mutated(any("chat/stream", random), random);
            AnswerContext context = context(ModelRequest.parse(Buffer.buffer("{}"), "m", true));
            for (AnswerStream stream : List.of(
                    new TranslatedStream(new GeminiApi(), new ChatCompletionsApi().events(context)),
                    new TranslatedStream(new GeminiApi(), new GenerateContentApi().events(context)),
                    new GeminiStream("secret"))) {
                play(stream, bytes, 1 + random.nextInt(bytes.length + 1));
            }
        });
    }

    private static void play(AnswerStream stream, byte[] bytes, int size) {
        for (int at = 0; at < bytes.length; at += size) {
            stream.feed(Buffer.buffer(Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + size))));
        }
        stream.end();
        ProviderError error = stream.error();
        if (stream.isWhole()) {
            stream.close(TokenUsage.NONE);
        } else {
            stream.fail(error == null ? ProviderError.of(502, "server_error", null, "x") : error);
        }
    }

    private static AnswerContext context(ModelRequest request) {
        return new AnswerContext(request, "0123456789abcdef0123456789abcdef", 1, "m");
    }

    /** Something else in the place of a value, or of a few bytes. */
    private static byte[] mutated(byte[] bytes, Random random) {
        if (random.nextInt(4) > 0) {
            try {
                JsonNode tree = Json.tree(bytes);
                for (int i = random.nextInt(3); i >= 0; i--) {
                    replace(tree, random);
                }
                return Json.bytes(tree);
            } catch (IOException e) {
                // A stream: its bytes, then.
            }
        }
        byte[] mutated = bytes.clone();
        for (int i = random.nextInt(4); i >= 0; i--) {
            int at = random.nextInt(mutated.length);
            switch (random.nextInt(3)) {
                case 0 -> mutated[at] = (byte) random.nextInt(256);
                case 1 -> mutated[at] = (byte) "{}[]\",:0e-n\\\n".charAt(random.nextInt(13));
                default -> mutated = without(mutated, at, random.nextInt(20));
            }
        }
        return mutated;
    }

    private static byte[] without(byte[] bytes, int at, int length) {
        byte[] rest = Arrays.copyOf(bytes, Math.max(1, bytes.length - length));
        int from = Math.min(at, rest.length - 1);
        System.arraycopy(bytes, bytes.length - (rest.length - from), rest, from, rest.length - from);
        return rest;
    }

    private static void replace(JsonNode tree, Random random) {
        List<JsonNode> parents = containers(tree);
        if (parents.isEmpty()) {
            return;
        }
        JsonNode parent = parents.get(random.nextInt(parents.size()));
        if (parent instanceof ArrayNode array && !array.isEmpty()) {
            array.set(random.nextInt(array.size()), odd(tree, random));
        } else if (parent instanceof ObjectNode object && !object.isEmpty()) {
            List<String> names =
                    object.properties().stream().map(Map.Entry::getKey).toList();
            object.set(names.get(random.nextInt(names.size())), odd(tree, random));
        }
    }

    private static List<JsonNode> containers(JsonNode tree) {
        Stream<JsonNode> below = Stream.empty();
        for (JsonNode child : tree) {
            below = Stream.concat(below, containers(child).stream());
        }
        return tree.isContainerNode() ? Stream.concat(Stream.of(tree), below).toList() : List.of();
    }

    private static JsonNode odd(JsonNode tree, Random random) {
        List<String> odd = List.of(
                "null",
                "true",
                "false",
                "0",
                "-1",
                "1.5",
                "1e400",
                "123456789012345678901234567890",
                "1e-999999999",
                "\"\"",
                "\" \"",
                "\"x\"",
                "\"\\ud83d\"",
                "\"\\u0000\"",
                "\"data:;base64,\"",
                "\"https://[\"",
                "\"{\"",
                "[]",
                "[[]]",
                "[null]",
                "{}",
                "{\"\":{}}",
                "{\"type\":\"text\"}",
                "{\"error\":1}");
        if (random.nextInt(5) == 0) {
            List<JsonNode> others = containers(tree);
            return others.get(random.nextInt(others.size())).deepCopy();
        }
        try {
            return Json.tree(odd.get(random.nextInt(odd.size())).getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
