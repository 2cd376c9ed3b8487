package dev.comporta.core;

/**
 * An object in a provider's account, as a request names it.
 *
 * @param kind what the place where it stands says it is
 * @param id as the provider reads it: escapes and percent signs are resolved
 * @param param the field or path parameter where it stands, for error messages
 */
public record ObjectReference(ObjectKind kind, String id, String param) {

    private static final int LONGEST = 256;

    /**
     * Whether this can be the id of anything. What cannot is never asked for: a provider may be more lenient about
     * blanks and the like than a look-up is, and find a stranger's object.
     */
    public boolean isPlausible() {
        return isPlausible(id);
    }

    /** The same of any text. */
    public static boolean isPlausible(String id) {
        if (id.isEmpty() || id.length() > LONGEST) {
            return false;
        }
        for (int i = 0; i < id.length(); i++) {
            char c = id.charAt(i);
            boolean plain = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
            if (!plain && "-_.:/~@+=".indexOf(c) < 0) {
                return false;
            }
        }
        return true;
    }
}
