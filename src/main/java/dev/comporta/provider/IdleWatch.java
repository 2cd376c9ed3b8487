package dev.comporta.provider;

import io.vertx.core.Vertx;
import java.util.HashSet;
import java.util.Set;

/**
 * Ends exchanges in which nothing happens any more. One look at all of them every so often costs far less than a timer
 * for each. Belongs to one event loop.
 */
final class IdleWatch {

    /** Something that must not be silent for too long. */
    interface Watched {

        /** Ends itself if it has been silent for too long. */
        void check(long nowNanos);
    }

    private final Set<Watched> watched = new HashSet<>();

    /** @param periodMillis how often to look, and so how late an end can be */
    IdleWatch(Vertx vertx, long periodMillis) {
        vertx.setPeriodic(periodMillis, timer -> look());
    }

    void add(Watched exchange) {
        watched.add(exchange);
    }

    void remove(Watched exchange) {
        watched.remove(exchange);
    }

    private void look() {
        long now = System.nanoTime();
        // A copy, because those that end take themselves out.
        Set.copyOf(watched).forEach(exchange -> exchange.check(now));
    }
}
