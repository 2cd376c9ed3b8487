package dev.comporta.http;

import dev.comporta.core.Reply;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.streams.ReadStream;

/**
 * Writes the reply to a passed-through call as the provider framed it, at the pace that the caller reads. A reply that
 * breaks off ends in a broken connection, so that half a file is never taken for a whole one.
 */
final class PassThroughReply {

    /** How long a caller may go on sending what nobody waits for any more. */
    private static final long LINGER_MILLIS = 10_000;

    /** From here on a status says that the request is not served. */
    private static final int REFUSED = 300;

    private PassThroughReply() {}

    static void write(HttpServerRequest request, Reply reply) {
        HttpServerResponse response = request.response();
        if (response.closed()) {
            return;
        }
        response.setStatusCode(reply.status());
        response.headers().setAll(reply.headers());
        if (reply.status() >= REFUSED && !request.isEnded()) {
            // The provider has answered before the request was whole, and does not want the rest.
            if (request.version() != HttpVersion.HTTP_2) {
                response.putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
            }
            dropRest(request);
        }
        if (reply.body() != null) {
            response.end(reply.body());
        } else if (reply.stream() != null) {
            stream(request, response, reply.stream());
        } else {
            response.end();
        }
    }

    private static void stream(HttpServerRequest request, HttpServerResponse response, ReadStream<Buffer> stream) {
        boolean bodiless = response.getStatusCode() == 204 || response.getStatusCode() == 304;
        if (!bodiless && !response.headers().contains(HttpHeaders.CONTENT_LENGTH)) {
            response.setChunked(true);
        }
        stream.handler(chunk -> {
                    response.write(chunk);
                    if (response.writeQueueFull()) {
                        stream.pause();
                        response.drainHandler(drained -> stream.resume());
                    }
                })
                .exceptionHandler(broken -> breakOff(request))
                .endHandler(end -> {
                    response.end();
                    if (!request.isEnded()) {
                        dropRest(request);
                    }
                })
                .resume();
    }

    private static void breakOff(HttpServerRequest request) {
        if (request.version() == HttpVersion.HTTP_2) {
            request.response().reset();
        } else {
            request.connection().close();
        }
    }

    /** Reads and drops what is left of the request, because a caller that still sends may not be reading yet. */
    private static void dropRest(HttpServerRequest request) {
        if (request.version() == HttpVersion.HTTP_2) {
            request.handler(ignored -> {}).resume();
            return;
        }
        HttpServerResponse response = request.response();
        HttpConnection connection = request.connection();
        Vertx vertx = Vertx.currentContext().owner();
        long timer = vertx.setTimer(LINGER_MILLIS, late -> connection.close());
        request.handler(ignored -> {})
                .exceptionHandler(broken -> vertx.cancelTimer(timer))
                .endHandler(end -> {
                    vertx.cancelTimer(timer);
                    if (response.ended()) {
                        connection.close();
                    }
                })
                .resume();
    }
}
