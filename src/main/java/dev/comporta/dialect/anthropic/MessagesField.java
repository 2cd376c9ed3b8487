package dev.comporta.dialect.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A value of a caller's request and the way to it, so that whoever finds it wrong can name it. Reading one as what it
 * is not is refused; none of the refusals repeats what the caller wrote.
 */
record MessagesField(JsonNode node, @Nullable MessagesField parent, String step) {

    private static final Pattern NAME = Pattern.compile("\\w{1,64}");

    static MessagesField root(ObjectNode request) {
        return new MessagesField(request, null, "");
    }

    /** A member's name for others to read, who must not be given whatever a caller makes up. */
    static String named(String name) {
        return NAME.matcher(name).matches() ? name : "*";
    }

    MessagesField get(String name) {
        return new MessagesField(node.path(name), this, name);
    }

    /** Whether there is a value; null is none. */
    boolean isThere() {
        return !node.isMissingNode() && !node.isNull();
    }

    /** Whether it is the empty list or object that SDKs send for nothing. */
    boolean isEmpty() {
        return !isThere() || node.isContainerNode() && node.isEmpty();
    }

    boolean isText() {
        return node.isTextual();
    }

    boolean isList() {
        return node.isArray();
    }

    String text() {
        if (!node.isTextual()) {
            throw invalid("must be a string");
        }
        return node.textValue();
    }

    String filledText() {
        String text = text();
        if (text.isBlank()) {
            throw invalid("must not be empty");
        }
        return text;
    }

    boolean flag() {
        if (isThere() && !node.isBoolean()) {
            throw invalid("must be true or false");
        }
        return node.booleanValue();
    }

    /** A number as it was written. */
    JsonNode number() {
        if (!node.isNumber()) {
            throw invalid("must be a number");
        }
        return node;
    }

    long whole() {
        if (!node.isIntegralNumber() || !node.canConvertToLong()) {
            throw invalid("must be a whole number");
        }
        return node.longValue();
    }

    ObjectNode object() {
        if (node instanceof ObjectNode object) {
            return object;
        }
        throw invalid("must be an object");
    }

    /** The elements of a list, each with its place. */
    List<MessagesField> items() {
        if (!node.isArray()) {
            throw invalid("must be a list");
        }
        List<MessagesField> items = new ArrayList<>(node.size());
        for (JsonNode item : node) {
            items.add(new MessagesField(item, this, "[" + items.size() + "]"));
        }
        return items;
    }

    /** The whole way from the top, such as {@code messages[0].content[2].source}. */
    String path() {
        if (parent == null) {
            return step;
        }
        String before = parent.path();
        return before.isEmpty() || step.startsWith("[") ? before + step : before + "." + step;
    }

    /** @param what continues "The field x …" */
    GatewayError invalid(String what) {
        return new GatewayError(ErrorCode.INVALID_REQUEST, "The field %s %s.".formatted(path(), what), path());
    }

    /** It makes sense, but to Anthropic only. */
    GatewayError unsupported() {
        return unsupported("The field %s cannot be told to this model's provider.");
    }

    /** @param message with one {@code %s} for the field */
    GatewayError unsupported(String message) {
        return new GatewayError(ErrorCode.UNSUPPORTED_PARAMETER, message.formatted(path()), path());
    }
}
