package dev.comporta.privacy;

import java.util.Locale;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * Telephone numbers: international ones (E.164) with their plus, Brazilian and North American ones as people write them
 * there. A bare row of digits is one only where its length and its beginning say so, or a word before it does.
 */
final class PhoneShapes {

    /** Brazil's area codes, by the plan of Anatel; these are those between 11 and 99 that are none. */
    private static final Set<Integer> NO_AREA_CODES =
            Set.of(20, 23, 25, 26, 29, 30, 36, 39, 40, 50, 52, 56, 57, 58, 59, 60, 70, 72, 76, 78, 80, 90);

    /** Sizes of groups, one hexadecimal digit each: two of the area, then 9 and eight digits. */
    private static final Set<Integer> MOBILE = Set.of(0x254, 0x2144, 0x29, 0xB, 0x2333, 0x74, 0x218, 0x245);

    private static final Set<Integer> LANDLINE = Set.of(0x244, 0x28, 0x64);
    private static final int BARE_LANDLINE = 0xA;

    private static final Set<String> HINTS = Set.of(
            "tel", "fone", "cel", "zap", "mobile", "fax", "sms", "call", "ligue", "ligar", "phone", "phones", "whats");
    private static final String[] HINT_BEGINNINGS = {"telef", "telep", "whatsa", "celul", "contat"};
    private static final Set<String> OTHER = Set.of(
            "order", "pedido", "invoice", "nota", "protocolo", "protocol", "ticket", "chamado", "rastreio", "sku");

    private PhoneShapes() {}

    /** Whether values of this name are telephone numbers. */
    static boolean isPhoneName(String name) {
        if (name.length() > 64) {
            return false;
        }
        String plain = Redaction.plain(name);
        return plain.contains("phone")
                || plain.contains("fone")
                || plain.contains("celular")
                || plain.contains("whatsapp")
                || plain.equals("tel")
                || plain.equals("mobile")
                || plain.equals("fax")
                || plain.equals("waid");
    }

    /**
     * The last group of a telephone number that begins the run, or -1.
     *
     * @param expected whether one is expected here
     * @param other whether another number is expected here
     */
    static int last(NumberRun run, BooleanSupplier expected, BooleanSupplier other) {
        if (run.groups() == 0 || run.count() < Redaction.FEWEST_DIGITS) {
            return -1;
        }
        if (run.hasPlus()) {
            return international(run, 0);
        }
        int last = written(run);
        if (last < 0) {
            boolean possible = run.count() <= 13 && run.groups() <= 5 && run.size(0) >= 2 && !isDate(run);
            last = possible && expected.getAsBoolean() ? run.groups() - 1 : -1;
        } else if (run.groups() == 1 && other.getAsBoolean()) {
            return -1;
        }
        return last;
    }

    private static boolean isDate(NumberRun run) {
        return run.groups() >= 3
                && run.size(1) == 2
                && (run.size(0) == 4 && run.size(2) == 2 || run.size(0) == 2 && run.size(2) == 4);
    }

    private static int written(NumberRun run) {
        int last = brazilian(run, 0, run.hasParenthesis());
        if (last < 0 && run.digit(0) == 5 && run.digit(1) == 5) {
            last = brazilian(run, 2, true);
        }
        if (last < 0 && run.digit(0) == 0) {
            last = trunk(run);
        }
        if (last < 0) {
            last = american(run);
        }
        return last < 0 ? local(run) : last;
    }

    /** Behind the zero of a call to another area, perhaps with the carrier, or the two of one abroad. */
    private static int trunk(NumberRun run) {
        if (run.digit(1) == 0) {
            return run.digit(2) == 0 ? -1 : international(run, 2);
        }
        int last = brazilian(run, 1, true);
        return last < 0 ? brazilian(run, 3, true) : last;
    }

