package dev.comporta.pipeline;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;

/** Collects a whole body, within a bound. */
final class BoundedBody {

    /** The body is longer than the bound. */
    static final class TooLong extends RuntimeException {
        TooLong() {
            super(null, null, false, false);
        }
    }

    private BoundedBody() {}

    /** The bytes of a paused stream to its end; fails with {@link TooLong}, or as the stream does. */
    static Future<Buffer> collect(ReadStream<Buffer> stream, int maxBytes) {
        Promise<Buffer> whole = Promise.promise();
        Buffer body = Buffer.buffer();
        stream.handler(chunk -> {
                    if (body.length() + chunk.length() <= maxBytes) {
                        body.appendBuffer(chunk);
                    } else {
                        whole.tryFail(new TooLong());
                    }
                })
                .exceptionHandler(whole::tryFail)
                .endHandler(end -> whole.tryComplete(body))
                .resume();
        return whole.future();
    }
}
