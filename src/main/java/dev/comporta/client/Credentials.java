package dev.comporta.client;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a call presents to be let in.
 *
 * @param gatewayKey what stands in a header that can hold nothing but a gateway key, or null if there is none
 * @param others what stands where SDKs put their API key, in order of preference
 */
record Credentials(@Nullable String gatewayKey, List<String> others) {

    private static final CharSequence X_GATEWAY_KEY = HttpHeaders.createOptimized("x-gateway-key");
    private static final CharSequence X_VERCEL_KEY = HttpHeaders.createOptimized("x-vercel-ai-gateway-key");
    private static final CharSequence X_API_KEY = HttpHeaders.createOptimized("x-api-key");
    private static final CharSequence X_GOOG_API_KEY = HttpHeaders.createOptimized("x-goog-api-key");
    private static final String BEARER = "Bearer ";

    /** @throws dev.comporta.core.GatewayError if a header contradicts itself or another */
    static Credentials of(MultiMap headers) {
        List<String> others = new ArrayList<>(3);
        add(others, bearer(headers));
        add(others, single(headers, X_API_KEY));
        add(others, single(headers, X_GOOG_API_KEY));
        return new Credentials(gatewayKey(headers), others);
    }

    /** The token of {@code Authorization: Bearer}. */
    static @Nullable String bearer(MultiMap headers) {
        String value = single(headers, HttpHeaders.AUTHORIZATION);
        return value != null && value.regionMatches(true, 0, BEARER, 0, BEARER.length())
                ? value.substring(BEARER.length()).strip()
                : null;
    }

    private static @Nullable String gatewayKey(MultiMap headers) {
        String own = single(headers, X_GATEWAY_KEY);
        String vercel = single(headers, X_VERCEL_KEY);
        if (own != null && vercel != null && !own.equals(vercel)) {
            throw Refusal.INVALID_KEY;
        }
        return own != null ? own : vercel;
    }

    /** Given twice, a proxy between could have read the other one than we do. */
    private static @Nullable String single(MultiMap headers, CharSequence name) {
        List<String> values = headers.getAll(name);
        if (values.size() > 1) {
            throw Refusal.INVALID_KEY;
        }
        return values.isEmpty() ? null : values.get(0).strip();
    }

    private static void add(List<String> present, @Nullable String value) {
        if (value != null && !value.isEmpty()) {
            present.add(value);
        }
    }
}
