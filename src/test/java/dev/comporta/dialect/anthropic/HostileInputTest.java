package dev.comporta.dialect.anthropic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.core.GatewayError;
import dev.comporta.core.Seeds;
import dev.comporta.core.TokenUsage;
import dev.comporta.dialect.AnswerStream;
import dev.comporta.dialect.CallerApi;
import dev.comporta.dialect.Dropped;
import dev.comporta.dialect.Json;
import dev.comporta.dialect.ModelRequest;
import dev.comporta.dialect.ProviderError;
import dev.comporta.dialect.TargetTraits;
import dev.comporta.dialect.Translated;
import dev.comporta.dialect.TranslatedStream;
import dev.comporta.dialect.openai.ChatCompletionsApi;
import dev.comporta.dialect.sse.Cuts;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Whatever comes in, it is translated or refused")
class HostileInputTest {

    private static final int RUNS = 2_000;
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final Path GOLDEN = Path.of("src/test/resources/golden/chat-anthropic");
    private static final AnthropicApi API = new AnthropicApi();
    private static final CallerApi.AnswerContext CONTEXT = new CallerApi.AnswerContext(
            ModelRequest.parse(Buffer.buffer("{\"model\":\"m\",\"stream_options\":{\"include_usage\":true}}")),
            "0123456789abcdef0123456789abcdef",
            1_760_000_000L,
            "m");
    private static final List<String> MODELS = List.of(
            "claude-3-opus-20240229",
            "claude-opus-4-1-20250805",
            "claude-haiku-4-5",
            "claude-opus-4-6",
            "claude-opus-5",
            "claude-opus-5-5");
    private static final List<String> ODD_VALUES = List.of(
            "null",
            "true",
            "0",
            "-1",
            "1e999999999",
            "99999999999999999999",
            "0.1",
            "\"\"",
            "\" \"",
            "\"auto\"",
            "\"data:\"",
            "\"data:,\"",
            "\"data:;base64,=\"",
            "\"\\ud800\"",
            "[]",
            "{}",
            "[null]",
            "[[]]",
            "{\"type\":1}",
            "{\"type\":\"text\"}",
            "{\"properties\":[1]}",
            "{\"anyOf\":{\"a\":1}}");

    @Test
    void requests_with_odd_values_anywhere() throws IOException {
        List<byte[]> bodies = read("request", ".in.json");
        assertTimeoutPreemptively(
                LONG,
                () -> Seeds.each(RUNS, random -> {
                    ObjectNode body = (ObjectNode) Json.tree(any(bodies, random));
                    body.remove("golden");
                    for (int i = random.nextInt(3); i >= 0; i--) {
                        mutate(body, random);
                    }
                    try {
                        assertThat(Json.tree(request(body, random))).isInstanceOf(ObjectNode.class);
                    } catch (GatewayError refusal) {
                        assertThat(refusal.code().status()).isEqualTo(400);
                    }
                }));
    }

    private static byte[] request(ObjectNode body, Random random) {
        TargetTraits traits = new TargetTraits(
                MODELS.get(random.nextInt(MODELS.size())),
                "",
                random.nextBoolean() ? null : random.nextInt(20_000),
                true);
        return API.request(body, random.nextBoolean(), traits, new Dropped(false))
                .body()
                .getBytes();
    }

    @Test
    void streams_with_odd_values_anywhere_and_broken_bytes() throws IOException {
        List<byte[]> streams = read("stream", ".in.sse");
        assertTimeoutPreemptively(
                LONG,
                () -> Seeds.each(RUNS, random -> {
                    String text = new String(any(streams, random), StandardCharsets.UTF_8);
                    String odd = random.nextBoolean() ? inEvents(text, random) : inBytes(text, random);
                    List<Buffer> cut = Cuts.random(odd, random);
                    play(new TranslatedStream(API, new ChatCompletionsApi().events(CONTEXT)), cut);
                    play(new AnthropicStream("secret"), cut);
                }));
    }

