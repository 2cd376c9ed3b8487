package dev.comporta.pipeline;

import dev.comporta.provider.ForwardedHeaders;
import dev.comporta.provider.Upstream;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;

/** The headers of an answer that is passed through: the provider's own, and what the gateway says about the call. */
final class PassHeaders {

    private PassHeaders() {}

    /** Of an answer whose body passes as it comes. */
    static MultiMap of(Upstream.Answer answer, PassRoute route, long overheadNanos, boolean compatibility) {
        MultiMap headers = about(answer, route, overheadNanos, compatibility);
        String length = answer.headers().get(HttpHeaders.CONTENT_LENGTH);
        if (length != null) {
            headers.set(HttpHeaders.CONTENT_LENGTH, length);
        }
        String type = answer.headers().get(HttpHeaders.CONTENT_TYPE);
        if (type != null && type.startsWith("text/event-stream")) {
            // Nobody on the way may collect events.
            headers.set(HttpHeaders.CACHE_CONTROL, "no-cache").set("x-accel-buffering", "no");
        }
        return headers;
    }

    /** Of a list, which has been written anew. */
    static MultiMap ofList(Upstream.Answer answer, PassRoute route, long overheadNanos, boolean compatibility) {
        return about(answer, route, overheadNanos, compatibility).remove(HttpHeaders.ETAG);
    }

    /** Of an error, whose body may have been written anew. */
    static MultiMap ofError(
            Upstream.Answer answer, PassRoute route, long overheadNanos, boolean compatibility, int shownStatus) {
        MultiMap headers = about(answer, route, overheadNanos, compatibility)
                .set(HttpHeaders.CONTENT_TYPE, "application/json")
                .set("x-gateway-error-source", "provider");
        return shownStatus == answer.status()
                ? headers
                : headers.set("x-gateway-provider-status", Integer.toString(answer.status()));
    }

    private static MultiMap about(Upstream.Answer answer, PassRoute route, long overheadNanos, boolean compatibility) {
        MultiMap headers = HttpHeaders.headers();
        ForwardedHeaders.toCaller(answer.headers(), headers, route.ownKey());
        String id = route.pass().call().id().toString();
        name(headers, "x-gateway-request-id", "x-vercel-ai-request-id", id, compatibility);
        name(
                headers,
                "x-gateway-provider",
                "x-vercel-ai-provider",
                route.target().provider(),
                compatibility);
        name(headers, "x-gateway-cache", "x-vercel-cache", "BYPASS", compatibility);
        if (!route.target().model().isEmpty()) {
            name(headers, "x-gateway-model", "x-vercel-ai-model", route.target().model(), compatibility);
        }
        long micros = overheadNanos / 1_000;
        return headers.set("x-gateway-fallback", "0")
                .set(
                        "x-gateway-overhead-ms",
                        micros / 1_000 + "."
                                + Long.toString(1_000 + micros % 1_000).substring(1));
    }

    private static void name(MultiMap headers, String name, String alias, String value, boolean compatibility) {
        headers.set(name, value);
        if (compatibility) {
            headers.set(alias, value);
        }
    }
}
