package dev.comporta.dialect.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.comporta.core.GatewayError;
import dev.comporta.core.Seeds;
import dev.comporta.core.TokenUsage;
import dev.comporta.dialect.AnswerStream;
import dev.comporta.dialect.CallerApi.AnswerContext;
import dev.comporta.dialect.Dropped;
import dev.comporta.dialect.Json;
import dev.comporta.dialect.ModelRequest;
import dev.comporta.dialect.ProviderError;
import dev.comporta.dialect.TargetTraits;
import dev.comporta.dialect.Translated;
import dev.comporta.dialect.Translation;
import dev.comporta.dialect.sse.Cuts;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Whatever is sent, the Responses API")
class ResponsesMutationTest {

    private static final Path GOLDEN = Path.of("src/test/resources/golden/responses-openai");
    private static final String[] ODD = {
        "null",
        "0",
        "-1",
        "1e999",
        "18446744073709551616",
        "true",
        "\"\"",
        "\"x\"",
        "\"\\ud800\"",
        "[]",
        "[[]]",
        "[null]",
        "{}",
        "{\"type\":7}",
        "[{}]"
    };

    private final List<String> requests = files("request");
    private final List<String> answers = files("answer");
    private final List<String> streams = files("stream");

    @Test
    void refuses_a_request_by_a_gateway_error_or_tells_it() {
        Seeds.each(2_000, random -> {
            String request = mutated(requests, random);
            try {
                Buffer told = translated(request).request().body();
                assertThat(Json.tree(told.getBytes()).isObject()).isTrue();
            } catch (GatewayError refusal) {
                assertThat(refusal.code().status()).isBetween(400, 499);
            }
        });
    }

    @Test
    void writes_json_whatever_the_request_was_that_it_repeats() {
        Seeds.each(500, random -> {
            Translated translated;
            try {
                translated = translated(mutated(requests, random));
            } catch (GatewayError refusal) {
                return;
            }
            Translation.Whole whole = translated.whole(bytes(pick(answers, random)));
            assertThat(whole).isNotNull();
            if (whole.body().toString().startsWith("event:")) {
                assertThat(ResponsesSdk.types(whole.body())).isNotEmpty();
            } else {
                assertThat(Json.tree(whole.body().getBytes()).path("object").asText())
                        .isEqualTo("response");
            }
        });
    }

    @Test
    void writes_json_whatever_the_answer_was() {
        Seeds.each(2_000, random -> {
            Translation.Whole whole = translated("{\"model\":\"m\"}").whole(bytes(mutated(answers, random)));
            if (whole != null && whole.error() == null) {
                ResponsesSdk.response(whole.body());
            }
        });
    }

    @Test
    void writes_events_whatever_the_stream_was() {
        Seeds.each(2_000, random -> {
            AnswerStream stream = translated("{\"model\":\"m\",\"stream\":true}").stream();
            Buffer out = Buffer.buffer();
            for (Buffer chunk : Cuts.random(mutated(streams, random), random)) {
                out.appendBuffer(stream.feed(chunk));
            }
            out.appendBuffer(stream.end());
            ProviderError error = stream.error();
            out.appendBuffer(
                    stream.isWhole()
                            ? stream.close(TokenUsage.NONE)
                            : stream.fail(
                                    error == null ? ProviderError.of(502, "server_error", null, "Broken.") : error));

            List<String> types = ResponsesSdk.types(out);
            assertThat(types.get(types.size() - 1))
                    .isIn("response.completed", "response.incomplete", "response.failed");
            assertThat(types)
                    .filteredOn(type -> type.equals("response.completed"))
                    .hasSizeLessThan(2);
        });
    }

    @Test
    void passes_events_whatever_the_stream_was() throws IOException {
        List<String> written = new ArrayList<>();
        for (Path file : paths("stream", ".out.")) {
            written.add(Files.readString(file));
        }
        Seeds.each(2_000, random -> {
            String mutated = mutated(written, random);
            ResponsesStream stream = new ResponsesStream("a secret");
            Cuts.random(mutated, random).forEach(stream::feed);
            stream.end();
            stream.close(TokenUsage.NONE);
            stream.fail(ProviderError.of(502, "server_error", null, "Broken."));
            ResponsesAnswer.whole(bytes(mutated));
        });
    }

    private static Translated translated(String request) {
        ModelRequest parsed = ModelRequest.parse(Buffer.buffer(request), "m", request.contains("\"stream\":true"));
        return new Translated(
                new ResponsesApi(),
                new OpenAiApi(),
                new AnswerContext(parsed, "0123456789abcdef0123456789abcdef", 1_760_000_000L, "m"),
                new TargetTraits("m", "", null, true),
                new Dropped(false));
    }

    /** Mostly still JSON: a value, a name or a bracket is another one. */
    private static String mutated(List<String> originals, Random random) {
        StringBuilder text = new StringBuilder(pick(originals, random));
        for (int count = 1 + random.nextInt(4); count > 0 && !text.isEmpty(); count--) {
            int at = random.nextInt(text.length());
            switch (random.nextInt(4)) {
                case 0 -> replaceValue(text, at, random);
                case 1 -> text.setCharAt(at, (char) (32 + random.nextInt(95)));
                case 2 -> text.delete(at, Math.min(text.length(), at + 1 + random.nextInt(20)));
                default -> text.insert(at, text.substring(at, Math.min(text.length(), at + 1 + random.nextInt(40))));
            }
        }
        return text.toString();
    }

    private static void replaceValue(StringBuilder text, int from, Random random) {
        int start = text.indexOf(":", from) + 1;
        if (start == 0) {
            return;
        }
        int end = start;
        int depth = 0;
        boolean quoted = false;
        for (; end < text.length(); end++) {
            char c = text.charAt(end);
            if (c == '"' && text.charAt(end - 1) != '\\') {
                quoted = !quoted;
            } else if (!quoted && (c == '{' || c == '[')) {
                depth++;
            } else if (!quoted && depth == 0 && (c == ',' || c == '}' || c == ']')) {
                break;
            } else if (!quoted && (c == '}' || c == ']')) {
                depth--;
            }
        }
        text.replace(start, end, ODD[random.nextInt(ODD.length)]);
    }

    private static String pick(List<String> all, Random random) {
        return all.get(random.nextInt(all.size()));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static List<String> files(String part) {
        return paths(part, ".in.").stream().map(ResponsesMutationTest::read).toList();
    }

    private static List<Path> paths(String part, String kind) {
        try (Stream<Path> files = Files.list(GOLDEN.resolve(part))) {
            return files.filter(file -> file.getFileName().toString().contains(kind))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
