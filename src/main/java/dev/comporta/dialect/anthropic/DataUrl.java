package dev.comporta.dialect.anthropic;

import java.util.Arrays;
import java.util.Base64;
import java.util.Locale;

/**
 * What a {@code data:} URL holds, in the one spelling that Anthropic takes: clean base64, and the media type that the
 * first bytes show, since callers often say none or a wrong one.
 *
 * @param mediaType in lower case without parameters; empty if neither the URL nor the bytes say
 * @param base64 of the standard alphabet, padded, without line breaks; never empty
 * @see <a href="https://www.rfc-editor.org/rfc/rfc2397">The data URL scheme</a>
 */
record DataUrl(String mediaType, String base64) {

    private static final String SCHEME = "data:";
    /** Enough to know a file by, and whole bytes. */
    private static final int HEAD = 16;

    static boolean is(String url) {
        return url.regionMatches(true, 0, SCHEME, 0, SCHEME.length());
    }

    /**
     * Reads a URL.
     *
     * @param field where it stands in the request
     * @throws dev.comporta.core.GatewayError if it is not base64
     */
    static DataUrl of(String url, String field) {
        int comma = url.indexOf(',');
        if (comma < 0) {
            throw notBase64(field);
        }
        String[] header =
                url.substring(SCHEME.length(), comma).toLowerCase(Locale.ROOT).split(";");
        if (Arrays.stream(header).noneMatch(parameter -> parameter.strip().equals("base64"))) {
            throw notBase64(field);
        }
        String declared = header[0].strip();
        return of(declared.indexOf('/') > 0 ? declared : "", url, comma + 1, field);
    }

    /** Reads base64 without a scheme before it. */
    static DataUrl ofBase64(String base64, String field) {
        return of("", base64, 0, field);
    }

    private static DataUrl of(String declared, String text, int from, String field) {
        String clean = clean(text, from, field);
        String shown = shown(Base64.getDecoder().decode(clean.substring(0, Math.min(HEAD, clean.length()))));
        return new DataUrl(shown.isEmpty() ? usual(declared) : shown, clean);
    }

    byte[] bytes() {
        return Base64.getDecoder().decode(base64);
    }

    private static String clean(String text, int from, String field) {
        StringBuilder clean = new StringBuilder(text.length() - from + 3);
        boolean padded = false;
        for (int i = from; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '=') {
                padded = true;
            } else if (c != ' ' && c != '\n' && c != '\r' && c != '\t') {
                char standard = c == '-' ? '+' : c == '_' ? '/' : c;
                if (padded || !isBase64(standard)) {
                    throw notBase64(field);
                }
                clean.append(standard);
            }
        }
        if (clean.isEmpty() || clean.length() % 4 == 1) {
            throw notBase64(field);
        }
        while (clean.length() % 4 != 0) {
            clean.append('=');
        }
        return clean.toString();
    }

    private static boolean isBase64(char c) {
        return c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '+' || c == '/';
    }

    /** The types that Anthropic reads, by their magic numbers. */
    private static String shown(byte[] head) {
        if (startsWith(head, 0, 0x89, 'P', 'N', 'G')) {
            return "image/png";
        }
        if (startsWith(head, 0, 0xFF, 0xD8, 0xFF)) {
            return "image/jpeg";
        }
        if (startsWith(head, 0, 'G', 'I', 'F', '8')) {
            return "image/gif";
        }
        if (startsWith(head, 0, 'R', 'I', 'F', 'F') && startsWith(head, 8, 'W', 'E', 'B', 'P')) {
            return "image/webp";
        }
        return startsWith(head, 0, '%', 'P', 'D', 'F') ? "application/pdf" : "";
    }

    private static boolean startsWith(byte[] head, int from, int... magic) {
        for (int i = 0; i < magic.length; i++) {
            if (from + i >= head.length || head[from + i] != (byte) magic[i]) {
                return false;
            }
        }
        return true;
    }

    private static String usual(String declared) {
        return switch (declared) {
            case "image/jpg", "image/pjpeg" -> "image/jpeg";
            case "image/x-png" -> "image/png";
            default -> declared;
        };
    }

    private static RuntimeException notBase64(String field) {
        return Refusal.invalid(field, "must be a data URL with base64, or an http(s) URL");
    }
}
