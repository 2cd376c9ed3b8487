package dev.comporta.pipeline;

import dev.comporta.core.ErrorCode;
import dev.comporta.core.TokenUsage;
import dev.comporta.dialect.AnswerStream;
import dev.comporta.dialect.ProviderError;
import dev.comporta.usage.Recording;
import dev.comporta.usage.Tokenizer;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The caller's side of a stream: the provider's events as they come, at the pace that the caller takes them, and at the
 * end, once usage is recorded, what says that it was all, or an error that no SDK takes for success.
 */
final class StreamReply implements ReadStream<Buffer> {

    /** Text is counted in blocks, so that a stream of any length takes the same memory. */
    private static final int TEXT_BLOCK = 8 << 10;

    /** What a stream that is faster than the tokenizer may keep in memory; the rest is estimated by its length. */
    private static final int MOST_UNCOUNTED = 256 << 10;

    private static final int CHARACTERS_PER_TOKEN = 4;

    private static final int MOST_BEFORE_BEGIN = 1 << 20;

    /** A comment, which parsers of server-sent events leave out. */
    private static final Buffer PING = Buffer.buffer(": ping\n\n");

    private static final ProviderError BROKE_OFF = ProviderError.of(
            ErrorCode.PROVIDER_FAILED.status(),
            ErrorCode.PROVIDER_FAILED.type(),
            ErrorCode.PROVIDER_FAILED.code(),
            "The provider's stream broke off before it was complete.");

    private final ReadStream<Buffer> body;
    private final AnswerStream stream;
    private final AnswerObjects objects;
    private final Tokenizer tokenizer;
    private final Recording recording;
    private final Function<StreamReply, Future<TokenUsage>> whenEnded;
    private final UnaryOperator<ProviderError> safe;
    private final Promise<Void> begun = Promise.promise();

    /** Tokens of the text that has been taken for counting. */
    private Future<Long> counted = Future.succeededFuture(0L);
    /** Characters that wait for the tokenizer. */
    private int uncounted;
    /** Tokens of text that was too much for it. */
    private long guessed;

    private Buffer waiting = Buffer.buffer();
    private @Nullable Handler<Buffer> handler;
    private @Nullable Handler<Void> endHandler;
    private boolean flowing;
    private boolean over;
    private boolean ended;
    /** Whether nobody listens any more, and the provider is heard out for its usage alone. */
    private boolean discarding;

    private long mostDiscarded;
    private Runnable tooMuchDiscarded = () -> {};

    private long lastEmitted = System.nanoTime();
    private Runnable stopPinging = () -> {};

    /**
     * @param whenEnded records the end and says what was used; the last bytes wait for it
     * @param safe takes out of an error what the caller must not see
     */
    StreamReply(
            ReadStream<Buffer> body,
            AnswerStream stream,
            AnswerObjects objects,
            Tokenizer tokenizer,
            Recording recording,
            Function<StreamReply, Future<TokenUsage>> whenEnded,
            UnaryOperator<ProviderError> safe) {
        this.body = body;
        this.stream = stream;
        this.objects = objects;
        this.tokenizer = tokenizer;
        this.recording = recording;
        this.whenEnded = whenEnded;
        this.safe = safe;
    }

    /** Lets the provider's bytes in; completes at the first event, fails if the stream ends before. */
    Future<Void> begin() {
        body.handler(this::received)
                .exceptionHandler(this::broken)
                .endHandler(end -> providerEnded())
                .resume();
        return begun.future();
    }

