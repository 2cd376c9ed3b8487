package dev.comporta.dialect.gemini;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.dialect.Json;
import java.math.BigInteger;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Google's own kind of schema, a part of OpenAPI 3.0, as JSON Schema: types in lower case, {@code nullable} as a type
 * of its own, limits as numbers though Google's JSON may write them as strings. Documents nest 200 levels at most.
 *
 * @see <a href="https://ai.google.dev/api/caching#Schema">Google's schema</a>
 */
final class OpenApiSchema {

    private static final Set<String> COUNTS =
            Set.of("minItems", "maxItems", "minLength", "maxLength", "minProperties", "maxProperties");

    /** Other words for the same. */
    private static final Map<String, String> NAMES = Map.of("ref", "$ref", "defs", "$defs");

    private static final Pattern COUNT = Pattern.compile("\\d{1,19}");

    private OpenApiSchema() {}

    static ObjectNode json(ObjectNode schema) {
        ObjectNode json = Json.object();
        Camel.names(schema).properties().forEach(field -> put(json, field.getKey(), field.getValue()));
        if (schema.path("nullable").asBoolean()) {
            allowNull(json);
        }
        return json;
    }

    private static void put(ObjectNode json, String name, JsonNode value) {
        switch (name) {
            case "type" -> type(json, value);
            case "properties", "defs", "$defs" -> {
                ObjectNode schemas = json.putObject(NAMES.getOrDefault(name, name));
                value.properties().forEach(entry -> schemas.set(entry.getKey(), sub(entry.getValue())));
            }
            case "items", "additionalProperties" -> json.set(name, sub(value));
            case "anyOf" -> {
                ArrayNode schemas = json.putArray(name);
                value.forEach(schema -> schemas.add(sub(schema)));
            }
            case "format" -> {
                // How Google says that a string is one of an enum, which the enum says itself.
                if (!value.asText("").equals("enum")) {
                    json.set(name, value);
                }
            }
            case "example" -> json.putArray("examples").add(value);
            case "nullable", "propertyOrdering" -> {
                // The one is told in the type; the order in which properties are written is nothing to JSON Schema.
            }
            default -> json.set(NAMES.getOrDefault(name, name), COUNTS.contains(name) ? count(value) : value);
        }
    }

    private static JsonNode sub(JsonNode schema) {
        return schema instanceof ObjectNode object ? json(object) : schema;
    }

    private static void type(ObjectNode json, JsonNode type) {
        String word = type.asText("").toLowerCase(Locale.ROOT);
        if (!type.isTextual()) {
            json.set("type", type);
        } else if (!word.equals("type_unspecified")) {
            json.put("type", word);
        }
    }

    private static JsonNode count(JsonNode value) {
        return value.isTextual() && COUNT.matcher(value.textValue()).matches()
                ? JsonNodeFactory.instance.numberNode(new BigInteger(value.textValue()))
                : value;
    }

    private static void allowNull(ObjectNode json) {
        if (json.path("type").isTextual()) {
            String type = json.path("type").textValue();
            json.putArray("type").add(type).add("null");
        }
        if (json.get("enum") instanceof ArrayNode values) {
            json.set("enum", values.deepCopy().addNull());
        }
        if (json.get("anyOf") instanceof ArrayNode schemas) {
            schemas.addObject().put("type", "null");
        }
    }
}
