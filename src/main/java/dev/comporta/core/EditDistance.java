package dev.comporta.core;

/** How far two words are apart, to guess what somebody meant. */
public final class EditDistance {

    private EditDistance() {}

    /** How many characters must be inserted, removed or changed to make one of the other (Levenshtein). */
    public static int between(String from, String to) {
        int[] previous = new int[to.length() + 1];
        int[] row = new int[to.length() + 1];
        for (int j = 0; j <= to.length(); j++) {
            previous[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            row[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int change = previous[j - 1] + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(change, 1 + Math.min(previous[j], row[j - 1]));
            }
            int[] swap = previous;
            previous = row;
            row = swap;
        }
        return previous[to.length()];
    }
}
