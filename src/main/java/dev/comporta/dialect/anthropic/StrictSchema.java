package dev.comporta.dialect.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.dialect.Json;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;

/**
 * A JSON schema in the part of the language that Anthropic holds its models to. Objects are closed, {@code oneOf} is
 * {@code anyOf}, and limits that cannot be enforced are told to the model in the description, as Anthropic's own SDKs
 * do.
 *
 * @see <a href="https://platform.claude.com/docs/en/build-with-claude/structured-outputs">Structured outputs</a>
 */
final class StrictSchema {

    private static final Set<String> FORMATS =
            Set.of("date-time", "time", "date", "duration", "email", "hostname", "uri", "ipv4", "ipv6", "uuid");
    private static final Set<String> KEPT =
            Set.of("$ref", "type", "title", "description", "enum", "const", "default", "required");
    /** Say nothing about values. */
    private static final Set<String> LEFT_OUT = Set.of("$schema", "$id", "$comment", "strict");

    private StrictSchema() {}

    /**
     * Translates a schema; it is as deep as the request, whose depth is bounded.
     *
     * @param path where the schema is
     * @throws dev.comporta.core.GatewayError if it needs objects with members of any name
     */
    static ObjectNode of(ObjectNode schema, String path) {
        ObjectNode strict = Json.object();
        ObjectNode limits = Json.object();
        for (Map.Entry<String, JsonNode> member : schema.properties()) {
            JsonNode value = member.getValue();
            switch (member.getKey()) {
                case "properties", "$defs", "definitions" -> strict.set(member.getKey(), members(value, path));
                case "items" -> strict.set("items", any(value, path));
                case "anyOf", "oneOf" -> strict.withArray("anyOf").addAll(all(value, path));
                case "allOf" -> strict.set("allOf", all(value, path));
                case "additionalProperties" -> refuseNames(value, path);
                case "format" -> (FORMATS.contains(value.asText()) ? strict : limits).set("format", value);
                case "minItems" -> (value.isInt() && value.intValue() <= 1 ? strict : limits).set("minItems", value);
                default -> {
                    if (KEPT.contains(member.getKey())) {
                        strict.set(member.getKey(), value);
                    } else if (!LEFT_OUT.contains(member.getKey())) {
                        limits.set(member.getKey(), value);
                    }
                }
            }
        }
        if (isObject(schema)) {
            strict.put("additionalProperties", false);
        }
        describe(strict, limits);
        return strict;
    }

    private static boolean isObject(ObjectNode schema) {
        JsonNode type = schema.path("type");
        boolean named = type.asText().equals("object");
        for (JsonNode one : type) {
            named |= one.asText().equals("object");
        }
        return named || schema.has("properties");
    }

    private static void describe(ObjectNode strict, ObjectNode limits) {
        if (limits.isEmpty()) {
            return;
        }
        StringJoiner said = new StringJoiner(", ", "{", "}");
        limits.properties().forEach(limit -> said.add(limit.getKey() + ": " + Json.text(limit.getValue())));
        String before = strict.path("description").asText();
        strict.put("description", before.isEmpty() ? said.toString() : before + "\n\n" + said);
    }

    private static void refuseNames(JsonNode additional, String path) {
        if (additional.isObject() && !additional.isEmpty()) {
            throw Refusal.unsupported(
                    path,
                    "They write objects whose members are all named in the schema, without additionalProperties.");
        }
    }

    private static ObjectNode members(JsonNode schemas, String path) {
        ObjectNode strict = Json.object();
        schemas.properties().forEach(member -> strict.set(member.getKey(), any(member.getValue(), path)));
        return strict;
    }

    private static ArrayNode all(JsonNode schemas, String path) {
        ArrayNode strict = Json.array();
        schemas.forEach(schema -> strict.add(any(schema, path)));
        return strict;
    }

    /** {@code true} and {@code false} are schemas too. */
    private static JsonNode any(JsonNode schema, String path) {
        return schema instanceof ObjectNode object ? of(object, path) : schema;
    }
}
