package dev.comporta.pipeline;

import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The query of a Realtime session's address, of which only the model's name is ever changed.
 *
 * @param parts as the caller wrote them, between ampersands
 * @param modelAt where {@code model} stands among them, or -1
 * @param model its value, or null
 */
record RealtimeQuery(
        List<String> parts, int modelAt, @Nullable String model) {

    private static final String MODEL = "model";
    private static final String CALL_ID = "call_id";

    /** @throws GatewayError {@link ErrorCode#INVALID_REQUEST} if it names two models, or is not a query */
    static RealtimeQuery parse(@Nullable String query) {
        if (query == null) {
            return new RealtimeQuery(List.of(), -1, null);
        }
        check(query);
        List<String> parts = List.of(query.split("&", -1));
        int modelAt = -1;
        for (int i = 0; i < parts.size(); i++) {
            if (name(parts.get(i)).equals(MODEL)) {
                if (modelAt >= 0) {
                    throw new GatewayError(ErrorCode.INVALID_REQUEST, "The model is given twice.", MODEL);
                }
                modelAt = i;
            }
        }
        return new RealtimeQuery(parts, modelAt, modelAt < 0 ? null : value(parts.get(modelAt)));
    }

    /** Whether it asks to join a call that somebody began before. */
    boolean joinsCall() {
        return parts.stream().anyMatch(part -> name(part).equals(CALL_ID));
    }

    /** The path with this query and the model's name as the provider knows it. */
    String path(String path, String providersModel) {
        if (parts.isEmpty()) {
            return path;
        }
        List<String> forwarded = new ArrayList<>(parts);
        if (model != null && !model.equals(providersModel)) {
            forwarded.set(modelAt, MODEL + "=" + URLEncoder.encode(providersModel, StandardCharsets.UTF_8));
        }
        return path + "?" + String.join("&", forwarded);
    }

    /** Servers take more than URLs may hold; clients do not. */
    private static void check(String query) {
        try {
            new URI("/?" + query);
        } catch (URISyntaxException e) {
            throw notAQuery();
        }
    }

    private static String name(String part) {
        int equals = part.indexOf('=');
        return decoded(equals < 0 ? part : part.substring(0, equals));
    }

    private static String value(String part) {
        int equals = part.indexOf('=');
        return equals < 0 ? "" : decoded(part.substring(equals + 1));
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw notAQuery();
        }
    }

    private static GatewayError notAQuery() {
        return new GatewayError(ErrorCode.INVALID_REQUEST, "The query of the URL cannot be decoded.");
    }
}
