package dev.comporta.dialect.openai;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Reading JSON without building it: tokens and their places in the bytes. */
final class Json {

    private static final JsonFactory FACTORY = JsonFactory.builder()
            // JSON is UTF-8 (RFC 8259, 8.1). In another encoding tokens would have no place in the bytes.
            .disable(JsonFactory.Feature.CHARSET_DETECTION)
            .streamReadConstraints(
                    StreamReadConstraints.builder().maxNestingDepth(200).build())
            .build();

    private Json() {}

    /** Bytes from {@code from} to {@code to}, without {@code to}. */
    record Range(int from, int to) {

        static Range at(int position) {
            return new Range(position, position);
        }
    }

    static JsonParser parser(byte[] bytes) throws IOException {
        return FACTORY.createParser(bytes);
    }

    static int tokenStart(JsonParser json) {
        return (int) json.currentTokenLocation().getByteOffset();
    }

    /** Just behind what has been read. */
    static int position(JsonParser json) {
        return (int) json.currentLocation().getByteOffset();
    }

    /** Where a scalar whose text has been read stands. */
    static Range tokenRange(JsonParser json) {
        return new Range(tokenStart(json), position(json));
    }

    /** A member of an object and one comma beside it, without which the rest is JSON again. */
    static Range withComma(byte[] json, Range member) {
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

    /** A string as JSON, quotes included. */
    static byte[] quoted(String text) {
        return ("\"" + new String(JsonStringEncoder.getInstance().quoteAsString(text)) + "\"")
                .getBytes(StandardCharsets.UTF_8);
    }

    /** Where a document breaks, in words that repeat nothing of it. */
    static String where(IOException e) {
        if (e instanceof JsonProcessingException broken && broken.getLocation() != null) {
            return " (line %d, column %d)"
                    .formatted(
                            broken.getLocation().getLineNr(),
                            broken.getLocation().getColumnNr());
        }
        return "";
    }
}
