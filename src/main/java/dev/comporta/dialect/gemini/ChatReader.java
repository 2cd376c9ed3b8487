package dev.comporta.dialect.gemini;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.dialect.Dropped;
import dev.comporta.dialect.Json;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** Google's {@code GenerateContentRequest} as a chat completion request. */
final class ChatReader {

    private static final Set<String> READ = Set.of(
            "model", "contents", "systemInstruction", "tools", "toolConfig", "generationConfig", "cachedContent");

    private static final Pattern TOOL = Pattern.compile("[A-Za-z]{1,64}");

    private final ObjectNode request;
    private final Dropped dropped;

    ChatReader(ObjectNode request, Dropped dropped) {
        this.request = Camel.names(request);
        this.dropped = dropped;
    }

    ObjectNode read() {
        if (Given.any(request, "cachedContent") != null) {
            throw Given.unsupported("cachedContent", "names content that this model's provider does not have");
        }
        ObjectNode chat = Json.object();
        chat.set("messages", new ContentsReader(dropped).read(request));
        tools(chat);
        choice(chat);
        ObjectNode config = Given.object(request, "generationConfig", "generationConfig");
        if (config != null) {
            new GenerationReader(dropped).read(Camel.names(config), chat);
        }
        request.properties().forEach(field -> {
            if (!READ.contains(field.getKey()) && !field.getValue().isNull()) {
                dropped.add(field.getKey());
            }
        });
        return chat;
    }

    private void tools(ObjectNode chat) {
        ArrayNode tools = Given.array(request, "tools", "tools");
        if (tools == null) {
            return;
        }
        ArrayNode told = Json.array();
        for (int i = 0; i < tools.size(); i++) {
            String path = "tools[%d]".formatted(i);
            ObjectNode tool = Camel.names(Given.asObject(tools.get(i), path));
            tool.properties().forEach(field -> {
                if (!field.getKey().equals("functionDeclarations")
                        && !field.getValue().isNull()) {
                    // What a caller calls it may be anything, and is no tool of Google's then.
                    String name = TOOL.matcher(field.getKey()).matches() ? field.getKey() : "?";
                    throw Given.unsupported(path + "." + name, "is a tool that this model's provider does not have");
                }
            });
            String at = path + ".functionDeclarations";
            ArrayNode declarations = Given.array(tool, "functionDeclarations", at);
            for (int j = 0; declarations != null && j < declarations.size(); j++) {
                String place = "%s[%d]".formatted(at, j);
                told.add(tool(Camel.names(Given.asObject(declarations.get(j), place)), place));
            }
        }
        if (!told.isEmpty()) {
            chat.set("tools", told);
        }
    }

    private ObjectNode tool(ObjectNode declaration, String path) {
        ObjectNode tool = Json.object().put("type", "function");
        ObjectNode function =
                tool.putObject("function").put("name", Given.requiredString(declaration, "name", path + ".name"));
        String description = Given.string(declaration, "description", path + ".description");
        if (description != null) {
            function.put("description", description);
        }
        ObjectNode googles = Given.object(declaration, "parameters", path + ".parameters");
        ObjectNode json = Given.object(declaration, "parametersJsonSchema", path + ".parametersJsonSchema");
        if (json != null) {
            function.set("parameters", json);
        } else if (googles != null) {
            function.set("parameters", OpenApiSchema.json(googles));
        }
        for (String lost : List.of("response", "responseJsonSchema", "behavior")) {
            if (Given.any(declaration, lost) != null) {
                dropped.add("tools[].functionDeclarations[]." + lost);
            }
        }
        return tool;
    }

    private void choice(ObjectNode chat) {
        ObjectNode config = Given.object(request, "toolConfig", "toolConfig");
        if (config == null) {
            return;
        }
        ObjectNode named = Camel.names(config);
        named.fieldNames().forEachRemaining(name -> {
            if (!name.equals("functionCallingConfig")) {
                dropped.add("toolConfig." + name);
            }
        });
        String path = "toolConfig.functionCallingConfig";
        ObjectNode calling = Given.object(named, "functionCallingConfig", path);
        if (calling != null) {
            choice(Camel.names(calling), path, chat);
        }
    }

    private static void choice(ObjectNode calling, String path, ObjectNode chat) {
        ArrayNode names = Given.array(calling, "allowedFunctionNames", path + ".allowedFunctionNames");
        ArrayNode allowed = Json.array();
        if (names != null) {
            for (JsonNode name : names) {
                allowed.add(function(Given.asString(name, path + ".allowedFunctionNames")));
            }
        }
        String mode = Given.string(calling, "mode", path + ".mode");
        switch (mode == null ? "" : mode) {
            case "", "MODE_UNSPECIFIED" -> {
                // What comes anyway.
            }
            case "NONE" -> chat.put("tool_choice", "none");
            case "AUTO", "VALIDATED" -> choose(chat, "auto", allowed);
            case "ANY" -> {
                if (allowed.size() == 1) {
                    chat.set("tool_choice", allowed.get(0));
                } else {
                    choose(chat, "required", allowed);
                }
            }
            default -> throw Given.invalid(path + ".mode", "must be one of AUTO, ANY, NONE and VALIDATED");
        }
    }

    private static void choose(ObjectNode chat, String mode, ArrayNode allowed) {
        if (allowed.isEmpty()) {
            chat.put("tool_choice", mode);
        } else {
            chat.putObject("tool_choice")
                    .put("type", "allowed_tools")
                    .putObject("allowed_tools")
                    .put("mode", mode)
                    .set("tools", allowed);
        }
    }

    private static ObjectNode function(String name) {
        ObjectNode function = Json.object().put("type", "function");
        function.putObject("function").put("name", name);
        return function;
    }
}
