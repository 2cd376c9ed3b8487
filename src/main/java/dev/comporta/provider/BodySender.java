package dev.comporta.provider;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.streams.ReadStream;
import org.jspecify.annotations.Nullable;

/**
 * Sends the body of one request, at the pace at which the provider takes it and the caller brings it. Holds no more of
 * it than what is on its way.
 */
final class BodySender {

    /** Who wants to know how it goes. */
    interface Observer {

        /** Something has been sent. */
        void progressed();

        /** The caller's part of the body will never come. */
        void brokeOff(Throwable cause);
    }

    private final HttpClientRequest request;
    private final Upstream.Body body;
    private final Observer observer;
    private boolean whole;
    private boolean stopped;

    BodySender(HttpClientRequest request, Upstream.Body body, Observer observer) {
        this.request = request;
        this.body = body;
        this.observer = observer;
    }

    void begin() {
        ReadStream<Buffer> rest = body.rest();
        if (rest == null) {
            whole = true;
            end(body.start());
            return;
        }
        if (body.length() >= 0) {
            request.putHeader(HttpHeaders.CONTENT_LENGTH, Long.toString(body.length()));
        } else {
            request.setChunked(true);
        }
        if (body.start() != null && body.start().length() > 0) {
            request.write(body.start());
        }
        rest.handler(chunk -> send(rest, chunk))
                .exceptionHandler(cause -> {
                    if (!whole && !stopped) {
                        observer.brokeOff(cause);
                    }
                })
                .endHandler(end -> ended());
        go(rest);
    }

    private void end(@Nullable Buffer all) {
        if (all == null) {
            request.end();
        } else {
            request.end(all);
        }
    }

    private void send(ReadStream<Buffer> rest, Buffer chunk) {
        if (stopped) {
            return;
        }
        request.write(chunk);
        observer.progressed();
        if (request.writeQueueFull()) {
            rest.pause();
            go(rest);
        }
    }

    private void go(ReadStream<Buffer> rest) {
        if (!request.writeQueueFull()) {
            rest.resume();
            return;
        }
        request.drainHandler(drained -> {
            if (!stopped) {
                observer.progressed();
                rest.resume();
            }
        });
    }

    private void ended() {
        if (!stopped) {
            whole = true;
            request.end();
        }
    }

    /** Whether the provider has been sent all of it. */
    boolean isWhole() {
        return whole;
    }

    /** Sends nothing more. What the caller still brings is left where it is. */
    void stop() {
        if (!whole && !stopped && body.rest() != null) {
            body.rest().pause();
        }
        stopped = true;
    }
}
