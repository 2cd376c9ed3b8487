package dev.comporta.model;

import org.jspecify.annotations.Nullable;

/**
 * The rule that keeps model names harmless. A provider's dialect may put the name into the path of the upstream URL, so
 * whatever could change that path, or smuggle a query into it, is refused before anything else looks at the name.
 */
final class ModelName {

    static final int MAX_LENGTH = 200;

    private static final String FORBIDDEN = "\\?#%";

    private ModelName() {}

    /** Says what is wrong with {@code name}, as the end of a sentence; null if nothing is. */
    static @Nullable String flaw(String name) {
        if (name.isEmpty() || name.length() > MAX_LENGTH) {
            return "must have 1 to " + MAX_LENGTH + " characters";
        }
        int segment = 0;
        for (int i = 0; i <= name.length(); i++) {
            if (i == name.length() || name.charAt(i) == '/') {
                if (i == segment || isDots(name, segment, i)) {
                    return "must not begin or end with '/', nor contain '//' or a path segment '.' or '..'";
                }
                segment = i + 1;
            } else if (isForbidden(name.charAt(i))) {
                return "must not contain white space, control characters, '\\', '?', '#' or '%'";
            }
        }
        return null;
    }

    private static boolean isDots(String name, int from, int to) {
        return name.charAt(from) == '.' && (to - from == 1 || to - from == 2 && name.charAt(from + 1) == '.');
    }

    private static boolean isForbidden(char c) {
        if (c > ' ' && c < 0x7f) {
            return FORBIDDEN.indexOf(c) >= 0;
        }
        return c <= 0x7f
                || Character.isISOControl(c)
                || Character.isWhitespace(c)
                || Character.isSpaceChar(c)
                || Character.getType(c) == Character.FORMAT;
    }
}
