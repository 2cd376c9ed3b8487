package dev.comporta.http;

import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a call goes, as the caller wrote it: escapes are neither resolved nor normalised, because {@code a%2Fb} is one
 * segment and the provider's to read. What somebody on the way might read as a step out of the API is refused.
 *
 * @param raw below {@code /v1}, such as {@code /files/a%2Fb}
 * @param segments of it
 * @param query what follows the question mark, or null
 */
record PassThroughPath(
        String raw, List<String> segments, @Nullable String query) {

    private static final String PREFIX = "/v1";
    /** A proxy in front of a provider may resolve escapes that were escaped themselves. */
    private static final int MOST_ESCAPING = 4;

    /**
     * Reads the target of a request.
     *
     * @throws GatewayError {@link ErrorCode#FORBIDDEN} if it is not plainly a path below {@code /v1}
     */
    static PassThroughPath of(String uri) {
        String target = uri;
        if (!uri.startsWith("/")) {
            // The absolute form, which proxies are sent (RFC 9112, 3.2.2).
            int authority = uri.indexOf("://");
            int slash = authority < 0 ? -1 : uri.indexOf('/', authority + 3);
            target = slash < 0 ? "/" : uri.substring(slash);
        }
        int question = target.indexOf('?');
        String path = question < 0 ? target : target.substring(0, question);
        String query = question < 0 ? null : target.substring(question + 1);
        if (!isVisible(target) || target.indexOf('#') >= 0 || !path.startsWith(PREFIX + "/")) {
            throw refused();
        }
        String raw = path.substring(PREFIX.length());
        List<String> segments = List.of(raw.substring(1).split("/", -1));
        for (String segment : segments) {
            if (segment.isEmpty() || leadsAway(segment)) {
                throw refused();
            }
        }
        return new PassThroughPath(raw, segments, query);
    }

    private static boolean isVisible(String text) {
        return text.chars().allMatch(c -> c > ' ' && c < 0x7f);
    }

    /** Whether the segment, or what it becomes when escapes are resolved, could be read as another path. */
    private static boolean leadsAway(String segment) {
        String text = segment;
        for (int i = 0; i < MOST_ESCAPING; i++) {
            if (hasSteps(text)) {
                return true;
            }
            String resolved = resolve(text);
            if (resolved == null) {
                return true;
            }
            if (resolved.equals(text)) {
                return false;
            }
            text = resolved;
        }
        return true;
    }

    private static boolean hasSteps(String text) {
        if (text.indexOf('\\') >= 0 || text.chars().anyMatch(c -> c < ' ' || c == 0x7f)) {
            return true;
        }
        for (String step : text.split("/", -1)) {
            // Some servers cut off what follows a semicolon before they look.
            String name = step.indexOf(';') < 0 ? step : step.substring(0, step.indexOf(';'));
            if (name.equals(".") || name.equals("..")) {
                return true;
            }
        }
        return false;
    }

    /** Null if an escape is none. */
    private static @Nullable String resolve(String text) {
        StringBuilder resolved = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != '%') {
                resolved.append(c);
                continue;
            }
            int high = i + 1 < text.length() ? Character.digit(text.charAt(i + 1), 16) : -1;
            int low = i + 2 < text.length() ? Character.digit(text.charAt(i + 2), 16) : -1;
            if (high < 0 || low < 0) {
                return null;
            }
            // Bytes above 0x7f are parts of a character; which one does not matter here.
            resolved.append((char) (high << 4 | low));
            i += 2;
        }
        return resolved.toString();
    }

    private static GatewayError refused() {
        return new GatewayError(
                ErrorCode.FORBIDDEN,
                "The path is not plainly one below /v1: empty segments, dot segments, backslashes, control characters"
                        + " and broken escapes are not passed on, however they are written.");
    }
}
