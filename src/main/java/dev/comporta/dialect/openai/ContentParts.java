package dev.comporta.dialect.openai;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.function.Consumer;

/**
 * Content that is an array of parts, as Mistral's models that think write it: thoughts apart from text.
 *
 * @see <a href="https://docs.mistral.ai/capabilities/reasoning/">Reasoning</a>
 */
final class ContentParts {

    private ContentParts() {}

    /** Tells the parts in order; those of other kinds are left out. */
    static void read(JsonNode parts, Consumer<String> text, Consumer<String> reasoning) {
        for (JsonNode part : parts) {
            if (part.isTextual()) {
                text.accept(part.asText());
            } else if (part.path("type").asText().equals("thinking")) {
                thinking(part.path("thinking"), reasoning);
            } else if (part.path("text").isTextual()) {
                text.accept(part.path("text").asText());
            }
        }
    }

    private static void thinking(JsonNode thinking, Consumer<String> reasoning) {
        if (thinking.isTextual()) {
            reasoning.accept(thinking.asText());
        } else {
            for (JsonNode part : thinking) {
                if (part.path("text").isTextual()) {
                    reasoning.accept(part.path("text").asText());
                }
            }
        }
    }
}
