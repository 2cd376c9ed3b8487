package dev.comporta.alert;

import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.core.Page;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Reads the parameters of an address; what cannot be is refused by name. */
final class Parameter {

    private static final int USUAL_LIMIT = 50;

    private Parameter() {}

    static @Nullable UUID uuid(String name, @Nullable String text) {
        if (text == null) {
            return null;
        }
        try {
            UUID id = UUID.fromString(text);
            if (id.toString().equalsIgnoreCase(text)) {
                return id;
            }
        } catch (IllegalArgumentException e) {
            // Refused below.
        }
        throw refusal(name, "must be a UUID");
    }

    static int limit(@Nullable String text) {
        if (text == null) {
            return USUAL_LIMIT;
        }
        if (text.matches("[0-9]{1,4}")) {
            int limit = Integer.parseInt(text);
            if (limit >= 1 && limit <= Page.MOST) {
                return limit;
            }
        }
        throw refusal("limit", "must be a number from 1 to " + Page.MOST);
    }

    static @Nullable String word(String name, @Nullable String text, List<String> words) {
        if (text == null || words.contains(text)) {
            return text;
        }
        throw refusal(name, "must be one of " + String.join(", ", words));
    }

    static @Nullable String text(String name, @Nullable String text) {
        if (text == null || text.length() <= 200 && text.indexOf('\0') < 0) {
            return text;
        }
        throw refusal(name, "must be a text of at most 200 characters");
    }

    private static GatewayError refusal(String name, String rule) {
        return new GatewayError(ErrorCode.INVALID_REQUEST, name + " " + rule + ".", name);
    }
}
