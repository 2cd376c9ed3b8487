package dev.comporta.privacy;

import org.jspecify.annotations.Nullable;

/** Data within a text: {@code data:} URLs and long runs of base64. Measures each run once. */
final class Base64Shapes {

    /** Shorter ones may be words. */
    private static final int SHORTEST = 1024;

    private static final int SHORTEST_IN_URL = 128;
    private static final int MOST_HEADER = 120;
    private static final String DATA = "data:";
    private static final String BASE64 = ";base64";

    private final String text;
    private int measured;
    private int end;

    Base64Shapes(String text) {
        this.text = text;
    }

    /** What stands for the data that begin at {@code start}, or null if there are none. */
    @Nullable
    String omittedAt(int start) {
        if (text.regionMatches(true, start, DATA, 0, DATA.length())) {
            String url = urlAt(start);
            if (url != null) {
                return url;
            }
        }
        if (start < measured) {
            return null;
        }
        measured = runEnd(start);
        end = measured;
        return end - start < SHORTEST ? null : omitted("base64", end - start);
    }

    /** Where they end. */
    int end() {
        return end;
    }

    static String omitted(String what, int characters) {
        return "[omitted: %s, %d bytes]".formatted(what, (long) characters * 3 / 4);
    }

    private @Nullable String urlAt(int start) {
        int comma = start + DATA.length();
        int latest = Math.min(text.length(), comma + MOST_HEADER);
        while (comma < latest && text.charAt(comma) != ',') {
            comma++;
        }
        if (comma == latest || !text.regionMatches(true, comma - BASE64.length(), BASE64, 0, BASE64.length())) {
            return null;
        }
        int after = runEnd(comma + 1);
        if (after - comma <= SHORTEST_IN_URL) {
            return null;
        }
        end = after;
        measured = after;
        String type = text.substring(start + DATA.length(), comma - BASE64.length());
        return omitted(isMediaType(type) ? type : "data", after - comma - 1);
    }

    /** A media type without anything else, such as {@code image/png}. */
    static boolean isMediaType(String type) {
        int slash = type.indexOf('/');
        if (slash <= 0 || type.length() > 100) {
            return false;
        }
        for (int i = 0; i < type.length(); i++) {
            char c = type.charAt(i);
            if (i != slash && !Chars.isToken(c) && c != '.' && c != '+') {
                return false;
            }
        }
        return true;
    }

    private int runEnd(int start) {
        int at = start;
        while (at < text.length() && isBase64(text.charAt(at))) {
            at++;
        }
        return at;
    }

    private static boolean isBase64(char c) {
        return Chars.isToken(c) || c == '+' || c == '/' || c == '=';
    }
}
