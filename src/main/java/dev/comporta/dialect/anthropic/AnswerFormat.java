package dev.comporta.dialect.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.dialect.Json;
import org.jspecify.annotations.Nullable;

/**
 * {@code response_format}: JSON of a schema is a format of Anthropic's too; a model that does not know it calls a tool
 * of that schema instead, and the tool's input is the answer. JSON of no schema is only asked for.
 */
final class AnswerFormat {

    /**
     * The tool whose input is the answer. No caller's tool has this name, so an answer can be read without the request.
     */
    static final String TOOL = "comporta_json_answer";

    private static final String JSON_ONLY =
            "Answer with one JSON object and nothing else: no text before or behind it and no code fences.";

    private AnswerFormat() {}

    /** @throws dev.comporta.core.GatewayError if it makes no sense or cannot be told */
    static void write(
            Fields request, ModelRules rules, Conversation conversation, ToolOffer tools, ObjectNode outputConfig) {
        Fields format = request.object("response_format");
        if (format == null) {
            return;
        }
        switch (format.name("type")) {
            case "text" -> {
                // As it is anyway.
            }
            case "json_object" -> conversation.instruct(JSON_ONLY);
            case "json_schema" -> {
                Fields given = format.object("json_schema");
                if (given == null) {
                    throw Refusal.invalid(format.path("json_schema"), "must be an object");
                }
                JsonNode schema = given.take("schema");
                String description = given.text("description");
                if (schema == null) {
                    conversation.instruct(JSON_ONLY);
                } else if (!(schema instanceof ObjectNode object)) {
                    throw Refusal.invalid(given.path("schema"), "must be an object");
                } else if (rules.structuredOutput()) {
                    described(object, description);
                    outputConfig
                            .putObject("format")
                            .put("type", "json_schema")
                            .set("schema", StrictSchema.of(object, given.path("schema")));
                } else {
                    tools.addAnswerTool(tool(object, description, given.path("schema")));
                }
            }
            default -> throw Refusal.invalid(format.path("type"), "must be text, json_object or json_schema");
        }
    }

    private static void described(ObjectNode schema, @Nullable String description) {
        if (description != null && !description.isBlank() && !schema.has("description") && !schema.has("$ref")) {
            schema.put("description", description);
        }
    }

    private static ObjectNode tool(ObjectNode schema, @Nullable String description, String path) {
        if (!schema.path("type").asText("object").equals("object")) {
            throw Refusal.unsupported(path, "This model answers with JSON objects only.");
        }
        schema.put("type", "object");
        ObjectNode tool = Json.object()
                .put("name", TOOL)
                .put(
                        "description",
                        "Takes the answer. Call it exactly once, when all is known that the answer needs."
                                + (description == null ? "" : " " + description));
        tool.set("input_schema", schema);
        return tool;
    }
}
