package dev.comporta.core;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;

/** A call lives on one event loop, wherever what it waits for is done. */
public final class EventLoop {

    private EventLoop() {}

    /** The same future, but completing on the event loop that asks, if one does. */
    public static <T> Future<T> here(Future<T> elsewhere) {
        Context context = Vertx.currentContext();
        if (elsewhere.isComplete() || context == null) {
            return elsewhere;
        }
        Promise<T> promise = Promise.promise();
        elsewhere.onComplete(result -> context.runOnContext(back -> {
            if (result.succeeded()) {
                promise.complete(result.result());
            } else {
                promise.fail(result.cause());
            }
        }));
        return promise.future();
    }
}
