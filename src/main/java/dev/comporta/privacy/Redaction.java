package dev.comporta.privacy;

import java.util.Locale;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Takes out of a text what nobody should keep: keys, e-mail addresses, telephone and card numbers, CPF and CNPJ become
 * {@code [redacted:<kind>]}; data in base64 becomes {@code [omitted: <media type>, <size> bytes]}. When in doubt it
 * takes out too much rather than too little, as far as prices, dates, UUIDs and times in seconds stay readable.
 *
 * <p>Hand-written, because its input is hostile: each character is looked at a bounded number of times. Pure and
 * thread-safe.
 */
public final class Redaction {

    private static final int MOST_LOCAL_PART = 64;
    private static final int MOST_DOMAIN = 255;
    /** How far back a word is looked for that says what kind of number follows. */
    private static final int HINT_WINDOW = 24;

    /** No number of those that are looked for is shorter. */
    static final int FEWEST_DIGITS = 8;

    private static final int UUID_LENGTH = 36;

    private final String text;
    private final boolean phoneExpected;
    private final NumberRun run = new NumberRun();
    private final StringBuilder out = new StringBuilder();
    private final BooleanSupplier phoneHint = this::isPhoneExpected;
    private final BooleanSupplier otherHint = this::isOtherExpected;
    private final KeyShapes keys;
    private final Base64Shapes blobs;
    private int copied;
    private int at;

    private Redaction(String text, boolean phoneExpected) {
        this.text = text;
        this.phoneExpected = phoneExpected;
        keys = new KeyShapes(text);
        blobs = new Base64Shapes(text);
    }

    /** The text without what should not be kept; the same object if there is nothing to take out. */
    public static String of(String text) {
        return new Redaction(text, false).redacted();
    }

    /**
     * The same of a value that has a name, which may tell what it is.
     *
     * @param name such as that of a member of a JSON object, or null
     */
    static String of(String text, @Nullable String name) {
        if (name != null && !text.isEmpty() && KeyShapes.isSecretName(name)) {
            return label("key");
        }
        return new Redaction(text, name != null && PhoneShapes.isPhoneName(name)).redacted();
    }

    private static String label(String kind) {
        return "[redacted:" + kind + "]";
    }

    private String redacted() {
        while (at < text.length()) {
            if (!step(text.charAt(at))) {
                at++;
            }
        }
        return copied == 0 ? text : out.append(text, copied, text.length()).toString();
    }

    /** Whether something was recognized here, and {@link #at} is behind it. */
    private boolean step(char c) {
        if (c == '@') {
            return email();
        }
        if (c == '+' || c == '(') {
            return phone(false);
        }
        if (!Chars.isAlphanumeric(c)) {
            return false;
        }
        if (at == 0 || !Chars.isAlphanumeric(text.charAt(at - 1)) || isAfterEscape()) {
            return word() || Chars.isDigit(c) && number(true);
        }
        return Chars.isDigit(c) && !Chars.isDigit(text.charAt(at - 1)) && number(false);
    }

    /** Text within text: the {@code n} of {@code \n} and the {@code 2B} of {@code %2B} are no part of what follows. */
    private boolean isAfterEscape() {
        char before = text.charAt(at - 1);
        return at >= 2 && text.charAt(at - 2) == '\\' && "nrtbf".indexOf(before) >= 0
                || at >= 3 && text.startsWith("%2B", at - 3);
    }

    private boolean word() {
        if (isUuid()) {
            at += UUID_LENGTH;
            return true;
        }
        String omitted = blobs.omittedAt(at);
        if (omitted != null) {
            return replaced(at, blobs.end(), omitted);
        }
        if (keys.find(at)) {
            return replaced(keys.start(), keys.end(), label("key"));
        }
        int cnpj = TaxIds.alphanumericCnpjEnd(text, at);
        return cnpj > 0 && replaced(at, cnpj, label("cnpj"));
    }

    private boolean isUuid() {
        int end = at + UUID_LENGTH;
        if (end > text.length() || text.charAt(at + 8) != '-') {
            return false;
        }
        for (int i = 0; i < UUID_LENGTH; i++) {
            char c = text.charAt(at + i);
            boolean dash = i == 8 || i == 13 || i == 18 || i == 23;
            if (dash ? c != '-' : Character.digit(c, 16) < 0 || c > 'f') {
                return false;
            }
        }
        return end == text.length() || !Chars.isAlphanumeric(text.charAt(end));
    }

