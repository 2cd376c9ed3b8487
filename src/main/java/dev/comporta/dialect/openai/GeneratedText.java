package dev.comporta.dialect.openai;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.Set;

/** Collects what a model wrote from {@code choices}: text, reasoning and tool arguments, all of which are billed. */
final class GeneratedText {

    private static final Set<String> BILLED =
            Set.of("content", "reasoning", "reasoning_content", "refusal", "arguments", "name", "text");

    private GeneratedText() {}

    /**
     * Reads the array at whose start {@code json} stands, to its end.
     *
     * @return what was seen on the way
     */
    static Seen read(JsonParser json, StringBuilder text) throws IOException {
        int depth = 1;
        boolean any = false;
        boolean finished = false;
        while (depth > 0) {
            JsonToken token = json.nextToken();
            if (token == null) {
                throw new IOException("unfinished");
            }
            switch (token) {
                case START_OBJECT, START_ARRAY -> {
                    any = true;
                    depth++;
                    if ("logprobs".equals(json.currentName())) {
                        json.skipChildren();
                        depth--;
                    }
                }
                case END_OBJECT, END_ARRAY -> depth--;
                case VALUE_STRING -> {
                    String name = json.currentName();
                    if ("finish_reason".equals(name)) {
                        finished = true;
                    } else if (name != null && BILLED.contains(name)) {
                        text.append(json.getTextCharacters(), json.getTextOffset(), json.getTextLength());
                    }
                }
                default -> {
                    // Numbers, booleans and nulls are not generated text.
                }
            }
        }
        return new Seen(!any, finished);
    }

    /**
     * @param empty there was no choice
     * @param finished a choice says why it ended
     */
    record Seen(boolean empty, boolean finished) {}
}
