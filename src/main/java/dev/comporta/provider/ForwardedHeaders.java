package dev.comporta.provider;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Which headers pass the gateway, in either direction. What is meant for the gateway (keys, {@code x-gateway-*}), for
 * one connection (RFC 9110, 7.6.1) or for the caller's own account does not.
 */
public final class ForwardedHeaders {

    private static final MultiMap NOT_TO_PROVIDER = names(
            "host",
            "content-length",
            "connection",
            "keep-alive",
            "proxy-authenticate",
            "proxy-authorization",
            "proxy-connection",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade",
            "expect",
            "http2-settings",
            "accept-encoding",
            "authorization",
            "x-api-key",
            "x-goog-api-key",
            "api-key",
            "cookie",
            "forwarded",
            "x-real-ip",
            "via");

    private static final MultiMap NOT_TO_CALLER = names(
            "content-length",
            "connection",
            "keep-alive",
            "proxy-authenticate",
            "proxy-connection",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade",
            "set-cookie",
            "www-authenticate",
            "alt-svc");

    /** They name an account of the caller's own, which the shared key does not belong to. */
    private static final MultiMap OF_THE_KEY = names("openai-organization", "openai-project");

    private ForwardedHeaders() {}

    /**
     * Copies what may reach a provider.
     *
     * @param ownKey whether the caller's own provider key is used, so that headers which belong to it pass
     */
    public static void toProvider(MultiMap from, MultiMap to, boolean ownKey) {
        List<String> perConnection = perConnection(from);
        for (Map.Entry<String, String> header : from) {
            String name = header.getKey();
            if (!NOT_TO_PROVIDER.contains(name)
                    && !isOurs(name)
                    && (ownKey || !OF_THE_KEY.contains(name))
                    && !isListed(name, perConnection)) {
                to.add(name, header.getValue());
            }
        }
    }

    /**
     * Copies what may reach the caller.
     *
     * @param ownKey whether the caller's own provider key was used
     */
    public static void toCaller(MultiMap from, MultiMap to, boolean ownKey) {
        List<String> perConnection = perConnection(from);
        for (Map.Entry<String, String> header : from) {
            String name = header.getKey();
            if (!NOT_TO_CALLER.contains(name)
                    && !isOurs(name)
                    && (ownKey || !OF_THE_KEY.contains(name))
                    && !isListed(name, perConnection)) {
                to.add(name, header.getValue());
            }
        }
    }

    /** Meant for the gateway, or for whoever is in front of it. */
    private static boolean isOurs(String name) {
        return name.length() > 2
                && (name.charAt(0) | 0x20) == 'x'
                && (name.regionMatches(true, 0, "x-gateway-", 0, 10)
                        || name.regionMatches(true, 0, "x-forwarded-", 0, 12)
                        || name.regionMatches(true, 0, "x-vercel-", 0, 9));
    }

    /** The header names that {@code Connection} declares to be for one connection only. */
    private static List<String> perConnection(MultiMap headers) {
        List<String> lines = headers.getAll(HttpHeaders.CONNECTION);
        if (lines.isEmpty() || lines.size() == 1 && isUsual(lines.get(0))) {
            return List.of();
        }
        return List.of(String.join(",", lines).toLowerCase(Locale.ROOT).split("\\s*,\\s*"));
    }

    private static boolean isUsual(String connection) {
        return connection.equalsIgnoreCase("keep-alive") || connection.equalsIgnoreCase("close");
    }

    private static boolean isListed(String name, List<String> names) {
        return !names.isEmpty() && names.contains(name.toLowerCase(Locale.ROOT));
    }

    private static MultiMap names(String... names) {
        MultiMap set = HttpHeaders.headers();
        for (String name : names) {
            set.add(name, "");
        }
        return set;
    }
}
