package dev.comporta.dialect;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.util.JsonParserDelegate;
import java.io.IOException;

/**
 * What JSON takes in memory as a tree: by far more than its bytes, where it is many small values. An estimate, made
 * from the tokens before there is a tree.
 */
final class TreeSize {

    /** Of a value, and of a member's name: the node, and its place in the list or the map that it is in. */
    private static final int BYTES_PER_TOKEN = 64;

    private static final long LEAST = 8L << 20;
    private static final int SHARE_OF_HEAP = 8;

    /** How large one tree may be, in bytes. */
    static final long MOST = Math.max(LEAST, Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP);

    private TreeSize() {}

    /**
     * The size of a tree in bytes.
     *
     * @param tokens values and names of members
     * @param length of the JSON, of which strings keep nearly all
     */
    static long of(long tokens, int length) {
        return tokens * BYTES_PER_TOKEN + length;
    }

    /** Reads JSON to its end, or to where it breaks, for {@link #of(long, int)}. */
    static long of(byte[] json) {
        long tokens = 0;
        try (Counter counter = new Counter(Json.parser(json))) {
            while (counter.nextToken() != null && of(tokens, json.length) <= MOST) {
                tokens = counter.tokens();
            }
        } catch (IOException e) {
            // Whoever reads it next finds the same.
        }
        return of(tokens, json.length);
    }

    /** Counts what it reads, and what it passes over. */
    static final class Counter extends JsonParserDelegate {

        private long tokens;

        Counter(JsonParser json) {
            super(json);
        }

        long tokens() {
            return tokens;
        }

        @Override
        public JsonToken nextToken() throws IOException {
            JsonToken token = delegate.nextToken();
            if (token != null && !token.isStructEnd()) {
                tokens++;
            }
            return token;
        }

        @Override
        public JsonParser skipChildren() throws IOException {
            JsonToken token = delegate.currentToken();
            if (token == null || !token.isStructStart()) {
                return this;
            }
            for (int open = 1; open > 0; ) {
                token = nextToken();
                if (token == null) {
                    // As where nothing is counted: whoever reads on finds the end.
                    return this;
                }
                open += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
            }
            return this;
        }
    }
}
