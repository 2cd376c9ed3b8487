package dev.comporta.pipeline;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The subprotocols that a caller offers. Browsers cannot set headers of a WebSocket, so that OpenAI has its key, and
 * what else would stand in headers, among them.
 *
 * @param names those that are protocols, in the caller's order
 * @param ofTheKey those that name an account, which only the caller's own key belongs to
 * @param key what stands in the place of {@code Authorization}, or null
 */
public record SubProtocols(
        List<String> names, List<String> ofTheKey, @Nullable String key) {

    private static final String HEADER = "sec-websocket-protocol";
    private static final String KEY = "openai-insecure-api-key.";
    private static final List<String> OF_THE_KEY = List.of("openai-organization.", "openai-project.");

    /** Reads the caller's offer. */
    public static SubProtocols of(MultiMap headers) {
        List<String> names = new ArrayList<>();
        List<String> ofTheKey = new ArrayList<>();
        String key = null;
        for (String name : String.join(",", headers.getAll(HEADER)).split(",")) {
            String protocol = name.strip();
            if (protocol.startsWith(KEY)) {
                key = protocol.substring(KEY.length());
            } else if (OF_THE_KEY.stream().anyMatch(protocol::startsWith)) {
                ofTheKey.add(protocol);
            } else if (!protocol.isEmpty()) {
                names.add(protocol);
            }
        }
        return new SubProtocols(List.copyOf(names), List.copyOf(ofTheKey), key);
    }

    /** The headers by which the caller is known: those that it sent, and its key where a browser had to put it. */
    public MultiMap credentials(MultiMap headers) {
        if (key == null || headers.contains(HttpHeaders.AUTHORIZATION)) {
            return headers;
        }
        return MultiMap.caseInsensitiveMultiMap().addAll(headers).set(HttpHeaders.AUTHORIZATION, "Bearer " + key);
    }

    /** What the provider is offered. */
    List<String> toProvider(boolean ownKey) {
        if (!ownKey) {
            return names;
        }
        List<String> all = new ArrayList<>(names);
        all.addAll(ofTheKey);
        return all;
    }
}
