package dev.comporta.dialect.openai;

import com.fasterxml.jackson.databind.JsonNode;
import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A field of a caller's request and where it stands, so that whatever is wrong with it can be said by name.
 *
 * @param value what stands there; a missing node if nothing does
 * @param path from the top, such as {@code input[3].content[0].type}; holds no names that the caller made up
 */
record ResponsesField(JsonNode value, String path) {

    ResponsesField at(String name) {
        return new ResponsesField(value.path(name), path.isEmpty() ? name : path + "." + name);
    }

    /** Whether there is something; null is nothing. */
    boolean isGiven() {
        return !value.isMissingNode() && !value.isNull();
    }

    /** Whether there is nothing, or nothing but white space. */
    boolean isBlank() {
        return !isGiven() || value.isTextual() && value.textValue().isBlank();
    }

    boolean isFalse() {
        return value.isBoolean() && !value.booleanValue();
    }

    String text() {
        if (!value.isTextual()) {
            throw mustBe("a string");
        }
        return value.textValue();
    }

    @Nullable
    String textIfGiven() {
        return isGiven() ? text() : null;
    }

    boolean flag() {
        if (!value.isBoolean()) {
            throw mustBe("true or false");
        }
        return value.booleanValue();
    }

    List<ResponsesField> elements() {
        if (!value.isArray()) {
            throw mustBe("a list");
        }
        List<ResponsesField> elements = new ArrayList<>(value.size());
        for (JsonNode element : value) {
            elements.add(new ResponsesField(element, "%s[%d]".formatted(path, elements.size())));
        }
        return elements;
    }

    ResponsesField object() {
        if (!value.isObject()) {
            throw mustBe("an object");
        }
        return this;
    }

    /** @param what ends the sentence, such as {@code a string} */
    GatewayError mustBe(String what) {
        return invalid("The field %s must be %s.".formatted(path, what));
    }

    GatewayError invalid(String message) {
        return new GatewayError(ErrorCode.INVALID_REQUEST, message, path);
    }

    GatewayError unsupported(String message) {
        return new GatewayError(ErrorCode.UNSUPPORTED_PARAMETER, message, path);
    }
}
