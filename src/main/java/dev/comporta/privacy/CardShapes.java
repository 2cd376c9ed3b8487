package dev.comporta.privacy;

/** Numbers of payment cards: 13 to 19 digits (ISO/IEC 7812), the last one by Luhn's rule. */
final class CardShapes {

    private static final int SHORTEST = 13;
    private static final int LONGEST = 19;

    private CardShapes() {}

    /** The last group of a card number that begins the run, or -1. */
    static int last(NumberRun run) {
        int found = -1;
        int length = 0;
        for (int group = 0; group < run.groups(); group++) {
            if (group > 0 && !run.isPlain(group) || group == 0 && run.size(0) < 4) {
                break;
            }
            length += run.size(group);
            if (length > LONGEST) {
                break;
            }
            if (length >= SHORTEST && isIssued(run) && !run.isMonotonous(length) && isLuhn(run, length)) {
                found = group;
            }
            if (run.size(group) < 3) {
                break;
            }
        }
        return found;
    }

    /**
     * Whether such numbers are given to payment cards: travel, banking and merchandising (2 to 6), and national schemes
     * such as Troy (9). Times in milliseconds and microseconds begin with 1.
     */
    private static boolean isIssued(NumberRun run) {
        int first = run.digit(0);
        return first >= 2 && first <= 6 || first == 9;
    }

    private static boolean isLuhn(NumberRun run, int length) {
        int sum = 0;
        for (int i = 0; i < length; i++) {
            int digit = run.digit(length - 1 - i);
            int weighted = i % 2 == 0 ? digit : digit * 2;
            sum += weighted > 9 ? weighted - 9 : weighted;
        }
        return sum % 10 == 0;
    }
}
