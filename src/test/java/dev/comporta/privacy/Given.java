package dev.comporta.privacy;

import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import org.jspecify.annotations.Nullable;

/** A stream that says what a test says. */
final class Given implements ReadStream<Buffer> {

    private @Nullable Handler<Buffer> handler;

    void say(String text) {
        if (handler != null) {
            handler.handle(Buffer.buffer(text));
        }
    }

    @Override
    public Given handler(@Nullable Handler<Buffer> listener) {
        handler = listener;
        return this;
    }

    @Override
    public Given exceptionHandler(@Nullable Handler<Throwable> listener) {
        return this;
    }

    @Override
    public Given endHandler(@Nullable Handler<Void> listener) {
        return this;
    }

    @Override
    public Given pause() {
        return this;
    }

    @Override
    public Given resume() {
        return this;
    }

    @Override
    public Given fetch(long amount) {
        return this;
    }
}
