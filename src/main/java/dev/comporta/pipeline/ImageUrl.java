package dev.comporta.pipeline;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The address of an image that may be asked for, as far as it can be told without a name server.
 *
 * @param host in lower case; of an IPv6 address, without brackets
 * @param target path and query, as they are sent
 * @param trusted whether the operator has listed this host, so that it may be one of our own network
 */
record ImageUrl(String host, int port, boolean tls, String target, boolean trusted) {

    private static final int LONGEST = 8_192;

    /**
     * @param allowed hosts, or hosts with a port, that the operator has listed
     * @return null if it may not be asked for: another scheme, a login, a port that is not the web's, not a URL
     */
    static @Nullable ImageUrl parse(String text, Set<String> allowed) {
        return text.length() > LONGEST ? null : of(uri(text), allowed);
    }

    /** Where a redirect leads, by the same rules. */
    @Nullable
    ImageUrl redirected(String location, Set<String> allowed) {
        URI from = uri((tls ? "https://" : "http://") + authority() + target);
        URI to = location.length() > LONGEST ? null : uri(location);
        return from == null || to == null ? null : of(from.resolve(to), allowed);
    }

    /** What stands in {@code Host}. */
    String authority() {
        String name = host.indexOf(':') < 0 ? host : "[" + host + "]";
        return port == (tls ? 443 : 80) ? name : name + ":" + port;
    }

    private static @Nullable ImageUrl of(@Nullable URI uri, Set<String> allowed) {
        if (uri == null || uri.getScheme() == null || uri.getHost() == null || uri.getRawUserInfo() != null) {
            return null;
        }
        boolean tls = uri.getScheme().equalsIgnoreCase("https");
        if (!tls && !uri.getScheme().equalsIgnoreCase("http")) {
            return null;
        }
        String host = uri.getHost().toLowerCase(Locale.ROOT);
        host = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
        if (host.isEmpty() || host.indexOf('%') >= 0) {
            return null;
        }
        int port = uri.getPort() >= 0 ? uri.getPort() : tls ? 443 : 80;
        boolean web = port == 80 || port == 443;
        boolean trusted = allowed.contains(host + ":" + port) || web && allowed.contains(host);
        return web || trusted ? new ImageUrl(host, port, tls, target(uri), trusted) : null;
    }

    private static String target(URI uri) {
        URI ascii = URI.create(uri.toASCIIString());
        String path = ascii.getRawPath() == null || ascii.getRawPath().isEmpty() ? "/" : ascii.getRawPath();
        return ascii.getRawQuery() == null ? path : path + "?" + ascii.getRawQuery();
    }

    private static @Nullable URI uri(String text) {
        try {
            return new URI(text);
        } catch (URISyntaxException e) {
            return null;
        }
    }
}
