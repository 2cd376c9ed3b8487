package dev.comporta.dialect.gemini;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.dialect.Json;
import org.jspecify.annotations.Nullable;

/**
 * Bytes in a request, as Google takes them. Callers spell them in many ways: with parameters and capitals in the type,
 * with line breaks, in the alphabet for URLs, without padding, or without saying what they are.
 *
 * @param mimeType without parameters
 * @param data in the standard alphabet (RFC 4648, 4), padded
 */
record Blob(String mimeType, String data) {

    private static final String SCHEME = "data:";

    static boolean isDataUrl(String url) {
        return url.regionMatches(true, 0, SCHEME, 0, SCHEME.length());
    }

    /**
     * Reads a {@code data:} URL (RFC 2397).
     *
     * @throws dev.comporta.core.GatewayError if it is not base64, or of a kind that cannot be told
     */
    static Blob ofUrl(String url, @Nullable String name, String path) {
        int comma = url.indexOf(',');
        if (comma < 0) {
            throw notBase64(path);
        }
        String[] words = url.substring(SCHEME.length(), comma).split(";");
        if (words.length == 0 || !words[words.length - 1].strip().equalsIgnoreCase("base64")) {
            throw notBase64(path);
        }
        return of(url.substring(comma + 1), words[0], name, path);
    }

    /**
     * Reads base64.
     *
     * @param type as it was given; if it says nothing, the bytes and then the name decide
     */
    static Blob of(String base64, @Nullable String type, @Nullable String name, String path) {
        String data = normalised(base64);
        if (data == null) {
            throw notBase64(path);
        }
        String mimeType = MediaType.normalised(type);
        if (mimeType == null) {
            mimeType = MediaType.sniffed(data);
        }
        if (mimeType == null) {
            mimeType = MediaType.named(name);
        }
        if (mimeType == null) {
            throw Given.invalid(path, "does not say what kind of data it holds, and the data does not tell");
        }
        return new Blob(mimeType, data);
    }

    private static RuntimeException notBase64(String path) {
        return Given.invalid(path, "must hold data in base64");
    }

    /** Null if it is not base64 in any spelling. */
    private static @Nullable String normalised(String text) {
        StringBuilder clean = new StringBuilder(text.length() + 3);
        int padding = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '=') {
                padding++;
            } else if (isDigit(c)) {
                if (padding > 0) {
                    return null;
                }
                clean.append(c == '-' ? '+' : c == '_' ? '/' : c);
            } else if (c != '\n' && c != '\r' && c != ' ' && c != '\t') {
                return null;
            }
        }
        int beyond = clean.length() % 4;
        if (clean.isEmpty() || beyond == 1 || padding > 2) {
            return null;
        }
        return clean.append("=".repeat((4 - beyond) % 4)).toString();
    }

    private static boolean isDigit(char c) {
        return c >= 'A' && c <= 'Z'
                || c >= 'a' && c <= 'z'
                || c >= '0' && c <= '9'
                || c == '+'
                || c == '/'
                || c == '-'
                || c == '_';
    }

    ObjectNode part() {
        ObjectNode part = Json.object();
        part.putObject("inlineData").put("mimeType", mimeType).put("data", data);
        return part;
    }
}
