package dev.comporta.dialect.anthropic;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.dialect.Dropped;
import dev.comporta.dialect.Json;
import java.util.Set;

/** The tools of a Messages request, and which of them the model is to use, as a chat request says it. */
final class MessagesTools {

    private static final Set<String> TOLD =
            Set.of("type", "name", "description", "input_schema", "strict", "cache_control");

    private MessagesTools() {}

    static void tell(MessagesField tools, MessagesField choice, ObjectNode chat, Dropped dropped) {
        ArrayNode functions = Json.array();
        if (tools.isThere()) {
            tools.items().forEach(tool -> function(tool, functions.addObject(), dropped));
        }
        if (!functions.isEmpty()) {
            chat.set("tools", functions);
        }
        if (choice.isThere()) {
            choose(choice, chat, !functions.isEmpty());
        }
    }

    private static void function(MessagesField tool, ObjectNode to, Dropped dropped) {
        MessagesField type = tool.get("type");
        tool.object();
        if (type.isThere() && !type.text().equals("custom")) {
            throw type.unsupported("The tool at %s runs at Anthropic, and this model's provider has none like it.");
        }
        ObjectNode function = to.put("type", "function").putObject("function");
        function.put("name", tool.get("name").filledText());
        if (tool.get("description").isThere()) {
            function.put("description", tool.get("description").text());
        }
        function.set("parameters", tool.get("input_schema").object());
        if (tool.get("strict").isThere()) {
            function.put("strict", tool.get("strict").flag());
        }
        MessagesParts.keepCacheControl(tool, to);
        tool.object().fieldNames().forEachRemaining(name -> {
            if (!TOLD.contains(name) && tool.get(name).isThere()) {
                dropped.add("tools[]." + MessagesField.named(name));
            }
        });
    }

    private static void choose(MessagesField choice, ObjectNode chat, boolean any) {
        choice.object();
        MessagesField type = choice.get("type");
        boolean forced = false;
        switch (type.text()) {
            case "auto" -> chat.put("tool_choice", "auto");
            case "none" -> chat.put("tool_choice", "none");
            case "any" -> {
                chat.put("tool_choice", "required");
                forced = true;
            }
            case "tool" -> {
                chat.putObject("tool_choice")
                        .put("type", "function")
                        .putObject("function")
                        .put("name", choice.get("name").filledText());
                forced = true;
            }
            default -> throw type.invalid("must be auto, any, tool or none");
        }
        boolean one = choice.get("disable_parallel_tool_use").flag();
        if (any && one) {
            chat.put("parallel_tool_calls", false);
        } else if (!any && forced) {
            throw choice.invalid("asks for a tool, but there are none");
        } else if (!any) {
            // Says nothing without tools, and is refused by some.
            chat.remove("tool_choice");
        }
    }
}