    /** @param ownWord whether no letter stands right before it; what has check digits is known all the same */
    private boolean number(boolean ownWord) {
        if (at >= 2 && text.charAt(at - 1) == '.' && Chars.isDigit(text.charAt(at - 2))) {
            // The digits after a decimal point, or the middle of something longer.
            return false;
        }
        run.read(text, at);
        if (run.count() < FEWEST_DIGITS) {
            return false;
        }
        return checked() || ownWord && phone(true);
    }

    /** What is known by its check digits. */
    private boolean checked() {
        int last = TaxIds.cnpj(run);
        if (last >= 0) {
            return replacedRun(last, "cnpj");
        }
        last = TaxIds.cpf(run);
        if (last >= 0) {
            return replacedRun(last, "cpf");
        }
        last = CardShapes.last(run);
        return last >= 0 && replacedRun(last, "card");
    }

    /** @param read whether {@link #run} has been read here */
    private boolean phone(boolean read) {
        if (!mayPhoneBegin()) {
            return false;
        }
        if (!read) {
            run.read(text, at);
            if (!run.hasPlus() && (TaxIds.cpf(run) >= 0 || TaxIds.cnpj(run) >= 0 || CardShapes.last(run) >= 0)) {
                // Something else in parentheses.
                return false;
            }
        }
        int last = PhoneShapes.last(run, phoneHint, otherHint);
        return last >= 0 && mayPhoneEnd(run.end(last)) && replacedRun(last, "phone");
    }

    private boolean mayPhoneBegin() {
        int i = at - 1;
        if (i < 0) {
            return true;
        }
        char before = text.charAt(i);
        if (Chars.isAlphanumeric(before)) {
            return isAfterEscape();
        }
        if ((before == '-' || before == '.' || before == ',') && i > 0 && Chars.isAlphanumeric(text.charAt(i - 1))) {
            return false;
        }
        while (i > 0 && i > at - 3 && Chars.isSpace(text.charAt(i))) {
            i--;
        }
        return "#$€£".indexOf(text.charAt(i)) < 0;
    }

    private boolean mayPhoneEnd(int end) {
        if (end >= text.length()) {
            return true;
        }
        char after = text.charAt(end);
        return !Chars.isAlphanumeric(after)
                && after != '_'
                && !("-.,".indexOf(after) >= 0 && end + 1 < text.length() && Chars.isDigit(text.charAt(end + 1)));
    }

    private boolean isPhoneExpected() {
        return phoneExpected || PhoneShapes.isHint(text, Math.max(0, at - HINT_WINDOW), at);
    }

    private boolean isOtherExpected() {
        return PhoneShapes.isOtherHint(text, Math.max(0, at - HINT_WINDOW), at);
    }

    /** What begins an e-mail address is left for the rule of those. */
    private boolean replacedRun(int last, String kind) {
        int end = run.end(last);
        return !(end < text.length() && text.charAt(end) == '@' && domainEnd(end) > 0)
                && replaced(at, end, label(kind));
    }

    private boolean email() {
        int end = domainEnd(at);
        if (end < 0) {
            return false;
        }
        int earliest = Math.max(copied, at - MOST_LOCAL_PART);
        int start = at;
        while (start > earliest && isLocalPart(text.charAt(start - 1))) {
            start--;
        }
        return start < at && replaced(start, end, label("email"));
    }

    private static boolean isLocalPart(char c) {
        return Character.isLetterOrDigit(c) || "._%+-'".indexOf(c) >= 0;
    }

    /** Where the domain after the {@code @} at {@code sign} ends, or -1 if there is none. */
    private int domainEnd(int sign) {
        int latest = Math.min(text.length(), sign + 1 + MOST_DOMAIN);
        int label = sign + 1;
        int dots = 0;
        int end = -1;
        for (int i = label; i <= latest; i++) {
            char c = i < latest ? text.charAt(i) : ' ';
            if (Character.isLetterOrDigit(c) || c == '-') {
                continue;
            }
            if (i == label) {
                break;
            }
            if (dots > 0 && i - label >= 2 && Character.isLetter(text.charAt(label))) {
                end = i;
            }
            if (c != '.') {
                break;
            }
            dots++;
            label = i + 1;
        }
        return end;
    }

    private boolean replaced(int from, int to, String by) {
        out.append(text, copied, from).append(by);
        copied = to;
        at = to;
        return true;
    }

    /** A name without case and without what joins its words. */
    static String plain(String name) {
        StringBuilder plain = new StringBuilder(name.length());
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c != '_' && c != '-' && c != ' ' && c != '.') {
                plain.append(c);
            }
        }
        return plain.toString().toLowerCase(Locale.ROOT);
    }
}
