package dev.comporta.pipeline;

import dev.comporta.core.Call;
import dev.comporta.core.Dialect;
import dev.comporta.dialect.Outgoing;
import dev.comporta.provider.Upstream;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;

/** What goes to the provider of a call to a model: the body in its dialect, and of the caller's headers what fits. */
final class ProviderRequest {

    private ProviderRequest() {}

    static Upstream.Request of(Route route, Outgoing outgoing) {
        Call call = route.admitted().call();
        boolean passes = route.translation().isPassing();
        return new Upstream.Request(
                passes ? withQuery(outgoing.path(), call) : outgoing.path(),
                passes ? call.headers() : translated(call.headers()),
                route.key(),
                route.admitted().caller().providerKey() != null,
                outgoing.body());
    }

    /** A query is for whom the path is for; Gemini's may hold the caller's key. */
    private static String withQuery(String path, Call call) {
        return call.query() == null || call.dialect() == Dialect.GEMINI ? path : path + "?" + call.query();
    }

    /** Of a translated request no other header would make sense to the provider. */
    private static MultiMap translated(MultiMap from) {
        MultiMap headers = HttpHeaders.headers().set(HttpHeaders.CONTENT_TYPE, "application/json");
        String agent = from.get(HttpHeaders.USER_AGENT);
        return agent == null ? headers : headers.set(HttpHeaders.USER_AGENT, agent);
    }
}
