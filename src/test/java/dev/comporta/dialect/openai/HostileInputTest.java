package dev.comporta.dialect.openai;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.core.GatewayError;
import dev.comporta.core.Seeds;
import dev.comporta.core.TokenUsage;
import dev.comporta.dialect.AnswerReader;
import dev.comporta.dialect.AnswerSink;
import dev.comporta.dialect.CallerApi.AnswerContext;
import dev.comporta.dialect.CallerApi.BodyWriter;
import dev.comporta.dialect.CallerApi.EventWriter;
import dev.comporta.dialect.Dropped;
import dev.comporta.dialect.FinishReason;
import dev.comporta.dialect.Json;
import dev.comporta.dialect.ModelRequest;
import dev.comporta.dialect.ProviderError;
import dev.comporta.dialect.TargetTraits;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The golden files with any of their values put anywhere. */
@DisplayName("Whatever the two sides send")
class HostileInputTest {

    private static final OpenAiApi API = new OpenAiApi();
    private static final List<JsonNode> REQUESTS = new ArrayList<>();
    private static final List<JsonNode> ANSWERS = new ArrayList<>();
    private static final List<JsonNode> CHUNKS = new ArrayList<>();
    private static final List<JsonNode> VALUES = new ArrayList<>();

    @BeforeAll
    static void read() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("src/test/resources/golden"))) {
            for (Path file : files.sorted().toList()) {
                String name = file.toString();
                if (!name.contains("/chat-") || !name.contains(".in.")) {
                    continue;
                }
                if (name.contains("/request/")) {
                    REQUESTS.add(Json.tree(Files.readAllBytes(file)));
                } else if (name.contains("/answer/")) {
                    ANSWERS.add(Json.tree(Files.readAllBytes(file)));
                } else if (name.contains("/stream/")) {
                    Files.readString(file)
                            .lines()
                            .filter(line -> line.startsWith("data: {"))
                            .map(line -> Json.treeOrNull(line.substring("data: ".length())))
                            .filter(Objects::nonNull)
                            .forEach(CHUNKS::add);
                }
            }
        }
        Stream.of(REQUESTS, ANSWERS, CHUNKS).flatMap(List::stream).forEach(HostileInputTest::collect);
        for (String odd :
                List.of("null", "[]", "{}", "\"\"", "-1", "1e400", "99999999999999999999", "[null]", "true")) {
            VALUES.add(Json.treeOrNull(odd));
        }
        assertThat(VALUES).hasSizeGreaterThan(500);
    }

    private static void collect(JsonNode node) {
        VALUES.add(node);
        node.forEach(HostileInputTest::collect);
    }

    /** A copy in which some values are others. */
    private static JsonNode disturbed(JsonNode tree, Random random) {
        JsonNode copy = tree.deepCopy();
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
            disturb(copy, random);
        }
        return copy;
    }

    private static void disturb(JsonNode node, Random random) {
        JsonNode at = node;
        while (true) {
            if (at.isEmpty()) {
                return;
            }
            int place = random.nextInt(at.size());
            List<String> names = new ArrayList<>();
            at.fieldNames().forEachRemaining(names::add);
            JsonNode child = at.isObject() ? at.path(names.get(place)) : at.path(place);
            if (child.isContainerNode() && random.nextInt(4) > 0 && !child.isEmpty()) {
                at = child;
                continue;
            }
            JsonNode other = VALUES.get(random.nextInt(VALUES.size())).deepCopy();
            if (at instanceof ObjectNode object) {
                object.set(names.get(place), other);
            } else if (at instanceof ArrayNode array) {
                array.set(place, other);
            }
            return;
        }
    }

    private static JsonNode any(List<JsonNode> of, Random random) {
        return disturbed(of.get(random.nextInt(of.size())), random);
    }

    @Test
    void a_request_is_written_or_refused() {
        Seeds.each(2_000, random -> {
            if (!(any(REQUESTS, random) instanceof ObjectNode chat)) {
                return;
            }
            String quirks = List.of("", "openai", "groq", "mistral").get(random.nextInt(4));
            String model = List.of("gpt-5.1", "o3", "gpt-4o", "qwen/x", "m").get(random.nextInt(5));
            try {
                byte[] written = API.request(
                                chat,
                                random.nextBoolean(),
                                new TargetTraits(model, quirks, null, true),
                                new Dropped(false))
                        .body()
                        .getBytes();
                assertThat(Json.tree(written).path("model").asText()).isEqualTo(model);
            } catch (GatewayError refused) {
                assertThat(refused.param()).isNotNull();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
    }

    @Test
    void a_request_between_relatives_is_passed_or_refused() {
        Seeds.each(2_000, random -> {
            JsonNode chat = any(REQUESTS, random);
            String quirks = List.of("", "openai", "groq", "mistral").get(random.nextInt(4));
            try {
                ModelRequest request = ModelRequest.parse(Buffer.buffer(Json.bytes(chat)));
                new ChatTranslation(
                                request,
                                new TargetTraits("gpt-5.1", quirks, null, true),
                                false,
                                null,
                                new Dropped(false))
                        .request();
            } catch (GatewayError refused) {
                assertThat(refused.getMessage()).isNotEmpty();
            }
        });
    }

    @Test
    void an_answer_is_written_or_is_none() {
        Seeds.each(2_000, random -> {
            BodyWriter writer = new ChatCompletionsApi().body(context());
            byte[] body = Json.bytes(any(ANSWERS, random));
            try {
                API.whole(body, writer);
                assertThat(Json.tree(writer.body().getBytes()).path("choices").isArray())
                        .isTrue();
            } catch (IOException none) {
                assertThat(none).isNotNull();
            }
            ModelRequest streaming = ModelRequest.parse(Buffer.buffer("{\"model\":\"m\",\"stream\":true}"));
            new ChatTranslation(
                            random.nextBoolean() ? streaming : context().request(),
                            new TargetTraits("m", "mistral", null, true),
                            false,
                            null,
                            new Dropped(false))
                    .whole(body);
            API.error(random.nextInt(600), body);
        });
    }

    @Test
    void a_stream_is_written_as_json() {
        Seeds.each(2_000, random -> {
            EventWriter writer = new ChatCompletionsApi().events(context());
            AnswerReader reader = API.stream(writer);
            Buffer out = Buffer.buffer();
            for (int i = random.nextInt(12); i >= 0; i--) {
                try {
                    reader.data(Json.bytes(any(CHUNKS, random)));
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
                out.appendBuffer(writer.take());
            }
            reader.end();
            out.toString(UTF_8)
                    .lines()
                    .filter(line -> !line.isEmpty())
                    .forEach(line -> assertThat(Json.treeOrNull(line.substring("data: ".length())))
                            .as(line)
                            .isNotNull());
        });
    }

    @Test
    void a_stream_is_told_in_order() {
        Seeds.each(2_000, random -> {
            Listener listener = new Listener();
            AnswerReader reader = API.stream(listener);
            for (int i = random.nextInt(12); i >= 0; i--) {
                reader.data(Json.bytes(any(CHUNKS, random)));
            }
            reader.data("[DONE]".getBytes(UTF_8));
            if (!listener.failed) {
                assertThat(listener.finished).isNotEmpty();
                assertThat(reader.isWhole()).isTrue();
            }
        });
    }

    /** Holds a reader to what a sink may expect. */
    private static final class Listener implements AnswerSink {

        private final Map<Integer, Integer> calls = new HashMap<>();
        private final Set<Integer> finished = new HashSet<>();
        private boolean started;
        private boolean failed;

        private void piece(int choice, Object said) {
            assertThat(started).isTrue();
            assertThat(failed).isFalse();
            assertThat(finished).doesNotContain(choice);
            assertThat(said).isNotNull().isNotEqualTo("");
        }

        @Override
        public void start(@Nullable String id, @Nullable String model, long createdSeconds) {
            assertThat(started).isFalse();
            assertThat(createdSeconds).isNotNegative();
            started = true;
        }

        @Override
        public void text(int choice, String text) {
            piece(choice, text);
        }

        @Override
        public void refusal(int choice, String text) {
            piece(choice, text);
        }

        @Override
        public void reasoning(int choice, String text) {
            piece(choice, text);
        }

        @Override
        public void reasoningBlock(int choice, ObjectNode block) {
            piece(choice, block);
        }

        @Override
        public void toolCall(int choice, int index, String id, String name, @Nullable ObjectNode extra) {
            piece(choice, id);
            piece(choice, name);
            assertThat(calls.merge(choice, 1, Integer::sum)).isEqualTo(index + 1);
        }

        @Override
        public void toolArguments(int choice, int index, String fragment) {
            piece(choice, fragment);
            assertThat(index).isBetween(0, calls.getOrDefault(choice, 0) - 1);
        }

        @Override
        public void annotation(int choice, ObjectNode annotation) {
            piece(choice, annotation);
        }

        @Override
        public void finish(int choice, FinishReason reason) {
            piece(choice, reason);
            assertThat(reason == FinishReason.TOOL_CALLS && !calls.containsKey(choice))
                    .isFalse();
            finished.add(choice);
        }

        @Override
        public void usage(TokenUsage usage) {
            assertThat(started && !failed).isTrue();
        }

        @Override
        public void error(ProviderError error) {
            assertThat(failed).isFalse();
            assertThat(error.status()).isBetween(400, 599);
            failed = true;
        }
    }

    private static AnswerContext context() {
        return new AnswerContext(ModelRequest.parse(Buffer.buffer("{\"model\":\"m\"}")), "c0ffee", 7, "m");
    }
}
