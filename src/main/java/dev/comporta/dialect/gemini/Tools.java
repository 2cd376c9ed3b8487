package dev.comporta.dialect.gemini;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.dialect.Dropped;
import dev.comporta.dialect.Json;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Functions that a model may call, and which of them. Their parameters stay JSON Schema, which Google takes beside its
 * own kind of schema.
 *
 * <p>Google has no word for {@code parallel_tool_calls: false}. Keeping only the first call of an answer would take
 * calls away that the model made, from a caller who must answer every one of them; so it is reported as dropped.
 */
final class Tools {

    private static final String CHOICE = "tool_choice";

    private final Dropped dropped;

    Tools(Dropped dropped) {
        this.dropped = dropped;
    }

    void write(ObjectNode chat, ObjectNode body) {
        ArrayNode declarations = Json.array();
        declare(Given.array(chat, "tools", "tools"), declarations);
        ArrayNode functions = Given.array(chat, "functions", "functions");
        if (functions != null) {
            for (int i = 0; i < functions.size(); i++) {
                String path = "functions[%d]".formatted(i);
                declarations.add(declaration(Given.asObject(functions.get(i), path), path));
            }
        }
        if (!declarations.isEmpty()) {
            body.putArray("tools").addObject().set("functionDeclarations", declarations);
        }
        ObjectNode config = choice(chat);
        if (config != null && !declarations.isEmpty()) {
            body.putObject("toolConfig").set("functionCallingConfig", config);
        } else if (config != null && config.path("mode").textValue().equals("ANY")) {
            throw Given.invalid(CHOICE, "asks for a tool, but there are none");
        }
        JsonNode parallel = Given.any(chat, "parallel_tool_calls");
        if (parallel != null && !Given.isTrue(chat, "parallel_tool_calls", "parallel_tool_calls")) {
            dropped.add("parallel_tool_calls");
        }
    }

    private void declare(@Nullable ArrayNode tools, ArrayNode declarations) {
        if (tools == null) {
            return;
        }
        for (int i = 0; i < tools.size(); i++) {
            String path = "tools[%d]".formatted(i);
            ObjectNode tool = Given.asObject(tools.get(i), path);
            if (!Given.requiredString(tool, "type", path + ".type").equals("function")) {
                throw Given.unsupported(path + ".type", "must be function for this model's provider");
            }
            if (Given.any(tool, "cache_control") != null) {
                dropped.add("tools[].cache_control");
            }
            String at = path + ".function";
            declarations.add(declaration(Given.requiredObject(tool, "function", at), at));
        }
    }

    private ObjectNode declaration(ObjectNode function, String path) {
        ObjectNode declaration = Json.object().put("name", Given.requiredString(function, "name", path + ".name"));
        String description = Given.string(function, "description", path + ".description");
        if (description != null) {
            declaration.put("description", description);
        }
        ObjectNode parameters = Given.object(function, "parameters", path + ".parameters");
        if (parameters != null && !parameters.isEmpty()) {
            declaration.set("parametersJsonSchema", parameters);
        }
        if (Given.isTrue(function, "strict", path + ".strict")) {
            dropped.add("tools[].function.strict");
        }
        return declaration;
    }

    /** Google's {@code functionCallingConfig}, or null if nothing was chosen. */
    private static @Nullable ObjectNode choice(ObjectNode chat) {
        JsonNode choice = Given.any(chat, CHOICE);
        if (choice == null) {
            return legacy(Given.any(chat, "function_call"));
        }
        if (choice.isTextual()) {
            return mode(choice.textValue(), CHOICE);
        }
        ObjectNode chosen = Given.asObject(choice, CHOICE);
        return switch (Given.requiredString(chosen, "type", CHOICE + ".type")) {
            case "function" -> only(List.of(functionName(chosen, CHOICE)));
            case "allowed_tools" -> allowed(chosen);
            default -> throw Given.unsupported(CHOICE + ".type", "is none that this model's provider takes");
        };
    }

    private static @Nullable ObjectNode legacy(@Nullable JsonNode call) {
        if (call == null) {
            return null;
        }
        return call.isTextual()
                ? mode(call.textValue(), "function_call")
                : only(List.of(Given.requiredString(call, "name", "function_call.name")));
    }

    private static ObjectNode mode(String choice, String path) {
        return switch (choice) {
            case "auto" -> Json.object().put("mode", "AUTO");
            case "none" -> Json.object().put("mode", "NONE");
            case "required" -> Json.object().put("mode", "ANY");
            default -> throw Given.invalid(path, "must be none, auto, required or an object");
        };
    }

    /** Google takes names of allowed functions in the modes ANY and VALIDATED only; VALIDATED leaves text allowed. */
    private static ObjectNode allowed(ObjectNode chosen) {
        String path = CHOICE + ".allowed_tools";
        ObjectNode allowed = Given.requiredObject(chosen, "allowed_tools", path);
        ArrayNode tools = Given.array(allowed, "tools", path + ".tools");
        if (tools == null || tools.isEmpty()) {
            throw Given.invalid(path + ".tools", "must name at least one tool");
        }
        List<String> names = new ArrayList<>();
        for (int i = 0; i < tools.size(); i++) {
            String at = "%s.tools[%d]".formatted(path, i);
            names.add(functionName(Given.asObject(tools.get(i), at), at));
        }
        return switch (Given.requiredString(allowed, "mode", path + ".mode")) {
            case "required" -> only(names);
            case "auto" -> only(names).put("mode", "VALIDATED");
            default -> throw Given.invalid(path + ".mode", "must be auto or required");
        };
    }

    private static String functionName(ObjectNode chosen, String path) {
        ObjectNode function = Given.requiredObject(chosen, "function", path + ".function");
        return Given.requiredString(function, "name", path + ".function.name");
    }

    private static ObjectNode only(List<String> names) {
        ObjectNode config = Json.object().put("mode", "ANY");
        names.forEach(config.putArray("allowedFunctionNames")::add);
        return config;
    }
}
