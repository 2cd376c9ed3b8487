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
