package dev.comporta.provider;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

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
            "via",
            // They make another request of the one that was looked at.
            "x-http-method",
            "x-http-method-override",
            "x-method-override",
            "x-original-url",
            "x-original-uri",
            "x-rewrite-url",
            // Google's, to leave parts of the answer out: the usage too.
            "x-goog-fieldmask",
            "x-goog-user-project");

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
    private static final MultiMap OF_THE_KEY =
            names("openai-organization", "openai-project", "anthropic-organization-id");

    /** Names that clients choose, and that mean something in the whole account: they would meet under a shared key. */
    private static final MultiMap OF_THE_ACCOUNT = names("idempotency-key", "x-request-id");

    /** Of other gateways, which would change where the request goes or what it costs. */
    private static final List<String> OF_OTHER_GATEWAYS =
            List.of("x-portkey-", "helicone-", "cf-aig-", "x-litellm-", "x-bf-");

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
                    && !isOfAnotherGateway(name)
                    && (ownKey || !OF_THE_KEY.contains(name) && !OF_THE_ACCOUNT.contains(name))
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

    private static boolean isOfAnotherGateway(String name) {
        for (String prefix : OF_OTHER_GATEWAYS) {
            if (name.regionMatches(true, 0, prefix, 0, prefix.length())) {
                return true;
            }
        }
        return false;
    }

    /** The header names that {@code Connection} declares to be for one connection only. */
    private static List<String> perConnection(MultiMap headers) {
        List<String> lines = headers.getAll(HttpHeaders.CONNECTION);
        if (lines.isEmpty() || lines.size() == 1 && isUsual(lines.get(0))) {
            return List.of();
        }
        // No regular expression with two open ends: a long run of blanks would take it seconds.
        return Stream.of(String.join(",", lines).toLowerCase(Locale.ROOT).split(","))
                .map(String::strip)
                .toList();
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
