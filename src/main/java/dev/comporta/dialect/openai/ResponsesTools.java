package dev.comporta.dialect.openai;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.dialect.Dropped;
import dev.comporta.dialect.Json;
import java.util.List;
import java.util.Set;

/** The tools of a request, which are flat here and nested in a chat completion request, and which of them to call. */
final class ResponsesTools {

    private static final List<String> OF_A_FUNCTION = List.of("description", "parameters", "strict");
    private static final List<String> HINTS = List.of("defer_loading", "allowed_callers", "output_schema");
    private static final Set<String> WORDS = Set.of("none", "auto", "required");

    private final ResponsesField request;
    private final ObjectNode chat;
    private final Dropped dropped;

    ResponsesTools(ResponsesField request, ObjectNode chat, Dropped dropped) {
        this.request = request;
        this.chat = chat;
        this.dropped = dropped;
    }

    void read() {
        ArrayNode tools = Json.array();
        if (request.at("tools").isGiven()) {
            request.at("tools").elements().forEach(tool -> tools.add(tool(tool.object())));
        }
        ResponsesField choice = request.at("tool_choice");
        if (tools.isEmpty()) {
            refuseToForceNone(choice);
            return;
        }
        chat.set("tools", tools);
        if (choice.isGiven()) {
            if (choice.value().isTextual()) {
                chat.put("tool_choice", word(choice));
            } else {
                chat.set("tool_choice", choice(choice.object()));
            }
        }
        if (request.at("parallel_tool_calls").isGiven()) {
            chat.put("parallel_tool_calls", request.at("parallel_tool_calls").flag());
        }
    }

    /** Without tools {@code auto} and {@code none} say nothing; chat completions refuse to be told. */
    private static void refuseToForceNone(ResponsesField choice) {
        if (choice.isGiven() && !(choice.value().isTextual() && !word(choice).equals("required"))) {
            throw choice.invalid("The field tool_choice asks for a tool, but there are no tools.");
        }
    }

    private static String word(ResponsesField choice) {
        if (!WORDS.contains(choice.text())) {
            throw choice.mustBe("none, auto, required or an object");
        }
        return choice.text();
    }

    private ObjectNode tool(ResponsesField tool) {
        refuseOthers(tool.at("type"));
        ObjectNode result = Json.object().put("type", "function");
        ObjectNode function =
                result.putObject("function").put("name", tool.at("name").text());
        for (String name : OF_A_FUNCTION) {
            if (tool.at(name).isGiven()) {
                function.set(name, tool.at(name).value());
            }
        }
        for (String name : HINTS) {
            if (tool.at(name).isGiven() && !tool.at(name).isFalse()) {
                dropped.add("tools[]." + name);
            }
        }
        if (tool.at("cache_control").isGiven()) {
            result.set("cache_control", tool.at("cache_control").value());
        }
        return result;
    }

    private static ObjectNode choice(ResponsesField choice) {
        ResponsesField type = choice.at("type");
        if (type.text().equals("allowed_tools")) {
            ObjectNode result = Json.object().put("type", "allowed_tools");
            ObjectNode allowed = result.putObject("allowed_tools")
                    .put("mode", choice.at("mode").text());
            ArrayNode tools = allowed.putArray("tools");
            choice.at("tools").elements().forEach(tool -> tools.add(named(tool.object())));
            return result;
        }
        return named(choice);
    }

    private static ObjectNode named(ResponsesField choice) {
        refuseOthers(choice.at("type"));
        ObjectNode result = Json.object().put("type", "function");
        result.putObject("function").put("name", choice.at("name").text());
        return result;
    }

    private static void refuseOthers(ResponsesField type) {
        if (!type.text().equals("function")) {
            throw type.unsupported("This model's provider knows tools of type function only.");
        }
    }
}
