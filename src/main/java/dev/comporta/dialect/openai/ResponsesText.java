package dev.comporta.dialect.openai;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.Set;

/** Collects what a model wrote from {@code output}: text, reasoning and tool arguments, all of which are billed. */
final class ResponsesText {

    private static final Set<String> BILLED = Set.of("text", "refusal", "arguments", "name", "input", "code");
    /** Repeat the text, or are not the model's. */
    private static final Set<String> SKIPPED = Set.of("logprobs", "annotations", "results", "outputs", "tools");

    private ResponsesText() {}

    /** Reads the array at whose start {@code json} stands, to its end. */
    static void read(JsonParser json, StringBuilder text) throws IOException {
        int depth = 1;
        while (depth > 0) {
            JsonToken token = json.nextToken();
            if (token == null) {
                throw new IOException("unfinished");
            }
            String name = json.currentName();
            switch (token) {
                case START_OBJECT, START_ARRAY -> {
                    if (name != null && SKIPPED.contains(name)) {
                        json.skipChildren();
                    } else {
                        depth++;
                    }
                }
                case END_OBJECT, END_ARRAY -> depth--;
                case VALUE_STRING -> {
                    if (name != null && BILLED.contains(name)) {
                        text.append(json.getTextCharacters(), json.getTextOffset(), json.getTextLength());
                    }
                }
                default -> {
                    // Numbers, booleans and nulls are not generated text.
                }
            }
        }
    }
}
