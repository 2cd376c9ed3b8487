package dev.comporta.pipeline;

import dev.comporta.core.ErrorCode;
import dev.comporta.dialect.openai.OpenAiError;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The caller's side of an answer that is passed through: the provider's bytes as they come, at the pace that the caller
 * takes them. Only the end waits until usage is recorded: the last bytes of an answer of known length, else its
 * closing.
 */
final class PassAnswer implements ReadStream<Buffer> {

    private static final Buffer BROKE_OFF = Buffer.buffer("\n\nevent: error\ndata: ")
            .appendBuffer(OpenAiError.body(
                    "The provider's stream broke off before it was complete.",
                    "server_error",
                    null,
                    ErrorCode.PROVIDER_FAILED.code()))
            .appendString("\n\n");

    private final ReadStream<Buffer> body;
    private final long length;
    private final PassMeter meter;
    private final Consumer<Buffer> tap;
    private final Function<@Nullable Throwable, Future<Void>> whenEnded;
    private @Nullable Handler<Buffer> handler;
    private @Nullable Handler<Void> endHandler;
    private @Nullable Handler<Throwable> exceptionHandler;
    private long seen;
    private Buffer last = Buffer.buffer();
    private boolean begun;
    private boolean flowing;
    private boolean over;
    /** Whether the end has been recorded, so that {@link #last} and the end may go. */
    private boolean recorded;

    /**
     * @param length of the body in bytes, or -1 if the provider does not say
     * @param tap sees every chunk before its caller does
     * @param whenEnded records the end; is told what broke the stream, or null
     */
    PassAnswer(
            ReadStream<Buffer> body,
            long length,
            PassMeter meter,
            Consumer<Buffer> tap,
            Function<@Nullable Throwable, Future<Void>> whenEnded) {
        this.body = body;
        this.length = length;
        this.meter = meter;
        this.tap = tap;
        this.whenEnded = whenEnded;
    }

    private void received(Buffer chunk) {
        tap.accept(chunk);
        meter.feed(chunk);
        seen += chunk.length();
        if (seen == length || handler == null) {
            last.appendBuffer(chunk);
        } else {
            handler.handle(chunk);
        }
    }

    private void ended(@Nullable Throwable cause) {
        if (over) {
            return;
        }
        over = true;
        meter.end();
        whenEnded.apply(cause).onComplete(safe -> {
            if (cause != null && meter.isEvents()) {
                last.appendBuffer(BROKE_OFF);
            } else if (cause != null) {
                endHandler = null;
                if (exceptionHandler != null) {
                    exceptionHandler.handle(cause);
                }
                return;
            }
            recorded = true;
            finish();
        });
    }

    private void finish() {
        if (!recorded || !flowing) {
            return;
        }
        if (last.length() > 0 && handler != null) {
            Buffer bytes = last;
            last = Buffer.buffer();
            handler.handle(bytes);
        }
        if (flowing && endHandler != null) {
            Handler<Void> once = endHandler;
            endHandler = null;
            once.handle(null);
        }
    }

    @Override
    public PassAnswer resume() {
        flowing = true;
        if (!begun) {
            begun = true;
            body.handler(this::received).exceptionHandler(this::ended).endHandler(end -> ended(null));
        }
        if (!over) {
            body.resume();
        }
        finish();
        return this;
    }

    @Override
    public PassAnswer pause() {
        flowing = false;
        if (!over) {
            body.pause();
        }
        return this;
    }

    @Override
    public PassAnswer fetch(long amount) {
        return resume();
    }

    @Override
    public PassAnswer handler(@Nullable Handler<Buffer> handler) {
        this.handler = handler;
        return this;
    }

    @Override
    public PassAnswer endHandler(@Nullable Handler<Void> endHandler) {
        this.endHandler = endHandler;
        return this;
    }

    @Override
    public PassAnswer exceptionHandler(@Nullable Handler<Throwable> handler) {
        exceptionHandler = handler;
        return this;
    }
}
