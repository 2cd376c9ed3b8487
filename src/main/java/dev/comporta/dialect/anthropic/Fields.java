package dev.comporta.dialect.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.dialect.Dropped;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The members of an object of a request, each of which is taken once; what nobody has taken is what the provider cannot
 * be told. {@code null} counts as absent everywhere.
 */
final class Fields {

    private static final Pattern ORDINARY_NAME = Pattern.compile("[A-Za-z0-9_.-]{1,64}");
    private static final Pattern INDEX = Pattern.compile("\\[\\d+]");

    private final ObjectNode object;
    private final String path;

    /**
     * @param object loses what is taken
     * @param path where the object is, such as {@code messages[2]}; empty for the request itself
     * @throws dev.comporta.core.GatewayError if it is no object
     */
    Fields(@Nullable JsonNode object, String path) {
        if (!(object instanceof ObjectNode members)) {
            throw Refusal.invalid(path, "must be an object");
        }
        this.object = members;
        this.path = path;
    }

    /** Where a member is, seen from the top. */
    String path(String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    @Nullable
    JsonNode take(String name) {
        JsonNode value = object.remove(name);
        return value == null || value.isNull() ? null : value;
    }

    @Nullable
    String text(String name) {
        JsonNode value = take(name);
        if (value != null && !value.isTextual()) {
            throw Refusal.invalid(path(name), "must be a string");
        }
        return value == null ? null : value.textValue();
    }

    /** A string that must be there and say something. */
    String name(String name) {
        String value = text(name);
        if (value == null || value.isBlank()) {
            throw Refusal.invalid(path(name), "must be a string that is not empty");
        }
        return value;
    }

    @Nullable
    Boolean flag(String name) {
        JsonNode value = take(name);
        if (value != null && !value.isBoolean()) {
            throw Refusal.invalid(path(name), "must be true or false");
        }
        return value == null ? null : value.booleanValue();
    }

    @Nullable
    Integer whole(String name, int least) {
        JsonNode value = take(name);
        if (value == null) {
            return null;
        }
        if (!value.isIntegralNumber() || !value.canConvertToInt() || value.intValue() < least) {
            throw Refusal.invalid(path(name), "must be a whole number of at least " + least);
        }
        return value.intValue();
    }

    @Nullable
    Fields object(String name) {
        JsonNode value = take(name);
        return value == null ? null : new Fields(value, path(name));
    }

    @Nullable
    ArrayNode array(String name) {
        JsonNode value = take(name);
        if (value != null && !value.isArray()) {
            throw Refusal.invalid(path(name), "must be an array");
        }
        return (ArrayNode) value;
    }

    /**
     * Reports what nobody has taken, unless it says nothing.
     *
     * @param known the names of members that need not be told
     */
    void reportRest(Dropped dropped, Set<String> known) {
        for (Map.Entry<String, JsonNode> member : object.properties()) {
            String name = member.getKey();
            if (!known.contains(name) && !saysNothing(name, member.getValue())) {
                // The name is the caller's own word where nobody knows the field.
                dropped.add(INDEX.matcher(path(ORDINARY_NAME.matcher(name).matches() ? name : "?"))
                        .replaceAll("[]"));
            }
        }
    }

    /** Whether a value is what holds without the field. */
    private static boolean saysNothing(String name, JsonNode value) {
        if (value.isNull() || value.isContainerNode() && value.isEmpty()) {
            return true;
        }
        return switch (name) {
            case "frequency_penalty", "presence_penalty" -> value.isNumber() && value.doubleValue() == 0;
            case "store" -> value.isBoolean() && !value.booleanValue();
            case "verbosity" -> value.asText().equals("medium");
            default -> false;
        };
    }
}
