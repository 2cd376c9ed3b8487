package dev.comporta.dialect;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Makes of what was said something that nobody would say: a little wrong, so that it gets far. */
final class Mutation {

    /** A value to be replaced by text that need not be JSON. */
    private static final String PLACE = "a place for something odd";

    private static final List<String> TOKENS =
            List.of("{", "}", "[", "]", ",", ":", "\"", "\\", "null", "{}", "[]", "\"x\":1,", "1e9", "-", "\n", "\r\n");

    private static final List<String> ODD = List.of(
            "null",
            "true",
            "false",
            "0",
            "-1",
            "1",
            "7",
            "1.5",
            "1e400",
            "-1e400",
            "1e-999999999",
            "1e999999999",
            "2147483648",
            "9223372036854775808",
            "123456789012345678901234567890",
            "0.1000000000000000055511151231257827",
            "\"\"",
            "\" \"",
            "\"x\"",
            "\"7\"",
            "\"\\ud83d\"",
            "\"\\ude00x\"",
            "\"\\u0000\"",
            "\"\\u2028\\n\\r\\n\\n\"",
            "\"a\u0301\u202e\ufeff\ud83d\udc69\u200d\ud83d\udc69\"",
            "\"data:;base64,\"",
            "\"data:image/png;base64,%%\"",
            "\"https://[\"",
            "\"{\"",
            "\"{}\"",
            "\"[1]\"",
            "\"null\"",
            "[]",
            "[[]]",
            "[null]",
            "[{}]",
            "[1,\"x\",null,{}]",
            "{}",
            "{\"\":{}}",
            "{\"type\":7}",
            "{\"type\":\"text\"}",
            "{\"type\":\"text\",\"text\":\"x\"}",
            "{\"type\":\"function\",\"function\":{}}",
            "{\"error\":1}",
            "{\"error\":{\"code\":7}}");

    private static final List<String> ODD_NAMES = List.of(
            "",
            " ",
            "a\r\nSet-Cookie: a=b",
            "\u0000",
            "schl\u00fcssel",
            "\ud83d\ude00",
            "__proto__",
            "$ref",
            "x".repeat(300));

    private final Random random;

    Mutation(Random random) {
        this.random = random;
    }

    <T> T any(List<T> some) {
        return some.get(random.nextInt(some.size()));
    }

    /** A JSON document, mostly still one. */
    byte[] body(byte[] body) {
        return random.nextInt(4) > 0 ? tree(body) : bytes(body);
    }

    /** A stream of events, mostly still one. */
    byte[] stream(byte[] stream) {
        if (random.nextInt(4) == 0) {
            return bytes(stream);
        }
        String text = new String(stream, UTF_8);
        if (random.nextInt(8) == 0) {
            text = text.replace("\n", any(List.of("\r\n", "\r")));
            return random.nextBoolean() ? text.getBytes(UTF_8) : bytes(text.getBytes(UTF_8));
        }
        List<String> events = new ArrayList<>(List.of(text.split("\n\n")));
        for (int i = random.nextInt(3); i >= 0; i--) {
            int at = random.nextInt(events.size());
            switch (random.nextInt(8)) {
                case 0 -> events.add(random.nextInt(events.size() + 1), events.get(at));
                case 1 -> events.set(random.nextInt(events.size()), events.get(at));
                case 2 -> {
                    if (events.size() > 1) {
                        events.remove(at);
                    }
                }
                default -> events.set(at, event(events.get(at)));
            }
        }
        return (String.join("\n\n", events) + "\n\n").getBytes(UTF_8);
    }

    private String event(String event) {
        int data = event.indexOf("data:");
        int from = data + "data:".length();
        return data < 0 ? event : event.substring(0, from) + new String(tree(bytesOf(event.substring(from))), UTF_8);
    }