    private static int international(NumberRun run, int skipped) {
        if (run.digit(skipped) == 0) {
            return -1;
        }
        if (run.digit(skipped) == 5 && run.digit(skipped + 1) == 5) {
            int last = brazilian(run, skipped + 2, true);
            if (last >= 0) {
                return last;
            }
        }
        if (run.digit(skipped) == 1) {
            int last = ending(run, skipped + 11);
            if (last >= 0) {
                return last;
            }
        }
        int found = -1;
        int length = -skipped;
        for (int group = 0; group < run.groups(); group++) {
            length += run.size(group);
            if (length >= 8 && length <= 15) {
                found = group;
            }
        }
        return found;
    }

    /** The group with which the run has this many digits, or -1. */
    private static int ending(NumberRun run, int digits) {
        int length = 0;
        for (int group = 0; group < run.groups() && length < digits; group++) {
            length += run.size(group);
            if (length == digits) {
                return group;
            }
        }
        return -1;
    }

    /** @param marked whether it is certain that an area code follows, so that a bare landline is one */
    private static int brazilian(NumberRun run, int skipped, boolean marked) {
        int left = skipped;
        int length = 0;
        int shape = 0;
        for (int group = 0; group < run.groups() && length < 11; group++) {
            int taken = Math.min(left, run.size(group));
            left -= taken;
            int size = run.size(group) - taken;
            if (size == 0) {
                continue;
            }
            length += size;
            shape = shape << 4 | Math.min(size, 15);
            if (length == 11 && MOBILE.contains(shape) && isArea(run, skipped) && run.digit(skipped + 2) == 9) {
                return group;
            }
            if (length == 10
                    && (LANDLINE.contains(shape) || marked && shape == BARE_LANDLINE)
                    && isArea(run, skipped)
                    && run.digit(skipped + 2) >= 2
                    && run.digit(skipped + 2) <= 5) {
                return group;
            }
        }
        return -1;
    }

    private static boolean isArea(NumberRun run, int at) {
        int code = run.digit(at) * 10 + run.digit(at + 1);
        return code >= 11 && !NO_AREA_CODES.contains(code);
    }

    /** North America's plan: area and exchange begin with 2 to 9 and do not end with 11. */
    private static int american(NumberRun run) {
        int first = run.size(0) == 1 && run.digit(0) == 1 ? 1 : 0;
        if (run.groups() < first + 2 || run.size(first) != 3 || !isExchange(run, first) || run.count() < first + 10) {
            return -1;
        }
        if (!isExchange(run, first + 3)) {
            return -1;
        }
        if (run.groups() > first + 2 && run.size(first + 1) == 3 && run.size(first + 2) == 4) {
            return first + 2;
        }
        return run.hasParenthesis() && run.size(first + 1) == 7 ? first + 1 : -1;
    }

    private static boolean isExchange(NumberRun run, int at) {
        return run.digit(at) >= 2 && !(run.digit(at + 1) == 1 && run.digit(at + 2) == 1);
    }

    /** A Brazilian mobile number without its area. */
    private static int local(NumberRun run) {
        return run.groups() > 1 && run.digit(0) == 9 && run.size(0) == 5 && run.size(1) == 4 && run.isPlain(1) ? 1 : -1;
    }

    /** Whether one of the words in this part of a text says that a telephone number follows. */
    static boolean isHint(String text, int from, int to) {
        return hasWord(text, from, to, true);
    }

    /** Whether one of the words says that another kind of number follows. */
    static boolean isOtherHint(String text, int from, int to) {
        return hasWord(text, from, to, false);
    }

    private static boolean hasWord(String text, int from, int to, boolean phone) {
        int start = -1;
        for (int i = from; i <= to; i++) {
            boolean letter = i < to && Character.isLetter(text.charAt(i));
            if (letter && start < 0) {
                start = i;
            } else if (!letter && start >= 0) {
                String word = text.substring(start, i).toLowerCase(Locale.ROOT);
                if (phone ? isPhoneWord(word) : OTHER.contains(word)) {
                    return true;
                }
                start = -1;
            }
        }
        return false;
    }

    private static boolean isPhoneWord(String word) {
        if (HINTS.contains(word)) {
            return true;
        }
        for (String beginning : HINT_BEGINNINGS) {
            if (word.startsWith(beginning)) {
                return true;
            }
        }
        return false;
    }
}
