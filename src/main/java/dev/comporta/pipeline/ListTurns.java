package dev.comporta.pipeline;

import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;

/**
 * Lets each client read one list of a provider at a time: one call of its makes many to the provider, whose limits all
 * clients share. Thread-safe; a lock is held for a look into a map.
 */
@ApplicationScoped
class ListTurns {

    /** A page of a user interface may show several lists at once; who asks for more has to come back. */
    private static final int MOST_WAITING = 8;

    private record Reader(UUID clientId, String provider) {}

    /** The lists that wait; there is an entry while one is read. */
    private final Map<Reader, Queue<Runnable>> waiting = new HashMap<>();

    /**
     * Waits for the turn of a list; whoever gets it has to give it back by {@link #end}.
     *
     * @return completes on the caller's event loop; fails with {@link ErrorCode#OVERLOADED} if too many wait already
     */
    synchronized Future<Void> begin(UUID clientId, String provider) {
        Queue<Runnable> others = waiting.putIfAbsent(new Reader(clientId, provider), new ArrayDeque<>());
        if (others == null) {
            return Future.succeededFuture();
        }
        if (others.size() == MOST_WAITING) {
            return Future.failedFuture(new GatewayError(
                    ErrorCode.OVERLOADED, "Too many lists are asked for at once; try again in a moment."));
        }
        Promise<Void> turn = Promise.promise();
        Context home = Vertx.currentContext();
        others.add(() -> home.runOnContext(now -> turn.complete()));
        return turn.future();
    }

    /** Whoever waits longest is next. */
    synchronized void end(UUID clientId, String provider) {
        Reader reader = new Reader(clientId, provider);
        Queue<Runnable> others = waiting.get(reader);
        Runnable next = others == null ? null : others.poll();
        if (next == null) {
            waiting.remove(reader);
        } else {
            next.run();
        }
    }
}
