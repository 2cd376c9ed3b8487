package dev.comporta.provider;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.streams.ReadStream;
import java.io.IOException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * One request to a provider over HTTP. As a stream it is the body of the answer, which fails when the provider falls
 * silent; time in which the reader has paused does not count as the provider's silence.
 */
final class HttpExchange implements Upstream.Exchange, ReadStream<Buffer>, IdleWatch.Watched, BodySender.Observer {

    /** From here on a status says that the request is not served. */
    private static final int REFUSED = 300;

    private static final long SOON_NANOS = 1_000_000_000;

    private final Promise<Upstream.Answer> answer = Promise.promise();
    private final IdleWatch watch;
    private final long responseTimeoutNanos;
    private final long idleTimeoutNanos;

    private @Nullable HttpClientRequest request;
    private @Nullable BodySender sender;
    private @Nullable HttpClientResponse response;
    private @Nullable Handler<Buffer> handler;
    private @Nullable Handler<Throwable> exceptionHandler;
    private @Nullable Handler<Void> endHandler;
    private long lastActivity = System.nanoTime();
    private boolean sent;
    private boolean paused;
    private boolean over;

    HttpExchange(IdleWatch watch, long responseTimeoutNanos, long idleTimeoutNanos) {
        this.watch = watch;
        this.responseTimeoutNanos = responseTimeoutNanos;
        this.idleTimeoutNanos = idleTimeoutNanos;
        watch.add(this);
    }

    /**
     * The connection is there: sends the request, unless it has been given up meanwhile.
     *
     * @param again what to do if the connection had served before and soon turns out to be closed: the provider closed
     *     it while it was idle, and has not seen the request
     */
    void begin(HttpClientRequest opened, Upstream.Body body, @Nullable Runnable again) {
        if (over) {
            opened.reset();
            return;
        }
        request = opened;
        sent = true;
        lastActivity = System.nanoTime();
        BodySender sending = new BodySender(opened, body, this);
        sender = sending;
        // The answer, or its absence, tells what is to be told; without a handler Vert.x would log a broken write.
        opened.exceptionHandler(told -> {});
        opened.response().onComplete(head -> {
            if (head.succeeded()) {
                answered(head.result());
            } else if (again != null && !over && isClosed(head.cause()) && isSoon()) {
                request = null;
                again.run();
            } else {
                fail(head.cause());
            }
        });
        sending.begin();
    }

    /** A provider that takes longer to close has read the request, and may be answering another copy of it. */
    private boolean isSoon() {
        return System.nanoTime() - lastActivity < SOON_NANOS;
    }

    /** Vert.x tells of an orderly end and of a reset in different ways. */
    private static boolean isClosed(Throwable cause) {
        return cause instanceof HttpClosedException || cause instanceof IOException;
    }

    private void answered(HttpClientResponse head) {
        if (over) {
            return;
        }
        lastActivity = System.nanoTime();
        response = head;
        if (head.statusCode() >= REFUSED && sender != null) {
            // It will not look at what has not been sent yet.
            sender.stop();
        }
        pause();
        head.handler(this::received).exceptionHandler(this::fail).endHandler(end -> ended());
        answer.tryComplete(new Upstream.Answer(head.statusCode(), head.headers(), this));
    }

    private void received(Buffer chunk) {
        lastActivity = System.nanoTime();
        if (!over && handler != null) {
            handler.handle(chunk);
        }
    }

    private void ended() {
        boolean first = leave();
        if (first && sender != null && !sender.isWhole() && request != null) {
            // The provider still waits for the rest of the request: its connection is of no use any more.
            request.reset();
        }
        if (first && endHandler != null) {
            endHandler.handle(null);
        }
    }

    @Override
    public void progressed() {
        lastActivity = System.nanoTime();
    }

    @Override
    public void brokeOff(Throwable cause) {
        HttpClientRequest half = request;
        fail(cause);
        if (half != null) {
            half.reset();
        }
    }

    /** No connection, or the connection broke. */
    void fail(Throwable cause) {
        if (leave() && !answer.tryFail(cause) && exceptionHandler != null) {
            exceptionHandler.handle(cause);
        }
    }

    private boolean leave() {
        boolean first = !over;
        over = true;
        watch.remove(this);
        if (sender != null) {
            sender.stop();
        }
        return first;
    }

    @Override
    public void check(long nowNanos) {
        if (response == null
                ? nowNanos - lastActivity > responseTimeoutNanos
                : !paused && nowNanos - lastActivity > idleTimeoutNanos) {
            HttpClientRequest silent = request;
            fail(new TimeoutException("the provider is silent"));
            if (silent != null) {
                silent.reset();
            }
        }
    }

    @Override
    public boolean wasSent() {
        return sent;
    }

    @Override
    public void reset() {
        if (leave() && request != null) {
            request.reset();
        }
    }

    @Override
    public Future<Upstream.Answer> answer() {
        return answer.future();
    }

    @Override
    public HttpExchange pause() {
        paused = true;
        if (response != null) {
            response.pause();
        }
        return this;
    }

    @Override
    public HttpExchange resume() {
        paused = false;
        lastActivity = System.nanoTime();
        if (response != null) {
            response.resume();
        }
        return this;
    }

    @Override
    public HttpExchange fetch(long amount) {
        return resume();
    }

    @Override
    public HttpExchange handler(@Nullable Handler<Buffer> handler) {
        this.handler = handler;
        return this;
    }

    @Override
    public HttpExchange exceptionHandler(@Nullable Handler<Throwable> handler) {
        exceptionHandler = handler;
        return this;
    }

    @Override
    public HttpExchange endHandler(@Nullable Handler<Void> endHandler) {
        this.endHandler = endHandler;
        return this;
    }
}
