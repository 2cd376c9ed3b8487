package dev.comporta.dialect.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.dialect.Dropped;
import dev.comporta.dialect.Json;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The tools of a request, and whether the model may, must or must not call them. */
final class ToolOffer {

    private static final String AUTO = "auto";
    private static final String ANY = "any";
    private static final String NONE = "none";
    private static final String TOOL = "tool";

    private final ArrayNode tools = Json.array();
    private final ModelRules rules;
    private final Dropped dropped;

    /** Null where the caller leaves it to the provider. */
    private @Nullable String choice;

    private @Nullable String chosen;
    private boolean sequential;

    private ToolOffer(ModelRules rules, Dropped dropped) {
        this.rules = rules;
        this.dropped = dropped;
    }

    /** @throws dev.comporta.core.GatewayError naming the field that makes no sense or cannot be told */
    static ToolOffer of(Fields request, ModelRules rules, Dropped dropped) {
        ToolOffer offer = new ToolOffer(rules, dropped);
        offer.tools(request);
        offer.choice(request);
        offer.sequential = Boolean.FALSE.equals(request.flag("parallel_tool_calls"));
        return offer;
    }

    /** Whether the model must call a tool, or one certain tool. */
    private boolean isForced() {
        return ANY.equals(choice) || TOOL.equals(choice);
    }

    /** Whether the model cannot think because it must call a tool. */
    boolean hindersThinking() {
        return isForced() && rules.forcedTools() == ModelRules.ForcedTools.WHEN_NOT_THINKING;
    }

    /**
     * Where the model cannot be made to call a tool, it is asked to. That is not the same, so it counts as left out.
     */
    void askInsteadOfForcing(Conversation conversation) {
        if (!isForced() || rules.forcedTools() != ModelRules.ForcedTools.NO) {
            return;
        }
        dropped.add("tool_choice");
        conversation.instruct(
                chosen == null
                        ? "Answer by calling at least one of the tools, not with text alone."
                        : "Answer by calling the tool %s, not with text alone.".formatted(chosen));
        choice = AUTO;
        chosen = null;
    }

    /**
     * Offers a tool whose input is the answer. Where the caller's tools must be called there is nothing to be said in
     * it; where they may be called, the model must call one of them or this.
     */
    void addAnswerTool(ObjectNode tool) {
        if (isForced()) {
            return;
        }
        boolean alone = tools.isEmpty() || NONE.equals(choice);
        tools.add(tool);
        choice = alone ? TOOL : ANY;
        chosen = alone ? tool.path("name").textValue() : null;
        sequential |= alone;
    }

    void write(ObjectNode body) {
        if (tools.isEmpty()) {
            return;
        }
        body.set("tools", tools);
        if (choice == null && !sequential) {
            return;
        }
        ObjectNode told = body.putObject("tool_choice").put("type", choice == null ? AUTO : choice);
        if (chosen != null) {
            told.put("name", chosen);
        }
        if (sequential && !NONE.equals(choice)) {
            told.put("disable_parallel_tool_use", true);
        }
    }

    private void tools(Fields request) {
        ArrayNode given = request.array("tools");
        for (int i = 0; given != null && i < given.size(); i++) {
            Fields tool = new Fields(given.get(i), "tools[%d]".formatted(i));
            String type = tool.name("type");
            if (!type.equals("function")) {
                throw Refusal.unsupported(tool.path("type"), "Offer functions only.");
            }
            Fields function = tool.object("function");
            if (function == null) {
                throw Refusal.invalid(tool.path("function"), "must be an object");
            }
            add(function, tool.take("cache_control"));
            tool.reportRest(dropped, Set.of());
        }
        ArrayNode legacy = request.array("functions");
        if (given != null && !given.isEmpty() && legacy != null && !legacy.isEmpty()) {
            dropped.add("functions");
            return;
        }
        for (int i = 0; legacy != null && i < legacy.size(); i++) {
            add(new Fields(legacy.get(i), "functions[%d]".formatted(i)), null);
        }
    }

