package dev.comporta.pipeline;

import dev.comporta.core.EventLoop;
import dev.comporta.core.TokenUsage;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The background responses that this process asks after. Thread-safe. */
@ApplicationScoped
class BackgroundResponses {

    private final Map<String, BackgroundResponse> underWay = new ConcurrentHashMap<>();

    /** What was used in the end; empty if that cannot be found out. */
    Future<Optional<TokenUsage>> usage(Vertx vertx, Route route, String id) {
        String name = name(route.provider().name(), id);
        BackgroundResponse response = new BackgroundResponse(vertx, route, id);
        underWay.put(name, response);
        return response.usage().onComplete(told -> underWay.remove(name, response));
    }

    /**
     * Asks after a response once more, because its owner is about to delete it and with it what it used.
     *
     * @return completes on the caller's event loop when its provider has answered, if at all; never fails
     */
    Future<Void> beforeDeletion(String provider, String id) {
        BackgroundResponse response = underWay.get(name(provider, id));
        return response == null ? Future.succeededFuture() : EventLoop.here(response.askNow());
    }

    private static String name(String provider, String id) {
        return provider + "/" + id;
    }
}
