package dev.comporta.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import org.jspecify.annotations.Nullable;

/**
 * Reads the JSON that strings of one request hold, such as the arguments of calls. All of it together may not take more
 * memory than the request itself may. Not thread-safe.
 */
public final class InnerJson {

    private long left;

    public InnerJson() {
        this(TreeSize.MOST);
    }

    InnerJson(long most) {
        left = most;
    }

    /**
     * Reads text as {@link Json#treeOrNull}.
     *
     * @throws GatewayError {@link ErrorCode#REQUEST_TOO_LARGE} if it is too much, with all that was read before
     */
    public @Nullable JsonNode treeOrNull(String text) {
        left -= TreeSize.of(mostTokens(text), text.length());
        if (left < 0) {
            throw ModelRequest.tooLarge();
        }
        return Json.treeOrNull(text);
    }

    /** In front of every value and name but the first one stands one of these. */
    private static long mostTokens(String json) {
        long tokens = 1;
        for (int i = 0; i < json.length(); i++) {
            switch (json.charAt(i)) {
                case '[', '{', ',', ':' -> tokens++;
                default -> {
                    // Nothing begins behind it.
                }
            }
        }
        return tokens;
    }
}
