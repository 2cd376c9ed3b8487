package dev.comporta.alert;

import io.vertx.core.Future;

/** One way of sending. Thread-safe. */
interface Sender {

    /**
     * Makes one attempt.
     *
     * @return fails with {@link NotDelivered}, within half a minute
     */
    Future<Void> send(Delivery delivery);
}
