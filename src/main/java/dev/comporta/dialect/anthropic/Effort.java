package dev.comporta.dialect.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.dialect.Dropped;
import dev.comporta.dialect.Json;
import dev.comporta.dialect.TargetTraits;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How much a model may think and say: {@code reasoning_effort}, Anthropic's own {@code thinking}, and the limits of
 * tokens.
 */
final class Effort {

    /** Where neither the caller nor the registry knows better. */
    private static final int DEFAULT_MAX_TOKENS = 4_096;

    private static final int LEAST_BUDGET = 1_024;
    private static final List<String> EFFORTS = List.of("none", "minimal", "low", "medium", "high", "xhigh", "max");
    private static final String FIELD = "reasoning_effort";

    private final Dropped dropped;
    private final int mostTokens;
    private final @Nullable String effort;
    private @Nullable ObjectNode thinking;
    private long maxTokens;

    private Effort(
            @Nullable String effort, @Nullable ObjectNode thinking, int maxTokens, int mostTokens, Dropped dropped) {
        this.effort = effort;
        this.thinking = thinking;
        this.maxTokens = maxTokens;
        this.mostTokens = mostTokens;
        this.dropped = dropped;
    }

    /** @throws dev.comporta.core.GatewayError naming the field that makes no sense */
    static Effort of(Fields chat, TargetTraits traits, Dropped dropped) {
        String effort = chat.text(FIELD);
        if (effort != null && !EFFORTS.contains(effort)) {
            throw Refusal.invalid(FIELD, "must be one of " + String.join(", ", EFFORTS));
        }
        JsonNode thinking = chat.take("thinking");
        if (thinking != null && !thinking.isObject()) {
            throw Refusal.invalid("thinking", "must be an object");
        }
        Integer most = traits.maxOutputTokens();
        Integer asked = chat.whole("max_completion_tokens", 1);
        Integer deprecated = chat.whole("max_tokens", 1);
        Integer limit = asked == null ? deprecated : asked;
        return new Effort(
                effort,
                (ObjectNode) thinking,
                limit != null ? limit : most != null ? most : DEFAULT_MAX_TOKENS,
                most == null ? Integer.MAX_VALUE : most,
                dropped);
    }

    /**
     * Decides how the model thinks.
     *
     * @param allowed whether the conversation allows a model that thinks within a budget to think
     * @param hindered whether a tool must be called by a model that then cannot think
     * @param outputConfig takes the effort of models that know it
     */
    void write(ModelRules rules, boolean allowed, boolean hindered, ObjectNode outputConfig) {
        if (effort != null) {
            switch (rules.thinking()) {
                case NONE -> {
                    if (!effort.equals("none")) {
                        dropped.add(FIELD);
                    }
                }
                case BUDGET -> budget(allowed && !hindered);
                case ADAPTIVE -> {
                    if (thinking == null && effort.equals("none")) {
                        thinking = Json.object().put("type", "disabled");
                    } else if (thinking == null && !hindered) {
                        // A forced call begins without thinking; effort is told all the same.
                        thinking = Json.object().put("type", "adaptive");
                    }
                    if (!effort.equals("none")) {
                        outputConfig.put("effort", known(rules.efforts()));
                    }
                }
                case ALWAYS -> outputConfig.put("effort", known(rules.efforts()));
            }
        }
        makeRoom();
    }

    /** The least effort that the model knows and that is not less than what was asked for. */
    private String known(List<String> efforts) {
        int asked = EFFORTS.indexOf(effort);
        return efforts.stream()
                .filter(some -> EFFORTS.indexOf(some) >= asked)
                .findFirst()
                .orElseGet(() -> efforts.get(efforts.size() - 1));
    }

    private void budget(boolean possible) {
        if (thinking != null || "none".equals(effort)) {
            // Who says it in Anthropic's words says it more exactly.
            return;
        }
        int budget = Math.min(tokens(), mostTokens - LEAST_BUDGET);
        if (!possible || budget < LEAST_BUDGET) {
            dropped.add(FIELD);
            return;
        }
        thinking = Json.object().put("type", "enabled").put("budget_tokens", budget);
    }

    private int tokens() {
        return switch (String.valueOf(effort)) {
            case "minimal", "low" -> 1_024;
            case "medium" -> 2_048;
            case "high" -> 4_096;
            case "xhigh" -> 8_192;
            default -> 16_384;
        };
    }

    /** What was asked for is what the answer may have; a budget that would take all of it comes on top. */
    private void makeRoom() {
        long budget = thinking == null ? 0 : thinking.path("budget_tokens").asLong();
        if (budget > 0 && maxTokens <= budget && budget < mostTokens) {
            maxTokens = Math.min(maxTokens + budget, mostTokens);
        }
    }

    /** Anthropic's {@code thinking}, or null to leave it to the model. */
    @Nullable
    ObjectNode thinking() {
        return thinking;
    }

    boolean isThinking() {
        return thinking != null && !thinking.path("type").asText().equals("disabled");
    }

    long maxTokens() {
        return maxTokens;
    }
}
