package dev.comporta.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** What everything that the gateway writes must be, however odd what it has read. */
final class Told {

    private static final Pattern INTERNALS =
            Pattern.compile("java\\.|Exception|com\\.fasterxml|dev\\.comporta|[Cc]annot cast|StackOverflow");

    /** Half a surrogate pair as an escape: who writes that may read it again. */
    private static final Pattern ESCAPED_SURROGATE = Pattern.compile("(?i)\\\\u+d[89a-f]");

    /** Stricter than what the gateway reads with, but for the depth that its own shapes add. */
    private static final ObjectMapper JSON = new ObjectMapper(JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(1_000)
                    .maxNumberLength(5_000)
                    .build())
            .build());

    private Told() {}

    /** A whole answer for the callers of an API. */
    static void answer(String caller, byte[] in, Buffer out) {
        JsonNode body = json(in, out.getBytes());
        switch (caller) {
            case "chat" -> assertThat(body.path("choices").isArray()).isTrue();
            case "responses" -> assertThat(body.path("object").asText()).isEqualTo("response");
            case "messages" -> {
                assertThat(body.path("type").asText()).isEqualTo("message");
                assertThat(body.path("content").isArray()).isTrue();
                assertThat(body.path("usage").path("output_tokens").isIntegralNumber())
                        .isTrue();
            }
            case "gemini" -> assertThat(body.path("candidates").isArray()).isTrue();
            case "embeddings" -> assertThat(body.path("data").isArray()).isTrue();
            default -> assertThat(body.isObject()).isTrue();
        }
    }

    /** A stream from its first byte to its last, which tells the caller how it ended. */
    static void stream(String caller, byte[] in, Buffer out, boolean whole) {
        String text = text(in, out.getBytes());
        List<JsonNode> events = new ArrayList<>();
        List<String> names = new ArrayList<>();
        assertThat(text.isEmpty() || text.endsWith("\n\n")).as("events end").isTrue();
        for (String event : text.isEmpty() ? new String[0] : text.split("\n\n")) {
            String[] lines = event.split("\n");
            String data = lines[lines.length - 1];
            assertThat(data).startsWith("data: ");
            assertThat(lines.length).as("lines of an event").isLessThan(3);
            names.add(lines.length == 1 ? "" : lines[0]);
            boolean done = data.equals("data: [DONE]");
            events.add(done ? Json.object() : json(in, bytes(data.substring("data: ".length()))));
        }
        JsonNode last = events.isEmpty() ? Json.object() : events.get(events.size() - 1);
        switch (caller) {
            case "chat" -> {
                assertThat(text).endsWith("data: [DONE]\n\n").containsOnlyOnce("[DONE]\n\n");
                events.remove(events.size() - 1);
                if (!whole) {
                    assertThat(events.get(events.size() - 1).path("error").isObject())
                            .isTrue();
                    events.remove(events.size() - 1);
                }
                assertThat(events).allMatch(chunk -> chunk.path("choices").isArray());
                assertFinishedOnce(events);
            }
            case "messages" -> {
                assertThat(last.path("type").asText()).isEqualTo(whole ? "message_stop" : "error");
                assertNamed(events, names);
                assertBlocksInOrder(events, whole);
            }
            case "responses" -> {
                assertThat(last.path("type").asText())
                        .isIn(
                                whole
                                        ? List.of("response.completed", "response.incomplete")
                                        : List.of("response.failed"));
                assertNamed(events, names);
                for (int i = 0; i < events.size(); i++) {
                    assertThat(events.get(i).path("sequence_number").asInt(-1)).isEqualTo(i);
                }
            }
            default -> assertThat(last.has("error")).isEqualTo(!whole);
        }
    }

    private static void assertNamed(List<JsonNode> events, List<String> names) {
        for (int i = 0; i < events.size(); i++) {
            assertThat(names.get(i))
                    .isEqualTo("event: " + events.get(i).path("type").asText());
        }
    }

    private static void assertFinishedOnce(List<JsonNode> chunks) {
        Set<Integer> finished = new HashSet<>();
        for (JsonNode chunk : chunks) {
            for (JsonNode choice : chunk.path("choices")) {
                int index = choice.path("index").intValue();
                assertThat(finished).as("a choice ends once").doesNotContain(index);
                if (choice.path("finish_reason").isTextual()) {
                    finished.add(index);
                }
            }
        }
    }

    /** One block after the other, each begun, told and ended. */
    private static void assertBlocksInOrder(List<JsonNode> events, boolean whole) {
        int open = -1;
        int next = 0;
        for (JsonNode event : events) {
            int index = event.path("index").asInt(-1);
            switch (event.path("type").asText()) {
                case "message_start" -> assertThat(event).isSameAs(events.get(0));
                case "content_block_start" -> {
                    assertThat(open).isEqualTo(-1);
                    assertThat(index).isEqualTo(next++);
                    open = index;
                }
                case "content_block_delta" -> assertThat(index).isEqualTo(open);
                case "content_block_stop" -> {
                    assertThat(index).isEqualTo(open);
                    open = -1;
                }
                case "message_delta", "message_stop" -> assertThat(open).isEqualTo(-1);
                default -> assertThat(event.path("type").asText()).isIn("ping", "error");
            }
        }
        assertThat(whole && open >= 0).as("a block is open at the end").isFalse();
    }

    /** An error for the callers of an API. */
    static void error(String caller, byte[] in, Buffer out) {
        JsonNode body = json(in, out.getBytes());
        JsonNode error = body.path("error");
        assertThat(error.path("message").isTextual()).as("message").isTrue();
        switch (caller) {
            case "messages" -> {
                assertThat(body.path("type").asText()).isEqualTo("error");
                assertThat(error.path("type").asText())
                        .isIn(
                                "request_too_large",
                                "invalid_request_error",
                                "authentication_error",
                                "billing_error",
                                "permission_error",
                                "not_found_error",
                                "timeout_error",
                                "conflict_error",
                                "rate_limit_error",
                                "overloaded_error",
                                "api_error");
            }
            case "gemini", "embedContent" -> {
                assertThat(error.path("code").intValue()).isBetween(400, 599);
                assertThat(error.path("status").asText()).matches("[A-Z_]+");
            }
            default -> {
                assertThat(error.path("type").isTextual()).as("type").isTrue();
                assertThat(error.has("param") && error.has("code")).isTrue();
            }
        }
    }

    /** JSON for whomever. */
    static JsonNode json(byte[] in, byte[] out) {
        text(in, out);
        JsonNode json;
        try {
            json = JSON.readTree(out);
        } catch (IOException e) {
            throw new AssertionError("not JSON: " + new String(out, StandardCharsets.UTF_8), e);
        }
        if (!ESCAPED_SURROGATE.matcher(new String(in, StandardCharsets.UTF_8)).find()) {
            assertThat(halves(json)).as("half a character").isFalse();
        }
        return json;
    }

    /** Text without anything of the gateway's insides, and without half a character. */
    static String text(byte[] in, byte[] out) {
        String text = decoded(out);
        if (text == null) {
            assertThat(decoded(in)).as("characters were whole before").isNull();
            return new String(out, StandardCharsets.UTF_8);
        }
        if (INTERNALS.matcher(text).find()) {
            assertThat(new String(in, StandardCharsets.UTF_8)).as(text).containsPattern(INTERNALS);
        }
        return text;
    }

    private static String decoded(byte[] utf8) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(utf8))
                    .toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }

    private static boolean halves(JsonNode json) {
        if (json.isTextual()) {
            return json.textValue().codePoints().anyMatch(point -> point >= 0xD800 && point <= 0xDFFF);
        }
        for (JsonNode child : json) {
            if (halves(child)) {
                return true;
            }
        }
        return false;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
