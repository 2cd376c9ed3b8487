package dev.comporta.pipeline;

import dev.comporta.model.Cost;
import dev.comporta.provider.ForwardedHeaders;
import dev.comporta.provider.Upstream;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
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
    private static final CharSequence VERCEL_CACHE = HttpHeaders.createOptimized("x-vercel-cache");
    private static final CharSequence VERCEL_PROVIDER = HttpHeaders.createOptimized("x-vercel-ai-provider");
    private static final CharSequence VERCEL_MODEL = HttpHeaders.createOptimized("x-vercel-ai-model");
    private static final CharSequence VERCEL_REQUEST_ID = HttpHeaders.createOptimized("x-vercel-ai-request-id");
    private static final String BYPASS = "BYPASS";

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
        ForwardedHeaders.toCaller(
                answer.headers(), headers, route.admitted().caller().providerKey() != null);
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

    MultiMap ofWhole(Upstream.Answer answer, long overheadNanos, @Nullable Cost cost) {
        MultiMap headers = of(answer, overheadNanos);
        return cost == null ? headers : headers.set(COST, cost.usd().toPlainString());
    }

    MultiMap ofError(Upstream.Answer answer, long overheadNanos, ProviderError error) {
        MultiMap headers = of(answer, overheadNanos)
                .set(HttpHeaders.CONTENT_TYPE, "application/json")
                .set(ERROR_SOURCE, "provider");
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
