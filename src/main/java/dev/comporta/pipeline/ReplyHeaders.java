package dev.comporta.pipeline;

import dev.comporta.model.Cost;
import dev.comporta.provider.ForwardedHeaders;
import dev.comporta.provider.Upstream;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The headers of an answer: the provider's own, as far as they may pass, and what the gateway says about the call. */
final class ReplyHeaders {

    private static final CharSequence REQUEST_ID = HttpHeaders.createOptimized("x-gateway-request-id");
    private static final CharSequence PROVIDER = HttpHeaders.createOptimized("x-gateway-provider");
    private static final CharSequence MODEL = HttpHeaders.createOptimized("x-gateway-model");
    private static final CharSequence CACHE = HttpHeaders.createOptimized("x-gateway-cache");
    private static final CharSequence FALLBACK = HttpHeaders.createOptimized("x-gateway-fallback");
    private static final CharSequence OVERHEAD = HttpHeaders.createOptimized("x-gateway-overhead-ms");
    private static final CharSequence COST = HttpHeaders.createOptimized("x-gateway-cost-usd");
    private static final CharSequence ERROR_SOURCE = HttpHeaders.createOptimized("x-gateway-error-source");
    private static final CharSequence PROVIDER_STATUS = HttpHeaders.createOptimized("x-gateway-provider-status");
    private static final CharSequence RETRY_AFTER = HttpHeaders.createOptimized("retry-after");
    private static final CharSequence VERCEL_CACHE = HttpHeaders.createOptimized("x-vercel-cache");
    private static final CharSequence VERCEL_PROVIDER = HttpHeaders.createOptimized("x-vercel-ai-provider");
    private static final CharSequence VERCEL_MODEL = HttpHeaders.createOptimized("x-vercel-ai-model");
    private static final CharSequence VERCEL_REQUEST_ID = HttpHeaders.createOptimized("x-vercel-ai-request-id");
    private static final CharSequence DROPPED = HttpHeaders.createOptimized("x-gateway-dropped");
    private static final CharSequence REQUEST_ID_OF_OPENAI = HttpHeaders.createOptimized("x-request-id");
    private static final CharSequence REQUEST_ID_OF_ANTHROPIC = HttpHeaders.createOptimized("request-id");
    private static final String BYPASS = "BYPASS";

    static final String EVENT_STREAM = "text/event-stream; charset=utf-8";

    private final Route route;
    private final boolean compatibility;

    /** @param compatibility whether the {@code x-vercel-*} aliases are sent too */
    ReplyHeaders(Route route, boolean compatibility) {
        this.route = route;
        this.compatibility = compatibility;
    }

    /** Of an answer whose cost is not known yet. */
    MultiMap of(Upstream.Answer answer, long overheadNanos) {
        MultiMap headers = HttpHeaders.headers();
        if (route.translation().isPassing()) {
            ForwardedHeaders.toCaller(
                    answer.headers(), headers, route.admitted().caller().providerKey() != null);
        } else {
            translate(answer.headers(), headers);
        }
        if (!route.dropped().fields().isEmpty()) {
            headers.set(DROPPED, String.join(", ", route.dropped().fields()));
        }
        String id = route.admitted().call().id().toString();
        headers.set(REQUEST_ID, id)
                .set(PROVIDER, route.target().provider())
                .set(MODEL, route.target().model())
                .set(CACHE, BYPASS)
                .set(FALLBACK, "0")
                .set(OVERHEAD, millis(overheadNanos));
        if (compatibility) {
            headers.set(VERCEL_CACHE, BYPASS)
                    .set(VERCEL_PROVIDER, route.target().provider())
                    .set(VERCEL_MODEL, route.target().model())
                    .set(VERCEL_REQUEST_ID, id);
        }
        return headers;
    }

    /** Of a translated answer only what means the same in every dialect. */
    private void translate(MultiMap from, MultiMap to) {
        to.set(HttpHeaders.CONTENT_TYPE, route.admitted().request().stream() ? EVENT_STREAM : "application/json");
        String id = from.contains(REQUEST_ID_OF_OPENAI)
                ? from.get(REQUEST_ID_OF_OPENAI)
                : from.get(REQUEST_ID_OF_ANTHROPIC);
        if (id != null) {
            to.set(REQUEST_ID_OF_OPENAI, id).set(REQUEST_ID_OF_ANTHROPIC, id);
        }
        for (Map.Entry<String, String> header : from) {
            String name = header.getKey().toLowerCase(Locale.ROOT);
            if (name.startsWith("retry-after") || name.startsWith("x-ratelimit-")) {
                to.set(name, header.getValue());
            }
        }
    }

    MultiMap ofWhole(Upstream.Answer answer, long overheadNanos, @Nullable Cost cost) {
        MultiMap headers = of(answer, overheadNanos);
        return cost == null ? headers : headers.set(COST, cost.usd().toPlainString());
    }

    MultiMap ofError(Upstream.Answer answer, long overheadNanos, ErrorAnswer error) {
        MultiMap headers = of(answer, overheadNanos)
                .set(HttpHeaders.CONTENT_TYPE, "application/json")
                .set(ERROR_SOURCE, "provider");
        if (error.retryAfterSeconds() != null && !headers.contains(RETRY_AFTER)) {
            headers.set(RETRY_AFTER, error.retryAfterSeconds().toString());
        }
        if (error.status() != answer.status()) {
            headers.set(PROVIDER_STATUS, Integer.toString(answer.status()));
        }
        return headers;
    }

    /** Milliseconds with three decimals. */
    private static String millis(long nanos) {
        long micros = nanos / 1_000;
        String decimals = Long.toString(1_000 + micros % 1_000).substring(1);
        return micros / 1_000 + "." + decimals;
    }
}
