package dev.comporta.http;

import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * Gives up on a body that is held in memory and has stopped coming: who waits in the middle of it keeps the room of
 * others. Lives on the call's event loop.
 */
final class BodyWatch {

    private final long patienceNanos;
    private final Consumer<GatewayError> giveUp;
    private long lastNanos;
    private long timer = -1;

    /** @param giveUp gets {@link ErrorCode#REQUEST_TIMEOUT} */
    BodyWatch(Duration patience, Consumer<GatewayError> giveUp) {
        patienceNanos = patience.toNanos();
        this.giveUp = giveUp;
    }

    void begin() {
        moved();
        look(patienceNanos);
    }

    /** More of it has come. */
    void moved() {
        lastNanos = System.nanoTime();
    }

    /** Nothing more is waited for. */
    void end() {
        if (timer >= 0) {
            Vertx.currentContext().owner().cancelTimer(timer);
            timer = -1;
        }
    }

    private void look(long nanos) {
        timer = Vertx.currentContext().owner().setTimer(nanos / 1_000_000 + 1, fired -> check());
    }

    private void check() {
        timer = -1;
        long left = patienceNanos - (System.nanoTime() - lastNanos);
        if (left > 0) {
            look(left);
        } else {
            giveUp.accept(new GatewayError(
                    ErrorCode.REQUEST_TIMEOUT,
                    "Nothing of the request body has come for %d seconds.".formatted(patienceNanos / 1_000_000_000)));
        }
    }
}