    private static void play(AnswerStream stream, List<Buffer> chunks) {
        chunks.forEach(stream::feed);
        stream.end();
        stream.takeText();
        TokenUsage usage = stream.usage();
        if (usage != null) {
            assertThat(usage.cachedTokens()).isLessThanOrEqualTo(usage.inputTokens());
        }
        assertThat(
                        stream.isWhole()
                                ? stream.close(TokenUsage.NONE)
                                : stream.fail(ProviderError.of(502, "server_error", null, "It broke off.")))
                .isNotNull();
    }

    @Test
    void answers_and_errors_with_odd_values_anywhere() throws IOException {
        List<byte[]> bodies = read("answer", ".in.json");
        bodies.addAll(read("error", ".in.json"));
        assertTimeoutPreemptively(
                LONG,
                () -> Seeds.each(RUNS, random -> {
                    JsonNode body = Json.tree(any(bodies, random));
                    ObjectNode answer = (ObjectNode) (body.has("body") ? body.get("body") : body);
                    mutate(answer, random);
                    byte[] bytes = Json.bytes(answer);
                    API.error(random.nextInt(600), bytes);
                    AnthropicAnswer.whole(bytes);
                    new Translated(
                                    new ChatCompletionsApi(),
                                    API,
                                    CONTEXT,
                                    new TargetTraits("m", "", null, true),
                                    new Dropped(false))
                            .whole(bytes);
                }));
    }

    private static String inEvents(String stream, Random random) throws IOException {
        String[] lines = stream.split("\n", -1);
        int line = random.nextInt(lines.length);
        if (lines[line].startsWith("data: {")) {
            JsonNode data = Json.treeOrNull(lines[line].substring("data: ".length()));
            if (data instanceof ObjectNode event) {
                mutate(event, random);
                lines[line] = "data: " + Json.text(event);
            }
        }
        return String.join("\n", lines);
    }

    private static String inBytes(String stream, Random random) {
        StringBuilder odd = new StringBuilder(stream);
        for (int i = random.nextInt(4); i >= 0 && !odd.isEmpty(); i--) {
            int at = random.nextInt(odd.length());
            switch (random.nextInt(3)) {
                case 0 -> odd.setCharAt(at, "\"{}[]:,\n\r0a\u0000".charAt(random.nextInt(12)));
                case 1 -> odd.deleteCharAt(at);
                default -> odd.setLength(at);
            }
        }
        return odd.toString();
    }

    /** Replaces, removes or doubles one member or element somewhere. */
    private static void mutate(JsonNode tree, Random random) throws IOException {
        List<JsonNode> containers = new ArrayList<>();
        collect(tree, containers);
        if (containers.isEmpty()) {
            return;
        }
        JsonNode container = containers.get(random.nextInt(containers.size()));
        JsonNode odd =
                Json.tree(ODD_VALUES.get(random.nextInt(ODD_VALUES.size())).getBytes(StandardCharsets.UTF_8));
        int place = random.nextInt(container.size());
        if (container instanceof ObjectNode object) {
            List<String> names = new ArrayList<>();
            object.fieldNames().forEachRemaining(names::add);
            switch (random.nextInt(4)) {
                case 0 -> object.remove(names.get(place));
                case 1 ->
                    object.set(
                            names.get(place),
                            object.get(names.get(random.nextInt(names.size()))).deepCopy());
                default -> object.set(names.get(place), odd);
            }
        } else if (container instanceof ArrayNode array) {
            switch (random.nextInt(4)) {
                case 0 -> array.remove(place);
                case 1 -> array.add(array.get(place).deepCopy());
                default -> array.set(place, odd);
            }
        }
    }

    private static void collect(JsonNode tree, List<JsonNode> containers) {
        if (tree.isContainerNode() && !tree.isEmpty()) {
            containers.add(tree);
            tree.forEach(child -> collect(child, containers));
        }
    }

    private static byte[] any(List<byte[]> all, Random random) {
        return all.get(random.nextInt(all.size()));
    }

    private static List<byte[]> read(String part, String ending) throws IOException {
        List<byte[]> contents = new ArrayList<>();
        try (Stream<Path> files = Files.list(GOLDEN.resolve(part))) {
            for (Path file : files.filter(some -> some.toString().endsWith(ending))
                    .sorted()
                    .toList()) {
                contents.add(Files.readAllBytes(file));
            }
        }
        return contents;
    }
}
