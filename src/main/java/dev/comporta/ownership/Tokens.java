package dev.comporta.ownership;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;

/** Reads providers' answers as tokens with their places in the bytes. Thread-safe. */
final class Tokens {

    private static final JsonFactory FACTORY = JsonFactory.builder()
            // In another encoding than UTF-8 tokens would have no place in the bytes.
            .disable(JsonFactory.Feature.CHARSET_DETECTION)
            .streamReadConstraints(
                    StreamReadConstraints.builder().maxNestingDepth(200).build())
            .build();

    private Tokens() {}

    static JsonParser of(byte[] bytes) throws IOException {
        return FACTORY.createParser(bytes);
    }

    /** Where the token that was just read begins. */
    static int start(JsonParser json) {
        return (int) json.currentTokenLocation().getByteOffset();
    }

    /** Just behind what has been read. */
    static int position(JsonParser json) {
        return (int) json.currentLocation().getByteOffset();
    }
}
