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
 */
public record Reply(
        int status,
        MultiMap headers,
        @Nullable Buffer body,
        @Nullable ReadStream<Buffer> stream) {

    public static Reply whole(int status, MultiMap headers, Buffer body) {
        return new Reply(status, headers, body, null);
    }

    public static Reply streamed(int status, MultiMap headers, ReadStream<Buffer> stream) {
        return new Reply(status, headers, null, stream);
    }
}
