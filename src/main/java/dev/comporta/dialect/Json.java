package dev.comporta.dialect;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reading and writing JSON: as tokens with their places in the bytes, where bytes are to pass as they are, and as
 * trees, where they are to be translated. Numbers keep their value, however large or long they are. Thread-safe.
 */
public final class Json {

    private static final JsonFactory FACTORY = JsonFactory.builder()
            // JSON is UTF-8 (RFC 8259, 8.1). In another encoding tokens would have no place in the bytes.
            .disable(JsonFactory.Feature.CHARSET_DETECTION)
            .streamReadConstraints(
                    StreamReadConstraints.builder().maxNestingDepth(200).build())
            .build();

    private static final ObjectMapper TREES = JsonMapper.builder(FACTORY)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    /** Bytes that make no tree of a size that matters. */
    private static final int UNCOUNTED = 1 << 20;

    private Json() {}

    /** A new, empty object. */
    public static ObjectNode object() {
        return TREES.createObjectNode();
    }

    /** A new, empty array. */
    public static ArrayNode array() {
        return TREES.createArrayNode();
    }

    /**
     * Reads one JSON value.
     *
     * @throws IOException if it is not JSON, or more than one value, or too many to be held
     */
    public static JsonNode tree(byte[] bytes) throws IOException {
        if (bytes.length > UNCOUNTED && TreeSize.of(bytes) > TreeSize.MOST) {
            throw new IOException("too many values");
        }
        return countedTree(bytes);
    }

    /** Reads one JSON value whose size is known. */
    static JsonNode countedTree(byte[] bytes) throws IOException {
        JsonNode tree;
        try {
            tree = TREES.readTree(bytes);
        } catch (NumberFormatException e) {
            // An exponent of more than ten digits is JSON, but nothing that Java could keep.
            throw new IOException("a number is too large", e);
        }
        if (tree.isMissingNode()) {
            throw new IOException("nothing there");
        }
        return tree;
    }

    /** Reads JSON text, as models write it: possibly none at all. Null if it is not one JSON value. */
    public static @Nullable JsonNode treeOrNull(String text) {
        try {
            return tree(text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            return null;
        }
    }

    /** Writes a tree as UTF-8. */
    public static byte[] bytes(JsonNode tree) {
        try {
            return TREES.writeValueAsBytes(tree);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree can always be written", e);
        }
    }

    /** Writes a tree as text. */
    public static String text(JsonNode tree) {
        return new String(bytes(tree), StandardCharsets.UTF_8);
    }

    /** Bytes from {@code from} to {@code to}, without {@code to}. */
    public record Range(int from, int to) {

        public static Range at(int position) {
            return new Range(position, position);
        }
    }

    public static JsonParser parser(byte[] bytes) throws IOException {
        return FACTORY.createParser(bytes);
    }

    public static int tokenStart(JsonParser json) {
        return (int) json.currentTokenLocation().getByteOffset();
    }

    /** Just behind what has been read. */
    public static int position(JsonParser json) {
        return (int) json.currentLocation().getByteOffset();
    }

    /** Where a scalar whose text has been read stands. */
    public static Range tokenRange(JsonParser json) {
        return new Range(tokenStart(json), position(json));
    }

    /** A member of an object and one comma beside it, without which the rest is JSON again. */
    public static Range withComma(byte[] json, Range member) {
        int left = member.from - 1;
        while (left > 0 && Character.isWhitespace(json[left])) {
            left--;
        }
        if (json[left] == ',') {
            return new Range(left, member.to);
        }
        int right = member.to;
        while (right < json.length && Character.isWhitespace(json[right])) {
            right++;
        }
        return new Range(member.from, right < json.length && json[right] == ',' ? right + 1 : right);
    }

    /** Whether these bytes stand anywhere in a document: a quick look, before it is read. */
    public static boolean contains(byte[] json, byte[] bytes) {
        int last = json.length - bytes.length;
        for (int i = 0; i <= last; i++) {
            if (json[i] == bytes[0] && Arrays.equals(json, i, i + bytes.length, bytes, 0, bytes.length)) {
                return true;
            }
        }
        return false;
    }

    /** A string as JSON, quotes included. */
    public static byte[] quoted(String text) {
        return ("\"" + new String(JsonStringEncoder.getInstance().quoteAsString(text)) + "\"")
                .getBytes(StandardCharsets.UTF_8);
    }

    /** Where a document breaks, in words that repeat nothing of it. */
    public static String where(IOException e) {
        if (e instanceof JsonProcessingException broken && broken.getLocation() != null) {
            return " (line %d, column %d)"
                    .formatted(
                            broken.getLocation().getLineNr(),
                            broken.getLocation().getColumnNr());
        }
        return "";
    }
}
