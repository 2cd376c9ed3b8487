package dev.comporta.provider;

import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/** Buffers from memory as a stream: paused at first, one after the other at the pace of a quick model. */
final class PacedStream implements ReadStream<Buffer> {

    private static final long PACE_MILLIS = 5;

    private final Vertx vertx;
    private final Iterator<Buffer> chunks;
    private @Nullable Handler<Buffer> handler;
    private @Nullable Handler<Void> endHandler;
    private boolean flowing;
    private boolean scheduled;
    private boolean stopped;

    PacedStream(Vertx vertx, Iterable<Buffer> chunks) {
        this.vertx = vertx;
        this.chunks = chunks.iterator();
    }

    void stop() {
        stopped = true;
    }

    private void next() {
        scheduled = false;
        if (stopped || !flowing) {
            return;
        }
        if (chunks.hasNext()) {
            Buffer chunk = chunks.next();
            if (handler != null) {
                handler.handle(chunk);
            }
            schedule();
        } else {
            stopped = true;
            if (endHandler != null) {
                endHandler.handle(null);
            }
        }
    }

    private void schedule() {
        if (flowing && !scheduled) {
            scheduled = true;
            if (chunks.hasNext()) {
                vertx.setTimer(PACE_MILLIS, timer -> next());
            } else {
                vertx.runOnContext(end -> next());
            }
        }
    }

    @Override
    public PacedStream handler(@Nullable Handler<Buffer> handler) {
        this.handler = handler;
        return this;
    }

    @Override
    public PacedStream endHandler(@Nullable Handler<Void> endHandler) {
        this.endHandler = endHandler;
        return this;
    }

    @Override
    public PacedStream exceptionHandler(@Nullable Handler<Throwable> handler) {
        // Nothing can fail.
        return this;
    }

    @Override
    public PacedStream pause() {
        flowing = false;
        return this;
    }

    @Override
    public PacedStream resume() {
        flowing = true;
        schedule();
        return this;
    }

    @Override
    public PacedStream fetch(long amount) {
        return resume();
    }
}
