package dev.comporta.dialect.openai;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.Set;

/** Collects what a model wrote from {@code choices}: text, reasoning and tool arguments, all of which are billed. */
final class GeneratedText {

    private static final Set<String> BILLED =
            Set.of("content", "reasoning", "reasoning_content", "refusal", "arguments", "name", "text");

    /** The depth of a choice's own members: the array, and the choice. */
    private static final int OF_A_CHOICE = 2;

    private GeneratedText() {}

    /**
     * Reads the array at whose start {@code json} stands, to its end.
     *
     * @return whether there was a choice
     */
    static boolean read(JsonParser json, StringBuilder text, Choices choices) throws IOException {
        int depth = 1;
        boolean any = false;
        int index = 0;
        boolean finish = false;
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
                case END_OBJECT, END_ARRAY -> {
                    depth--;
                    if (depth == OF_A_CHOICE - 1) {
                        choices.seen(index, finish);
                        index = 0;
                        finish = false;
                    }
                }
                case VALUE_NUMBER_INT -> {
                    if (depth == OF_A_CHOICE && "index".equals(json.currentName())) {
                        index = json.getNumberType() == JsonParser.NumberType.INT ? json.getIntValue() : Choices.MOST;
                    }
                }
                case VALUE_STRING -> {
                    String name = json.currentName();
                    if ("finish_reason".equals(name)) {
                        finish |= depth == OF_A_CHOICE;
                        if (depth == OF_A_CHOICE && json.getText().equals("error")) {
                            choices.fail();
                        }
                    } else if (name != null && BILLED.contains(name)) {
                        text.append(json.getTextCharacters(), json.getTextOffset(), json.getTextLength());
                    }
                }
                default -> {
                    // Other numbers, booleans and nulls are not generated text.
                }
            }
        }
        return any;
    }
}
