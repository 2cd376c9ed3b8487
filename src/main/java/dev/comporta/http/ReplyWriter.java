package dev.comporta.http;

import dev.comporta.core.Reply;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.streams.ReadStream;

/** Writes a reply at the pace that the caller reads. */
final class ReplyWriter {

    private ReplyWriter() {}

    static void write(HttpServerResponse response, Reply reply) {
        if (response.closed()) {
            return;
        }
        response.setStatusCode(reply.status());
        response.headers().setAll(reply.headers());
        if (reply.body() != null) {
            response.end(reply.body());
        } else if (reply.stream() != null) {
            stream(response, reply.stream());
        }
    }

    private static void stream(HttpServerResponse response, ReadStream<Buffer> stream) {
        response.setChunked(true)
                .putHeader("cache-control", "no-cache")
                // Proxies in front of the gateway must not collect events.
                .putHeader("x-accel-buffering", "no");
        stream.handler(events -> {
                    response.write(events);
                    if (response.writeQueueFull()) {
                        stream.pause();
                        response.drainHandler(drained -> stream.resume());
                    }
                })
                .endHandler(end -> response.end())
                .resume();
    }
}
