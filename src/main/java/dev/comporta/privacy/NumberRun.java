package dev.comporta.privacy;

/**
 * Digits in groups, as people write long numbers: {@code +55 (11) 91234-5678}. Reads no further than the longest number
 * that anybody looks for. To be used again and again by one thread.
 */
final class NumberRun {

    private static final int MOST_DIGITS = 20;
    private static final int MOST_GROUPS = 8;
    private static final int MOST_BETWEEN = 3;

    private final char[] digits = new char[MOST_DIGITS];
    private final int[] sizes = new int[MOST_GROUPS];
    private final int[] ends = new int[MOST_GROUPS];
    /** Whether a single space, dash, point or slash stands before the group. */
    private final boolean[] plain = new boolean[MOST_GROUPS];

    private int groups;
    private int count;
    private boolean plus;
    private boolean opened;

    /** Reads what begins at {@code start}: a digit, a plus or an opening parenthesis. */
    void read(String text, int start) {
        groups = 0;
        count = 0;
        plus = false;
        opened = false;
        int at = start;
        while (at < text.length() && at < start + 2 && (text.charAt(at) == '+' || text.charAt(at) == '(')) {
            plus |= text.charAt(at) == '+';
            opened |= text.charAt(at) == '(';
            at++;
        }
        int from = at;
        while (groups < MOST_GROUPS) {
            int first = at;
            while (at < text.length() && Chars.isDigit(text.charAt(at))) {
                if (count + at - first == MOST_DIGITS) {
                    return;
                }
                digits[count + at - first] = text.charAt(at);
                at++;
            }
            if (at == first) {
                return;
            }
            plain[groups] = first - from == 1 && "()".indexOf(text.charAt(from)) < 0;
            sizes[groups] = at - first;
            ends[groups] = at;
            count += at - first;
            groups++;
            if (groups == 2 && sizes[0] == 1 && sizes[1] == 1) {
                // Nobody writes a number one by one; lists of digits are frequent.
                groups = 0;
                count = 0;
                return;
            }
            from = at;
            while (at < text.length() && at < from + MOST_BETWEEN && isBetween(text.charAt(at))) {
                at++;
            }
            if (at == from) {
                return;
            }
        }
    }

    private static boolean isBetween(char c) {
        return Chars.isSpace(c) || Chars.isDash(c) || c == '.' || c == '/' || c == '(' || c == ')';
    }

    int groups() {
        return groups;
    }

    int size(int group) {
        return sizes[group];
    }

    /** Where the group ends in the text. */
    int end(int group) {
        return ends[group];
    }

    int digit(int index) {
        return digits[index] - '0';
    }

    /** How many digits there are in all groups. */
    int count() {
        return count;
    }

    boolean hasPlus() {
        return plus;
    }

    boolean hasParenthesis() {
        return opened;
    }

    /** Whether a single space, dash, point or slash stands before the group. */
    boolean isPlain(int group) {
        return plain[group];
    }

    /** The last group of a number that begins the run and is divided like this, or -1. */
    int divided(int... shape) {
        if (groups < shape.length) {
            return -1;
        }
        for (int i = 0; i < shape.length; i++) {
            if (sizes[i] != shape[i] || i > 0 && !plain[i]) {
                return -1;
            }
        }
        return shape.length - 1;
    }

    /** Whether the first {@code length} digits are all the same. */
    boolean isMonotonous(int length) {
        for (int i = 1; i < length; i++) {
            if (digits[i] != digits[0]) {
                return false;
            }
        }
        return true;
    }
}
