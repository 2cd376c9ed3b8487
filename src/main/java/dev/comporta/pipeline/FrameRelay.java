package dev.comporta.pipeline;

import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.WebSocketBase;
import io.vertx.core.http.WebSocketFrame;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One direction of a WebSocket session: frames in their order, no faster than the other side reads. Each side answers
 * its own pings.
 *
 * <p>Lives on the session's event loop.
 */
final class FrameRelay {

    /** Told, once, that a side has ended; all its frames have passed by then. */
    interface End {

        /** @param code the close code that it gave, or null if its connection broke */
        void ended(@Nullable Short code, @Nullable String reason);
    }

    private static final short BROKEN = 1006;

    private final WebSocketBase from;
    private final Function<WebSocketFrame, Future<Void>> note;
    private final End end;
    private final Context context = Vertx.currentContext();

    private @Nullable WebSocketBase to;
    /** A frame waits until it has been noted. */
    private boolean noting;
    /** The other side does not keep up. */
    private boolean full;

    private boolean over;

    /**
     * Holds back what {@code from} says until {@link #begin}.
     *
     * @param note what must be done with a frame before it passes; what fails there does not pass
     */
    FrameRelay(WebSocketBase from, Function<WebSocketFrame, Future<Void>> note, End end) {
        this.from = from;
        this.note = note;
        this.end = end;
        from.pause();
        from.exceptionHandler(this::broken).closeHandler(closed -> closed()).frameHandler(this::frame);
    }

    /** Relays to the other side from now on. */
    void begin(WebSocketBase to) {
        this.to = to;
        from.resume();
    }

    /** The connection is closed after this; what is wrong with a frame is told before. */
    private void broken(Throwable cause) {
        if (cause instanceof CorruptedWebSocketFrameException wrong && !from.isClosed()) {
            from.close((short) wrong.closeStatus().code(), wrong.closeStatus().reasonText());
        }
    }

    private void frame(WebSocketFrame frame) {
        if (over) {
            return;
        }
        switch (frame.type()) {
            case CLOSE -> end(frame.closeStatusCode(), frame.closeReason());
            case TEXT, BINARY, CONTINUATION -> pass(frame);
            case PING, PONG -> {
                // Between the gateway and each side.
            }
        }
    }

    private void pass(WebSocketFrame frame) {
        Future<Void> noted = note.apply(frame);
        if (!noted.isComplete()) {
            noting = true;
            from.pause();
        }
        noted.onComplete(done -> {
            if (done.succeeded()) {
                write(frame);
            }
            if (noting) {
                noting = false;
                goOn();
            }
        });
    }

    private void write(WebSocketFrame frame) {
        WebSocketBase reader = to;
        if (reader == null || reader.isClosed()) {
            return;
        }
        reader.writeFrame(frame);
        if (reader.writeQueueFull()) {
            full = true;
            from.pause();
            reader.drainHandler(drained -> {
                full = false;
                goOn();
            });
        }
    }

    private void goOn() {
        if (!noting && !full) {
            from.resume();
            if (from.isClosed()) {
                closed();
            }
        }
    }

    /** The connection is closed. What it said before may still wait here, with its close frame behind. */
    private void closed() {
        Short code = from.closeStatusCode();
        if (code == null || code == BROKEN) {
            context.runOnContext(passed -> {
                if (!noting && !full) {
                    end(null, null);
                }
            });
        }
    }

    private void end(@Nullable Short code, @Nullable String reason) {
        if (!over) {
            over = true;
            end.ended(code, reason);
        }
    }
}
