package dev.comporta.privacy;

import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import org.jspecify.annotations.Nullable;

/** A stream as it is, of which a tap sees every chunk and the end. */
final class TappedStream implements ReadStream<Buffer> {

    private final ReadStream<Buffer> stream;
    private final PayloadTap tap;

    TappedStream(ReadStream<Buffer> stream, PayloadTap tap) {
        this.stream = stream;
        this.tap = tap;
    }

    @Override
    public TappedStream handler(@Nullable Handler<Buffer> handler) {
        stream.handler(
                handler == null
                        ? null
                        : chunk -> {
                            tap.copy(chunk);
                            handler.handle(chunk);
                        });
        return this;
    }

    @Override
    public TappedStream endHandler(@Nullable Handler<Void> handler) {
        stream.endHandler(end -> {
            tap.ended();
            if (handler != null) {
                handler.handle(end);
            }
        });
        return this;
    }

    @Override
    public TappedStream exceptionHandler(@Nullable Handler<Throwable> handler) {
        stream.exceptionHandler(handler);
        return this;
    }

    @Override
    public TappedStream pause() {
        stream.pause();
        return this;
    }

    @Override
    public TappedStream resume() {
        stream.resume();
        return this;
    }

    @Override
    public TappedStream fetch(long amount) {
        stream.fetch(amount);
        return this;
    }
}
