package dev.comporta.pipeline;

import dev.comporta.core.ErrorCode;
import dev.comporta.core.TokenUsage;
import dev.comporta.dialect.openai.ChatStream;
import dev.comporta.dialect.openai.OpenAiError;
import dev.comporta.usage.Recording;
import dev.comporta.usage.Tokenizer;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The caller's side of a chat stream: the provider's events as they come, at the pace that the caller takes them, and
 * at the end, once usage is recorded, {@code [DONE]} or an error that no SDK takes for success.
 */
final class ChatStreamReply implements ReadStream<Buffer> {

    /** Text is counted in blocks, so that a stream of any length takes the same memory. */
    private static final int TEXT_BLOCK = 8 << 10;

    /** What a stream that is faster than the tokenizer may keep in memory; the rest is estimated by its length. */
    private static final int MOST_UNCOUNTED = 256 << 10;

    private static final int CHARACTERS_PER_TOKEN = 4;

    private static final int MOST_BEFORE_BEGIN = 1 << 20;

    private static final Buffer DONE = Buffer.buffer("data: [DONE]\n\n");

    private final ReadStream<Buffer> body;
    private final ChatStream stream;
    private final Tokenizer tokenizer;
    private final Recording recording;
    private final Function<ChatStreamReply, Future<Void>> whenEnded;
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

    /** @param whenEnded records the end; the last bytes wait for it */
    ChatStreamReply(
            ReadStream<Buffer> body,
            ChatStream stream,
            Tokenizer tokenizer,
            Recording recording,
            Function<ChatStreamReply, Future<Void>> whenEnded) {
        this.body = body;
        this.stream = stream;
        this.tokenizer = tokenizer;
        this.recording = recording;
        this.whenEnded = whenEnded;
    }

    /** Lets the provider's bytes in; completes at the first event, fails if the stream ends before. */
    Future<Void> begin() {
        body.handler(this::received)
                .exceptionHandler(this::broken)
                .endHandler(end -> providerEnded())
                .resume();
        return begun.future();
    }

    /** The first event, if it is an error instead of an answer. */
    @Nullable
    Buffer firstError() {
        return recording.timeToFirstToken() < 0 ? stream.errorBody() : null;
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
        // What may still come is dropped, but must be read for the connection to be used again.
        body.resume();
        Buffer last = stream.isWhole()
                ? DONE
                : OpenAiError.terminalEvents(
                        "The provider's stream broke off before it was complete.", ErrorCode.PROVIDER_FAILED.code());
        whenEnded.apply(this).onComplete(recorded -> {
            emit(last);
            ended = true;
            tellEnd();
        });
    }

    private void emit(Buffer bytes) {
        if (bytes.length() == 0) {
            return;
        }
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
    public ChatStreamReply resume() {
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
    public ChatStreamReply pause() {
        flowing = false;
        if (!over) {
            body.pause();
        }
        return this;
    }

    @Override
    public ChatStreamReply fetch(long amount) {
        return resume();
    }

    @Override
    public ChatStreamReply handler(@Nullable Handler<Buffer> handler) {
        this.handler = handler;
        return this;
    }

    @Override
    public ChatStreamReply endHandler(@Nullable Handler<Void> endHandler) {
        this.endHandler = endHandler;
        return this;
    }

    @Override
    public ChatStreamReply exceptionHandler(@Nullable Handler<Throwable> handler) {
        // A failure of the provider is an event of the stream, not an exception.
        return this;
    }
}
