package dev.comporta.policy;

/**
 * A pattern in which {@code *} stands for any characters, also none and also a slash, {@code ?} for one, and everything
 * else for itself. Immutable.
 *
 * @param pattern folded, as the names are that it is compared with
 */
record Glob(String pattern) {

    static boolean isGlob(String pattern) {
        return pattern.indexOf('*') >= 0 || pattern.indexOf('?') >= 0;
    }

    /**
     * Whether the whole name matches. Only the last star ever takes another turn, because an earlier one that took more
     * would leave no more to the rest: no name takes more than its length times the pattern's.
     */
    boolean matches(String name) {
        int star = -1;
        int taken = 0;
        int at = 0;
        int i = 0;
        while (i < name.length()) {
            if (at < pattern.length() && pattern.charAt(at) == '*') {
                star = at++;
                taken = i;
            } else if (at < pattern.length() && pattern.charAt(at) == '?') {
                at++;
                i += Character.charCount(name.codePointAt(i));
            } else if (at < pattern.length() && pattern.charAt(at) == name.charAt(i)) {
                at++;
                i++;
            } else if (star >= 0) {
                at = star + 1;
                i = ++taken;
            } else {
                return false;
            }
        }
        while (at < pattern.length() && pattern.charAt(at) == '*') {
            at++;
        }
        return at == pattern.length();
    }
}
