package dev.comporta.alert;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Where a webhook is posted to, as far as it can be told without a name server.
 *
 * @param host in lower case; of an IPv6 address, without brackets
 * @param target path and query, as they are sent
 */
record WebhookUrl(String host, int port, boolean tls, String target) {

    private static final int LONGEST = 2_000;

    /** Null if it is not an {@code http} or {@code https} URL, or has a login or a fragment. */
    static @Nullable WebhookUrl parse(String text) {
        URI uri = text.length() > LONGEST ? null : uri(text);
        if (uri == null || uri.getScheme() == null || uri.getHost() == null) {
            return null;
        }
        boolean tls = uri.getScheme().equalsIgnoreCase("https");
        if (!tls && !uri.getScheme().equalsIgnoreCase("http")
                || uri.getRawUserInfo() != null
                || uri.getRawFragment() != null
                || uri.getPort() == 0
                || uri.getPort() > 65_535) {
            return null;
        }
        String host = uri.getHost().toLowerCase(Locale.ROOT).replaceFirst("^\\[(.*)]$", "$1");
        int port = uri.getPort() > 0 ? uri.getPort() : tls ? 443 : 80;
        return host.isEmpty() || host.indexOf('%') >= 0 ? null : new WebhookUrl(host, port, tls, target(uri));
    }

    /** What stands in {@code Host}. */
    String authority() {
        String name = host.indexOf(':') < 0 ? host : "[" + host + "]";
        return port == (tls ? 443 : 80) ? name : name + ":" + port;
    }

    /** Without path and query: in many services these are what a stranger must not know. */
    String shown() {
        return (tls ? "https://" : "http://") + authority() + "/…";
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
