package dev.comporta.dialect.gemini;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.comporta.core.TokenUsage;
import dev.comporta.dialect.Json;
import java.io.IOException;
import java.util.BitSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Looks at responses that pass: what was used, what was written, whether the candidates have ended. */
final class ResponseTap {

    /** More than Google offers; what is beyond shares the last place. */
    private static final int MOST_CANDIDATES = 1_024;

    /** The depth of a candidate's own members: the array, and the candidate. */
    private static final int OF_A_CANDIDATE = 2;

    /** The members of a part that hold what the model wrote, besides arguments. */
    private static final Set<String> WRITTEN = Set.of("text", "name");

    private final StringBuilder text;
    private final BitSet begun = new BitSet();
    private final BitSet finished = new BitSet();
    private @Nullable TokenUsage usage;
    private boolean blocked;

    /** @param text takes what was written */
    ResponseTap(StringBuilder text) {
        this.text = text;
    }

    /**
     * Reads one response, or an array of them.
     *
     * @return whether it, or one of them, is an error
     * @throws IOException if it is not JSON; what was read until there is kept
     */
    boolean read(byte[] response) throws IOException {
        try (JsonParser json = Json.parser(response)) {
            JsonToken first = json.nextToken();
            boolean error = false;
            if (first == JsonToken.START_ARRAY) {
                while (json.nextToken() == JsonToken.START_OBJECT) {
                    error |= readObject(json);
                }
            } else if (first == JsonToken.START_OBJECT) {
                error = readObject(json);
            }
            boolean closed = json.currentToken() == JsonToken.END_OBJECT || json.currentToken() == JsonToken.END_ARRAY;
            if (!closed || json.nextToken() != null) {
                throw new IOException("neither an object nor an array of objects");
            }
            return error;
        }
    }

    private boolean readObject(JsonParser json) throws IOException {
        boolean error = false;
        String name;
        while ((name = json.nextFieldName()) != null) {
            JsonToken value = json.nextToken();
            if (name.equals("usageMetadata") && value == JsonToken.START_OBJECT) {
                TokenUsage read = UsageMetadata.read(json);
                usage = read == null ? usage : read;
            } else if (name.equals("candidates") && value == JsonToken.START_ARRAY) {
                readCandidates(json);
            } else if (name.equals("promptFeedback") && value == JsonToken.START_OBJECT) {
                readFeedback(json);
            } else {
                error |= name.equals("error") && value != JsonToken.VALUE_NULL;
                json.skipChildren();
            }
        }
        return error;
    }

    private void readFeedback(JsonParser json) throws IOException {
        String name;
        while ((name = json.nextFieldName()) != null) {
            blocked |= json.nextToken() == JsonToken.VALUE_STRING && name.equals("blockReason");
            json.skipChildren();
        }
    }

    private void readCandidates(JsonParser json) throws IOException {
        int depth = 1;
        int arguments = 0;
        int index = 0;
        boolean finish = false;
        while (depth > 0) {
            JsonToken token = json.nextToken();
            if (token == null) {
                throw new IOException("unfinished");
            }
            String name = json.currentName();
            if (token.isStructStart()) {
                depth++;
                if (arguments == 0 && "args".equals(name)) {
                    arguments = depth;
                }
            } else if (token.isStructEnd()) {
                if (depth == OF_A_CANDIDATE) {
                    seen(index, finish);
                    index = 0;
                    finish = false;
                }
                arguments = depth == arguments ? 0 : arguments;
                depth--;
            } else if (token.isScalarValue() && (name != null || arguments > 0)) {
                if (depth == OF_A_CANDIDATE && "index".equals(name)) {
                    index = token == JsonToken.VALUE_NUMBER_INT && json.getNumberType() == JsonParser.NumberType.INT
                            ? json.getIntValue()
                            : MOST_CANDIDATES;
                } else if (depth == OF_A_CANDIDATE && "finishReason".equals(name)) {
                    finish |= token == JsonToken.VALUE_STRING && !json.getText().equals("FINISH_REASON_UNSPECIFIED");
                } else if (arguments > 0 || token == JsonToken.VALUE_STRING && WRITTEN.contains(name)) {
                    text.append(json.getTextCharacters(), json.getTextOffset(), json.getTextLength());
                }
            }
        }
    }

    private void seen(int index, boolean finish) {
        int place = Math.max(0, Math.min(index, MOST_CANDIDATES));
        begun.set(place);
        if (finish) {
            finished.set(place);
        }
    }

    /** Whether there were candidates, and each has ended; or there are none because the prompt is blocked. */
    boolean isWhole() {
        return begun.isEmpty() ? blocked : finished.equals(begun);
    }

    @Nullable
    TokenUsage usage() {
        return usage;
    }
}
