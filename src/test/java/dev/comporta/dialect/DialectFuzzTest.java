package dev.comporta.dialect;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.comporta.core.GatewayError;
import dev.comporta.core.Seeds;
import dev.comporta.core.TokenUsage;
import dev.comporta.dialect.anthropic.MessagesApi;
import dev.comporta.dialect.gemini.GenerateContentApi;
import dev.comporta.dialect.openai.OpenAiError;
import dev.comporta.dialect.sse.Cuts;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Mutated recordings over every bridge. What comes in may be anything; what goes out is in the words of whom it is for,
 * or an error that is.
 *
 * <p>No buffer can leak here: {@link Buffer#buffer} is on the heap and unpooled, so the garbage collector is all that
 * ever frees one, and no translation sees a buffer of the network's.
 */
@DisplayName("Whatever is said on whichever bridge")
class DialectFuzzTest {

    private static final boolean PROOF = Boolean.getBoolean("comporta.proof");
    /** Of the mutated documents of one kind; each of them goes over every bridge that its kind can take. */
    private static final int BATCH = PROOF ? 1_000 : 400;

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final List<Integer> STATUSES = List.of(200, 301, 400, 401, 404, 413, 429, 499, 500, 529, 599, 999);
    private static final List<String> MODELS = List.of(
            "claude-opus-4-6",
            "claude-sonnet-4-5",
            "claude-3-5-haiku-20241022",
            "gpt-5.4",
            "gpt-4o",
            "o3-mini",
            "gemini-2.0-flash",
            "gemini-2.5-pro",
            "gemini-3.6-flash",
            "openai/gpt-oss-20b",
            "qwen/qwen3-32b",
            "magistral-medium-latest",
            "mistral-small-latest",
            "x");

    private static final Pattern PATH = Pattern.compile("[A-Za-z0-9_.\\[\\]*?$-]{1,200}");
    private static final List<Bridge> BRIDGES = Bridge.all();
    private static final Map<String, Integer> DOCUMENTS = new HashMap<>();
    private static int crossings;

    @AfterAll
    static void tell() {
        System.out.printf(
                "[proof] %,d mutated documents %s, %,d crossings of %d bridges%n",
                DOCUMENTS.values().stream().mapToInt(count -> count).sum(),
                DOCUMENTS,
                crossings,
                BRIDGES.size() + Bridge.embeddings().size());
    }

    /** Runs a check on so many mutated documents; one that takes for ever fails with the place where it was. */
    private static void fuzz(String kind, int proof, int batches, Seeds.Check check) {
        for (int i = 0; i < (PROOF ? proof : batches); i++) {
            assertTimeoutPreemptively(PATIENCE, () -> Seeds.each(BATCH, check));
            DOCUMENTS.merge(kind, BATCH, Integer::sum);
        }
    }

    @Test
    void a_request_is_told_or_refused() {
        Map<String, List<byte[]>> requests = new HashMap<>();
        Map<String, List<byte[]>> answers = new HashMap<>();
        for (Bridge bridge : BRIDGES) {
            requests.putIfAbsent(bridge.caller(), Recordings.requests(bridge.caller()));
            answers.putIfAbsent(bridge.provider(), Recordings.answers(bridge.provider()));
        }
        requests.put(
                "completions", List.of(bytes("{\"model\":\"m\",\"prompt\":[\"a\",\"b\"],\"suffix\":\"c\",\"n\":2}")));
        List<String> callers = List.of("chat", "responses", "messages", "gemini", "completions");
        fuzz("requests", 40, 3, random -> {
            Mutation mutation = new Mutation(random);
            String caller = mutation.any(callers);
            byte[] in = mutation.body(mutation.any(requests.get(caller)));
            ModelRequest request = parsed(caller, in, random.nextBoolean());
            if (request == null) {
                return;
            }
            TargetTraits like = new TargetTraits(mutation.any(MODELS), "", random.nextBoolean() ? 8_192 : null, true);
            boolean strict = random.nextInt(4) == 0;
            for (Bridge bridge : of(caller)) {
                crossings++;
                TargetTraits traits =
                        new TargetTraits(like.model(), bridge.quirks(), like.maxOutputTokens(), random.nextBoolean());
                Dropped dropped = new Dropped(strict);
                Translation translation = bridge.of(request, traits, dropped);
                if (ask(caller, translation, dropped, in)) {
                    byte[] answer = mutation.any(answers.get(bridge.provider()));
                    answered(bridge, translation, request.stream(), join(in, answer), answer);
                }
            }
        });
    }

    @Test
    void embeddings_are_told_or_refused() {
        List<byte[]> requests = Stream.of(
                        "{\"model\":\"m\",\"input\":[\"a\",\"b\"],\"dimensions\":3,\"encoding_format\":\"base64\"}",
                        "{\"model\":\"m\",\"content\":{\"parts\":[{\"text\":\"a\"}]},\"output_dimensionality\":3}",
                        "{\"model\":\"m\",\"requests\":[{\"content\":{\"parts\":[{\"text\":\"a\"}]},\"taskType\":\"X\"}]}")
                .map(DialectFuzzTest::bytes)
                .toList();
        List<byte[]> answers = Stream.of(
                        "{\"embeddings\":[{\"values\":[0.5,1]},{\"values\":[]}],\"usageMetadata\":{\"promptTokenCount\":3}}",
                        "{\"object\":\"list\",\"data\":[{\"index\":0,\"embedding\":[1]}],\"usage\":{\"prompt_tokens\":1}}")
                .map(DialectFuzzTest::bytes)
                .toList();
        fuzz("embeddings", 10, 1, random -> {
            Mutation mutation = new Mutation(random);
            byte[] in = mutation.any(requests);
            in = random.nextBoolean() ? in : mutation.body(in);
            byte[] answer = mutation.body(mutation.any(answers));
            for (Bridge bridge : Bridge.embeddings()) {
                crossings++;
                ModelRequest request = parsed(bridge.caller(), in, false);
                if (request != null) {
                    Dropped dropped = new Dropped(false);
                    Translation translation = bridge.of(request, new TargetTraits("m", "", null, true), dropped);
                    if (ask(bridge.caller(), translation, dropped, in)) {
                        answered(bridge, translation, false, join(in, answer), answer);
                    }
                }
            }
        });
    }

    private static ModelRequest parsed(String caller, byte[] in, boolean stream) {
        try {
            return caller.equals("gemini") || caller.equals("embedContent")
                    ? ModelRequest.parse(Buffer.buffer(in), "m", stream)
                    : ModelRequest.parse(Buffer.buffer(in));
        } catch (GatewayError refusal) {
            refused(caller, in, refusal);
            return null;
        }
    }

    private static boolean ask(String caller, Translation translation, Dropped dropped, byte[] in) {
        try {
            Outgoing outgoing = translation.request();
            // They go into a header.
            assertThat(dropped.fields())
                    .hasSizeLessThan(200)
                    .allMatch(field -> PATH.matcher(field).matches());
            assertThat(outgoing.path()).startsWith("/");
            if (!translation.isPassing()) {
                assertThat(Told.json(in, outgoing.body().getBytes()).isObject()).isTrue();
            }
            return true;
        } catch (GatewayError refusal) {
            refused(caller, in, refusal);
            return false;
        }
    }

    private static void refused(String caller, byte[] in, GatewayError refusal) {
        assertThat(refusal.code().status()).isBetween(400, 499);
        assertThat(refusal.param() == null || PATH.matcher(refusal.param()).matches())
                .as("param: %s", refusal.param())
                .isTrue();
        assertThat(refusal.getMessage()).hasSizeLessThan(1_000);
        Told.error(
                caller,
                in,
                switch (caller) {
                    case "messages" -> MessagesApi.errorBody(refusal);
                    case "gemini", "embedContent" -> GenerateContentApi.errorBody(refusal);
                    default -> OpenAiError.body(refusal);
                });
    }

    @Test
    void an_answer_is_told_or_none() {
        Map<String, List<byte[]>> answers = new HashMap<>();
        for (Bridge bridge : BRIDGES) {
            answers.computeIfAbsent(
                    bridge.provider(),
                    provider -> Stream.concat(
                                    Recordings.answers(provider).stream(), Recordings.errors(provider).stream())
                            .toList());
        }
        fuzz("answers", 20, 2, random -> {
            Mutation mutation = new Mutation(random);
            String provider = mutation.any(List.copyOf(answers.keySet()));
            byte[] in = mutation.body(mutation.any(answers.get(provider)));
            boolean stream = random.nextInt(4) == 0;
            for (Bridge bridge : from(provider)) {
                crossings++;
                answered(bridge, bridge.any(stream), stream, in, in);
            }
        });
    }

    private static void answered(Bridge bridge, Translation translation, boolean stream, byte[] in, byte[] answer) {
        Translation.Whole whole = translation.whole(answer);
        if (whole == null) {
            return;
        }
        whole.text().get();
        if (whole.error() != null) {
            told(bridge, translation, whole.error(), in);
        } else if (stream && bridge.provider().equals("openai")) {
            // Written anew, even where bytes pass otherwise.
            Told.stream(bridge.passes() ? "chunks" : bridge.caller(), in, whole.body(), true);
        } else if (bridge.passes()) {
            Told.text(in, whole.body().getBytes());
        } else if (stream) {
            Told.stream(bridge.caller(), in, whole.body(), true);
        } else {
            Told.answer(bridge.caller(), in, whole.body());
        }
    }

    @Test
    void an_error_is_told_in_the_caller_s_words() {
        Map<String, List<byte[]>> errors = new HashMap<>();
        for (Bridge bridge : BRIDGES) {
            errors.putIfAbsent(bridge.provider(), Recordings.errors(bridge.provider()));
        }
        fuzz("errors", 10, 1, random -> {
            Mutation mutation = new Mutation(random);
            String provider = mutation.any(List.copyOf(errors.keySet()));
            byte[] in = mutation.body(mutation.any(errors.get(provider)));
            int status = mutation.any(STATUSES);
            for (Bridge bridge : from(provider)) {
                crossings++;
                Translation translation = bridge.any(false);
                ProviderError error = translation.error(status, in);
                if (error != null) {
                    told(bridge, translation, error, in);
                }
            }
        });
    }

    private static void told(Bridge bridge, Translation translation, ProviderError error, byte[] in) {
        assertThat(error.status()).isBetween(400, 599);
        Told.error(bridge.caller(), in, translation.write(error));
    }

    @Test
    void a_stream_is_told_to_its_end() {
        Map<String, List<byte[]>> streams = new HashMap<>();
        for (Bridge bridge : BRIDGES) {
            streams.putIfAbsent(bridge.provider(), Recordings.streams(bridge.provider()));
        }
        fuzz("streams", 40, 3, random -> {
            Mutation mutation = new Mutation(random);
            String provider = mutation.any(List.copyOf(streams.keySet()));
            byte[] in = mutation.stream(mutation.any(streams.get(provider)));
            for (Bridge bridge : from(provider)) {
                crossings++;
                Played played = Played.of(bridge.any(true).stream(), Cuts.random(in, random));
                if (bridge.passes()) {
                    Told.text(in, played.out().getBytes());
                } else {
                    Told.stream(bridge.caller(), in, played.out(), played.whole());
                }
                assertThat(played.error() == null || played.error().status() >= 400)
                        .isTrue();
                TokenUsage usage = played.usage();
                assertThat(usage == null || usage.inputTokens() >= 0 && usage.outputTokens() >= 0)
                        .isTrue();
            }
        });
    }

    private static List<Bridge> of(String caller) {
        return BRIDGES.stream().filter(bridge -> bridge.caller().equals(caller)).toList();
    }

    private static List<Bridge> from(String provider) {
        List<Bridge> from = new ArrayList<>();
        for (Bridge bridge : BRIDGES) {
            if (bridge.provider().equals(provider)) {
                from.add(bridge);
            }
        }
        return from;
    }

    private static byte[] join(byte[] first, byte[] second) {
        return Buffer.buffer(first).appendBytes(second).getBytes();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