    private byte[] tree(byte[] json) {
        JsonNode tree;
        try {
            tree = Json.tree(json);
        } catch (IOException e) {
            return bytes(json);
        }
        for (int i = random.nextInt(3); i > 0; i--) {
            change(tree, any(containers(tree)), odd(tree));
        }
        change(tree, any(containers(tree)), TextNode.valueOf(PLACE));
        String text = Json.text(tree);
        int place = text.indexOf(PLACE);
        return bytesOf(
                place < 0 ? text : text.substring(0, place - 1) + raw() + text.substring(place + PLACE.length() + 1));
    }

    private void change(JsonNode tree, JsonNode parent, JsonNode other) {
        if (parent instanceof ArrayNode array && !array.isEmpty()) {
            int at = random.nextInt(array.size());
            switch (random.nextInt(6)) {
                case 0 -> array.remove(at);
                case 1 -> array.add(array.get(at).deepCopy());
                default -> array.set(at, other);
            }
        } else if (parent instanceof ObjectNode object && !object.isEmpty()) {
            String name =
                    any(object.properties().stream().map(Map.Entry::getKey).toList());
            switch (random.nextInt(6)) {
                case 0 -> object.remove(name);
                case 1 -> object.set(any(names(tree)), object.get(name).deepCopy());
                case 2 -> object.set(any(ODD_NAMES), other);
                default -> object.set(name, other);
            }
        }
    }

    private JsonNode odd(JsonNode tree) {
        if (random.nextInt(4) == 0) {
            return any(containers(tree)).deepCopy();
        }
        try {
            return Json.tree(bytesOf(any(ODD)));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** What a tree cannot hold, or not quickly. */
    private String raw() {
        return switch (random.nextInt(12)) {
            case 0 -> {
                int depth = any(List.of(50, 150, 190, 199, 300, 5_000));
                yield "[".repeat(depth) + "]".repeat(depth);
            }
            case 1 -> {
                int depth = any(List.of(50, 150, 190, 300));
                yield "{\"a\":".repeat(depth) + "1" + "}".repeat(depth);
            }
            case 2 -> "\"" + "x".repeat(random.nextInt(3)) + "\ud83d\ude00".repeat(1 + random.nextInt(300)) + "\"";
            case 3 -> random.nextInt(20) > 0 ? "\"y\"" : "\"" + "\u00e9\u4f60".repeat(50_000) + "\"";
            case 4 -> "9".repeat(1 + random.nextInt(1_200));
            case 5 -> "{\"a\":1,\"a\":[],\"type\":\"text\",\"type\":2}";
            default -> any(ODD);
        };
    }

    private static List<JsonNode> containers(JsonNode tree) {
        List<JsonNode> found = new ArrayList<>();
        found.add(tree);
        for (int at = 0; at < found.size(); at++) {
            for (JsonNode child : found.get(at)) {
                if (child.isContainerNode()) {
                    found.add(child);
                }
            }
        }
        return found;
    }

    private static List<String> names(JsonNode tree) {
        List<String> names = new ArrayList<>();
        for (JsonNode container : containers(tree)) {
            container.fieldNames().forEachRemaining(names::add);
        }
        return names;
    }

    private byte[] bytes(byte[] original) {
        String bytes = new String(original, ISO_8859_1);
        for (int i = random.nextInt(3); i >= 0 && !bytes.isEmpty(); i--) {
            int at = random.nextInt(bytes.length());
            int to = Math.min(bytes.length(), at + random.nextInt(30));
            bytes = switch (random.nextInt(6)) {
                case 0 -> bytes.substring(0, at) + (char) random.nextInt(256) + bytes.substring(at + 1);
                case 1 ->
                    bytes.substring(0, at)
                            + (char) (bytes.charAt(at) ^ 1 << random.nextInt(8))
                            + bytes.substring(at + 1);
                case 2 -> bytes.substring(0, at);
                case 3 -> bytes.substring(0, at) + bytes.substring(to);
                case 4 -> bytes.substring(0, to) + bytes.substring(at);
                default -> bytes.substring(0, at) + any(TOKENS) + bytes.substring(at);
            };
        }
        return bytes.getBytes(ISO_8859_1);
    }

    private static byte[] bytesOf(String text) {
        return text.getBytes(UTF_8);
    }
}
