package dev.comporta.dialect.gemini;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.dialect.Dropped;
import dev.comporta.dialect.Json;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How much a model is to think: OpenAI's {@code reasoning_effort}, or else Anthropic's {@code thinking}, as the model
 * takes it. A model that cannot think cannot be told, and answers as it always does.
 */
final class Thinking {

    private static final String HIGH = "high";
    private static final String NONE = "none";

    /** From the least to the most. */
    private static final List<String> EFFORTS = List.of(NONE, "minimal", "low", "medium", HIGH);

    /** OpenAI's words that Google has none for: the most there is. */
    private static final Map<String, String> BEYOND = Map.of("xhigh", HIGH, "max", HIGH);

    private final GeminiModel model;
    private final Dropped dropped;

    Thinking(GeminiModel model, Dropped dropped) {
        this.model = model;
        this.dropped = dropped;
    }

    /** Google's {@code thinkingConfig}, or null if nothing was asked for that this model could be told. */
    @Nullable
    ObjectNode config(ObjectNode chat) {
        String effort = Given.string(chat, "reasoning_effort", "reasoning_effort");
        if (effort != null) {
            return byEffort(known(effort), "reasoning_effort");
        }
        ObjectNode thinking = Given.object(chat, "thinking", "thinking");
        return thinking == null ? null : byThinking(thinking);
    }

    private static String known(String effort) {
        String known = BEYOND.getOrDefault(effort, effort);
        if (!EFFORTS.contains(known)) {
            throw Given.invalid("reasoning_effort", "must be one of none, minimal, low, medium, high, xhigh and max");
        }
        return known;
    }

    private @Nullable ObjectNode byEffort(String effort, String field) {
        if (!model.thinks()) {
            if (!effort.equals(NONE)) {
                dropped.add(field);
            }
            return null;
        }
        ObjectNode config = shown(!effort.equals(NONE));
        Integer budget = model.budgets().get(effort);
        return budget == null
                ? config.put("thinkingLevel", level(effort).toUpperCase(Locale.ROOT))
                : config.put("thinkingBudget", budget.intValue());
    }

    /** A level that the model lacks becomes the next one up, or else its highest. */
    private String level(String effort) {
        List<String> enough = EFFORTS.subList(EFFORTS.indexOf(effort), EFFORTS.size());
        List<String> levels = model.levels();
        return levels.stream().filter(enough::contains).findFirst().orElse(levels.get(levels.size() - 1));
    }

    private @Nullable ObjectNode byThinking(ObjectNode thinking) {
        String type = Given.requiredString(thinking, "type", "thinking.type");
        if (type.equals("disabled")) {
            return byEffort(NONE, "thinking");
        }
        Integer budget = Given.integer(thinking, "budget_tokens", "thinking.budget_tokens");
        if (!model.thinks()) {
            dropped.add("thinking");
            return null;
        }
        if (budget == null) {
            return shown(true);
        }
        Integer most = model.budgets().get(HIGH);
        return most == null
                ? byEffort(effort(budget), "thinking")
                : shown(true).put("thinkingBudget", Math.max(1, Math.min(budget, most)));
    }

    /** The limits are the budgets by which Google itself translates effort for the models that take budgets. */
    static String effort(int budget) {
        if (budget <= 1_024) {
            return "low";
        }
        return budget <= 8_192 ? "medium" : HIGH;
    }

    private static ObjectNode shown(boolean shown) {
        ObjectNode config = Json.object();
        return shown ? config.put("includeThoughts", true) : config;
    }
}