    /**
     * Says something that means nothing whenever nothing else has been said for a while, so that nobody in between
     * takes a model that thinks for a dead connection. If it is the first thing said, the stream begins with it.
     */
    void keepAlive(Vertx vertx, long periodMillis) {
        long silent = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - lastEmitted);
        if (silent >= periodMillis) {
            if (flowing || !begun.future().isComplete()) {
                emit(PING);
            }
            begun.tryComplete();
            silent = 0;
        }
        long next = vertx.setTimer(Math.max(1, periodMillis - silent), timer -> keepAlive(vertx, periodMillis));
        stopPinging = () -> vertx.cancelTimer(next);
    }

    /**
     * The caller has gone: what still comes is only looked at.
     *
     * @param mostBytes how much of it
     * @param tooMuch what to do when it is more
     */
    void discard(long mostBytes, Runnable tooMuch) {
        discarding = true;
        mostDiscarded = mostBytes;
        tooMuchDiscarded = tooMuch;
        stopPinging.run();
        waiting = Buffer.buffer();
        if (!over) {
            body.resume();
        }
    }

    /** The first event, if it is an error instead of an answer. */
    @Nullable
    ProviderError firstError() {
        return recording.timeToFirstToken() < 0 ? stream.error() : null;
    }

    /** Whether the provider sent all that belongs to an answer. */
    boolean isWhole() {
        return stream.isWhole();
    }

    /** Whether the provider reported an error within the stream. */
    boolean hasFailed() {
        return stream.error() != null;
    }

    @Nullable
    TokenUsage usage() {
        return stream.usage();
    }

    /** The id of the object that the provider keeps of the answer, as far as it has told. */
    @Nullable
    String objectId() {
        return stream.objectId();
    }

    /** How many tokens have come so far, counted here. */
    Future<Long> outputTokens() {
        count();
        return counted.map(tokens -> tokens + guessed);
    }

    private void count() {
        String text = stream.takeText();
        int length = text.length();
        if (uncounted + length > MOST_UNCOUNTED) {
            guessed += length / CHARACTERS_PER_TOKEN;
        } else if (length > 0) {
            uncounted += length;
            counted = counted.compose(before -> tokenizer.count(text).map(more -> {
                uncounted -= length;
                return before + more;
            }));
        }
    }

    private void received(Buffer chunk) {
        if (over) {
            return;
        }
        if (discarding) {
            mostDiscarded -= chunk.length();
            if (mostDiscarded < 0) {
                tooMuchDiscarded.run();
                return;
            }
        }
        objects.feed(chunk);
        try {
            pass(stream.feed(chunk));
        } catch (IllegalStateException tooLong) {
            broken(tooLong);
            return;
        }
        if (stream.textLength() > TEXT_BLOCK) {
            count();
        }
        if (stream.isDone()) {
            finish();
        }
    }

    private void providerEnded() {
        if (over) {
            return;
        }
        pass(stream.end());
        if (begun.future().isComplete()) {
            finish();
        } else {
            broken(new EOFException("the stream ended before it began"));
        }
    }

    private void broken(Throwable cause) {
        if (over) {
            return;
        }
        if (begun.future().isComplete()) {
            finish();
        } else {
            over = true;
            stopPinging.run();
            begun.tryFail(cause);
        }
    }

    private void pass(Buffer events) {
        if (stream.hasBegun() || stream.isDone()) {
            if (stream.error() == null) {
                recording.firstToken();
            }
            emit(events);
            begun.tryComplete();
        } else {
            emit(events);
            if (waiting.length() > MOST_BEFORE_BEGIN) {
                broken(new IOException("comments without end and no event"));
            }
        }
    }

    /** Nothing more of the provider's counts. */
    private void finish() {
        over = true;
        stopPinging.run();
        // What may still come is dropped, but must be read for the connection to be used again.
        body.resume();
        whenEnded.apply(this).onComplete(recorded -> {
            emit(last(recorded.succeeded() ? recorded.result() : TokenUsage.NONE));
            ended = true;
            tellEnd();
        });
    }

    private Buffer last(TokenUsage used) {
        if (stream.isWhole()) {
            return stream.close(used);
        }
        ProviderError error = stream.error();
        return stream.fail(error == null ? BROKE_OFF : safe.apply(error));
    }

    private void emit(Buffer bytes) {
        if (bytes.length() == 0 || discarding) {
            return;
        }
        lastEmitted = System.nanoTime();
        if (flowing && handler != null && waiting.length() == 0) {
            handler.handle(bytes);
        } else {
            waiting.appendBuffer(bytes);
            // Before the first event nobody is there yet who would resume: comments alone must not stop the provider.
            if (!over && (stream.hasBegun() || stream.isDone())) {
                body.pause();
            }
        }
    }

    private void tellEnd() {
        if (ended && flowing && waiting.length() == 0 && endHandler != null) {
            Handler<Void> once = endHandler;
            endHandler = null;
            once.handle(null);
        }
    }

    @Override
    public StreamReply resume() {
        flowing = true;
        if (waiting.length() > 0 && handler != null) {
            Buffer bytes = waiting;
            waiting = Buffer.buffer();
            handler.handle(bytes);
        }
        if (flowing && !over) {
            body.resume();
        }
        tellEnd();
        return this;
    }

    @Override
    public StreamReply pause() {
        flowing = false;
        if (!over && !discarding) {
            body.pause();
        }
        return this;
    }

    @Override
    public StreamReply fetch(long amount) {
        return resume();
    }

    @Override
    public StreamReply handler(@Nullable Handler<Buffer> handler) {
        this.handler = handler;
        return this;
    }

    @Override
    public StreamReply endHandler(@Nullable Handler<Void> endHandler) {
        this.endHandler = endHandler;
        return this;
    }

    @Override
    public StreamReply exceptionHandler(@Nullable Handler<Throwable> handler) {
        // A failure of the provider is an event of the stream, not an exception.
        return this;
    }
}
