package dev.comporta.dialect.anthropic;

import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;

/** Refusals of a request, naming the field and repeating nothing of what it holds. */
final class Refusal {

    private Refusal() {}

    /** @param must what the field must be, such as {@code must be a string} */
    static GatewayError invalid(String field, String must) {
        return new GatewayError(ErrorCode.INVALID_REQUEST, "The field %s %s.".formatted(field, must), field);
    }

    /** @param why a sentence that says what to do instead */
    static GatewayError unsupported(String field, String why) {
        return new GatewayError(
                ErrorCode.UNSUPPORTED_PARAMETER,
                "The field %s cannot be told to Anthropic's models. %s".formatted(field, why),
                field);
    }
}
