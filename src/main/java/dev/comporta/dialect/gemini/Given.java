package dev.comporta.dialect.gemini;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import org.jspecify.annotations.Nullable;

/**
 * Reads what a request gives: null is as good as absent, and a wrong type is refused by the field's name. {@code path}
 * is always the field's way from the top of the request.
 */
final class Given {

    private Given() {}

    /** The field, or null. */
    static @Nullable JsonNode any(JsonNode in, String name) {
        JsonNode value = in.get(name);
        return value == null || value.isNull() ? null : value;
    }

    static @Nullable String string(JsonNode in, String name, String path) {
        JsonNode value = any(in, name);
        return value == null ? null : asString(value, path);
    }

    static String requiredString(JsonNode in, String name, String path) {
        String value = string(in, name, path);
        if (value == null || value.isEmpty()) {
            throw invalid(path, "must be a string that is not empty");
        }
        return value;
    }

    static @Nullable ObjectNode object(JsonNode in, String name, String path) {
        JsonNode value = any(in, name);
        return value == null ? null : asObject(value, path);
    }

    static ObjectNode requiredObject(JsonNode in, String name, String path) {
        ObjectNode value = object(in, name, path);
        if (value == null) {
            throw invalid(path, "must be an object");
        }
        return value;
    }

    static @Nullable ArrayNode array(JsonNode in, String name, String path) {
        JsonNode value = any(in, name);
        return value == null ? null : asArray(value, path);
    }

    static @Nullable JsonNode number(JsonNode in, String name, String path) {
        JsonNode value = any(in, name);
        if (value != null && !value.isNumber()) {
            throw invalid(path, "must be a number");
        }
        return value;
    }

    /** A whole number of 32 bits, which is as much as Google takes anywhere. */
    static @Nullable Integer integer(JsonNode in, String name, String path) {
        JsonNode value = any(in, name);
        if (value == null) {
            return null;
        }
        if (!value.isIntegralNumber() || !value.canConvertToInt()) {
            throw invalid(path, "must be a whole number of 32 bits");
        }
        return value.intValue();
    }

    static boolean isTrue(JsonNode in, String name, String path) {
        JsonNode value = any(in, name);
        if (value != null && !value.isBoolean()) {
            throw invalid(path, "must be true or false");
        }
        return value != null && value.booleanValue();
    }

    static String asString(JsonNode value, String path) {
        if (!value.isTextual()) {
            throw invalid(path, "must be a string");
        }
        return value.textValue();
    }

    static ObjectNode asObject(JsonNode value, String path) {
        if (value instanceof ObjectNode object) {
            return object;
        }
        throw invalid(path, "must be an object");
    }

    static ArrayNode asArray(JsonNode value, String path) {
        if (value instanceof ArrayNode array) {
            return array;
        }
        throw invalid(path, "must be an array");
    }

    /** A request that makes no sense to anyone. */
    static GatewayError invalid(String path, String what) {
        return new GatewayError(ErrorCode.INVALID_REQUEST, "The field %s %s.".formatted(path, what), path);
    }

    /** A request that makes sense, but cannot be told. */
    static GatewayError unsupported(String path, String what) {
        return new GatewayError(ErrorCode.UNSUPPORTED_PARAMETER, "The field %s %s.".formatted(path, what), path);
    }
}
