package dev.comporta.privacy;

/** Kinds of characters. */
final class Chars {

    private Chars() {}

    static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    static boolean isUpper(char c) {
        return c >= 'A' && c <= 'Z';
    }

    static boolean isAlphanumeric(char c) {
        return isDigit(c) || isUpper(c) || c >= 'a' && c <= 'z' || c > 127 && Character.isLetter(c);
    }

    /** Spaces within a line, those that do not break it included. */
    static boolean isSpace(char c) {
        return c == ' ' || c == '\t' || c == '\u00A0' || c == '\u2009' || c == '\u202F';
    }

    static boolean isDash(char c) {
        return c == '-' || c >= '\u2010' && c <= '\u2013';
    }

    /** Characters of keys and of base64 for URLs. */
    static boolean isToken(char c) {
        return c < 128 && isAlphanumeric(c) || c == '_' || c == '-';
    }
}
