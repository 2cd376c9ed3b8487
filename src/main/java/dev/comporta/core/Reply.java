package dev.comporta.core;

import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import org.jspecify.annotations.Nullable;

/**
 * The answer to a call: status, headers and either a whole body or a stream. When a whole body is handed over, or a
 * stream ends, the call's usage is already on disk.
 *
 * @param body the whole body, or null if the answer is a stream
 * @param stream a paused stream, or null if the answer is whole
 * @param receipt what a whole answer used and cost, or null if nothing was answered or it is not known yet
 */
public record Reply(
        int status,
        MultiMap headers,
        @Nullable Buffer body,
        @Nullable ReadStream<Buffer> stream,
        @Nullable Receipt receipt) {

    public static Reply whole(int status, MultiMap headers, Buffer body) {
        return new Reply(status, headers, body, null, null);
    }

    /** The same reply with what it used and cost. */
    public Reply with(Receipt receipt) {
        return new Reply(status, headers, body, stream, receipt);
    }

    public static Reply streamed(int status, MultiMap headers, ReadStream<Buffer> stream) {
        return new Reply(status, headers, null, stream, null);
    }
}
