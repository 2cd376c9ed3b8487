package dev.comporta.analytics;

import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import java.util.Collection;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The query parameters of reports, read strictly: what makes no sense is refused under the parameter's name. */
final class Parameters {

    private static final int LONGEST = 500;
    private static final Pattern UUID_TEXT = Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,9}");

    private Parameters() {}

    static @Nullable UUID uuid(String name, @Nullable String text) {
        if (text == null) {
            return null;
        }
        if (!UUID_TEXT.matcher(text).matches()) {
            throw invalid(name, "must be a UUID");
        }
        return UUID.fromString(text);
    }

    /** A name that a caller gave, as it may stand in the usage log. */
    static @Nullable String text(String name, @Nullable String text) {
        if (text != null && (text.isEmpty() || text.length() > LONGEST || text.indexOf('\0') >= 0)) {
            throw invalid(name, "must have 1 to " + LONGEST + " characters");
        }
        return text;
    }

    static String oneOf(String name, @Nullable String text, String otherwise, Collection<String> known) {
        if (text == null) {
            return otherwise;
        }
        if (!known.contains(text)) {
            throw invalid(name, "must be one of " + String.join(", ", known));
        }
        return text;
    }

    static int limit(@Nullable String text, int otherwise, int most) {
        if (text == null) {
            return otherwise;
        }
        int limit = NUMBER.matcher(text).matches() ? Integer.parseInt(text) : 0;
        if (limit < 1 || limit > most) {
            throw invalid("limit", "must be a whole number from 1 to " + most);
        }
        return limit;
    }

    static GatewayError invalid(String name, String rule) {
        return new GatewayError(ErrorCode.INVALID_REQUEST, name + " " + rule + ".", name);
    }
}
