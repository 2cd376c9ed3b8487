package dev.comporta.ownership;

import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a caller asks of a list. Parameters that the gateway does not know go to the provider as they are.
 *
 * @param others all but those below, undecoded
 * @param limit how many items the caller wants at most
 * @param after the item behind which the page begins, or null
 * @param before the item before which it ends, or null
 */
record ListQuery(
        List<String> others,
        Paging paging,
        int limit,
        @Nullable String after,
        @Nullable String before) {

    /**
     * Reads the caller's query.
     *
     * @throws GatewayError {@link ErrorCode#INVALID_REQUEST} if it asks for no number of items
     */
    static ListQuery of(@Nullable String query, Paging paging, int usual, int most) {
        List<String> others = new ArrayList<>();
        int limit = usual;
        String after = null;
        String before = null;
        for (String parameter : query == null || query.isEmpty() ? new String[0] : query.split("&")) {
            String[] parts = parameter.split("=", 2);
            String name = decoded(parts[0]);
            String value = parts.length == 1 ? "" : decoded(parts[1]);
            if (name.equals("limit")) {
                limit = limit(value, most);
            } else if (name.equals(paging.after())) {
                after = value;
            } else if (name.equals(paging.before())) {
                before = value;
            } else {
                others.add(parameter);
            }
        }
        return new ListQuery(others, paging, limit, after, before);
    }

    /** Whether the list is read towards its beginning. */
    boolean backward() {
        return before != null && after == null;
    }

    /** The query for a page of the provider's. */
    String page(int size, @Nullable String after, @Nullable String before) {
        List<String> parameters = new ArrayList<>(others);
        parameters.add("limit=" + size);
        if (after != null) {
            parameters.add(paging.after() + "=" + URLEncoder.encode(after, StandardCharsets.UTF_8));
        }
        if (before != null) {
            parameters.add(paging.before() + "=" + URLEncoder.encode(before, StandardCharsets.UTF_8));
        }
        return String.join("&", parameters);
    }

    private static int limit(String value, int most) {
        try {
            int limit = Integer.parseInt(value);
            if (limit > 0) {
                return Math.min(limit, most);
            }
        } catch (NumberFormatException e) {
            // Refused below.
        }
        throw new GatewayError(ErrorCode.INVALID_REQUEST, "The parameter limit must be a number above 0.", "limit");
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new GatewayError(
                    ErrorCode.INVALID_REQUEST, "The query of the request is not encoded as it should be.");
        }
    }
}