    private void add(Fields function, @Nullable JsonNode cache) {
        String name = function.name("name");
        if (name.equals(AnswerFormat.TOOL)) {
            throw Refusal.invalid(function.path("name"), "is a name that the gateway needs for itself");
        }
        ObjectNode tool = tools.addObject().put("name", name);
        String description = function.text("description");
        if (description != null && !description.isBlank()) {
            tool.put("description", description);
        }
        boolean strict = Boolean.TRUE.equals(function.flag("strict"));
        tool.set("input_schema", schema(function, strict && rules.structuredOutput()));
        if (strict && rules.structuredOutput()) {
            tool.put("strict", true);
        } else if (strict) {
            dropped.add("tools[].function.strict");
        }
        JsonNode beside = function.take("cache_control");
        if (cache != null || beside != null) {
            tool.set("cache_control", cache == null ? beside : cache);
        }
        function.reportRest(dropped, Set.of());
    }

    private static ObjectNode schema(Fields function, boolean strict) {
        JsonNode parameters = function.take("parameters");
        if (parameters != null && !parameters.isObject()) {
            throw Refusal.invalid(function.path("parameters"), "must be an object");
        }
        ObjectNode schema = parameters == null ? Json.object() : (ObjectNode) parameters;
        if (!schema.has("type")) {
            schema.put("type", "object");
        }
        if (!schema.has("properties") && schema.path("type").asText().equals("object")) {
            schema.putObject("properties");
        }
        return strict ? StrictSchema.of(schema, function.path("parameters")) : schema;
    }

    private void choice(Fields request) {
        JsonNode given = request.take("tool_choice");
        JsonNode legacy = request.take("function_call");
        if (given != null) {
            choose(given, "tool_choice");
        } else if (legacy != null && legacy.isObject()) {
            choose(new Fields(legacy, "function_call"), "function_call");
        } else if (legacy != null) {
            choose(legacy, "function_call");
        }
        if (isForced() && tools.isEmpty()) {
            throw Refusal.invalid(given == null ? "function_call" : "tool_choice", "needs tools to choose from");
        }
    }

    private void choose(JsonNode given, String path) {
        if (given.isObject()) {
            Fields named = new Fields(given, path);
            String type = named.name("type");
            switch (type) {
                case "function" -> {
                    Fields function = named.object("function");
                    if (function == null) {
                        throw Refusal.invalid(named.path("function"), "must be an object");
                    }
                    choose(function, named.path("function"));
                }
                case "allowed_tools" -> {
                    Fields allowed = named.object("allowed_tools");
                    if (allowed == null) {
                        throw Refusal.invalid(named.path("allowed_tools"), "must be an object");
                    }
                    choose(allowed);
                }
                default -> throw Refusal.unsupported(named.path("type"), "Choose functions only.");
            }
            return;
        }
        choice = switch (given.asText()) {
            case "auto" -> AUTO;
            case "none" -> NONE;
            case "required" -> ANY;
            default -> throw Refusal.invalid(path, "must be none, auto, required or a tool");
        };
    }

    private void choose(Fields function, String path) {
        String name = function.name("name");
        if (!names().contains(name)) {
            throw Refusal.invalid(path + ".name", "must be the name of one of the tools");
        }
        choice = TOOL;
        chosen = name;
    }

    /** Anthropic has no list of what is allowed, so what is not allowed is not offered. */
    private void choose(Fields allowed) {
        String mode = allowed.name("mode");
        if (!mode.equals("auto") && !mode.equals("required")) {
            throw Refusal.invalid(allowed.path("mode"), "must be auto or required");
        }
        ArrayNode given = allowed.array("tools");
        Set<String> names = new LinkedHashSet<>();
        for (int i = 0; given != null && i < given.size(); i++) {
            names.add(given.path(i).path("function").path("name").asText());
        }
        if (names.isEmpty() || !names().containsAll(names)) {
            throw Refusal.invalid(allowed.path("tools"), "must name some of the tools");
        }
        ArrayNode offered = Json.array();
        for (JsonNode tool : tools) {
            if (names.contains(tool.path("name").asText())) {
                offered.add(tool);
            }
        }
        tools.removeAll().addAll(offered);
        choice = mode.equals("auto") ? AUTO : ANY;
    }

    private Set<String> names() {
        Set<String> names = new LinkedHashSet<>();
        tools.forEach(tool -> names.add(tool.path("name").asText()));
        return names;
    }
}
