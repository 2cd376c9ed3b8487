package dev.comporta.dialect;

import dev.comporta.core.TokenUsage;
import dev.comporta.dialect.sse.SseEvent;
import dev.comporta.dialect.sse.SseSplitter;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A stream on its way to a caller of the same dialect. Events pass as the bytes they came in, and are only looked at;
 * what tells the caller that the stream is over may be held until it is closed. A dialect says what to make of an
 * event's data.
 *
 * <p>One object for one stream; not thread-safe.
 */
public abstract class PassedStream implements AnswerStream {

    private static final int MAX_EVENT_BYTES = 16 << 20;
    private static final Buffer EMPTY = Buffer.buffer(0);
    private static final String BLANK_LINE = "\n\n";

    /** What was generated and not taken yet. */
    protected final StringBuilder text = new StringBuilder();

    private final @Nullable String secret;
    private final byte[] lastWord;
    private final SseSplitter splitter = new SseSplitter(MAX_EVENT_BYTES);

    /** What goes to the caller; only while bytes are taken in. */
    private Buffer out = EMPTY;
    /** What goes to the caller once usage is recorded. */
    private final Buffer held = Buffer.buffer(0);

    private boolean begun;
    private boolean ending;
    private boolean done;

    /** @param secret what an error must not repeat, or null */
    protected PassedStream(@Nullable String secret) {
        this(secret, "");
    }

    /**
     * @param secret what an error must not repeat, or null
     * @param lastWord the data that say nothing but that the stream is over, and do not pass; empty if there are none
     */
    protected PassedStream(@Nullable String secret, String lastWord) {
        this.secret = secret;
        this.lastWord = lastWord.getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * Looks at an event, and lets it pass, holds it, or keeps it from the caller.
     *
     * @param data of the event; never empty
     * @throws IOException if they are not what the dialect says; the event then passes, unless it was cut off
     */
    protected abstract void read(SseEvent event, byte[] data) throws IOException;

    @Override
    public final Buffer feed(Buffer chunk) {
        out = Buffer.buffer(chunk.length() + 2);
        splitter.feed(chunk, this::event);
        return take();
    }

    @Override
    public final Buffer end() {
        out = Buffer.buffer();
        int before = held.length();
        ending = true;
        splitter.end(this::event);
        if (held.length() > before) {
            held.appendString(BLANK_LINE);
        }
        Buffer last = take();
        return last.length() == 0 ? last : last.appendString(BLANK_LINE);
    }

    private Buffer take() {
        Buffer taken = out;
        out = EMPTY;
        return taken;
    }

    private void event(SseEvent event) {
        if (done) {
            return;
        }
        byte[] data = event.data();
        if (data.length == 0) {
            pass(event);
        } else if (Arrays.equals(data, lastWord)) {
            done = true;
        } else {
            begun = true;
            try {
                read(event, data);
            } catch (IOException e) {
                // Not ours to judge, unless it was cut off: the caller's SDK sees what the provider sent.
                if (!ending) {
                    pass(event);
                }
            }
        }
    }

    /** The event goes to the caller: now, or behind what is held. */
    protected final void pass(SseEvent event) {
        append(held.length() > 0 ? held : out, event);
    }

    /** The event goes to the caller when the stream is closed, and so does what comes after it. */
    protected final void hold(SseEvent event) {
        append(held, event);
    }

    /** Other data go to the caller in an event's place. */
    protected final void replace(byte[] data) {
        (held.length() > 0 ? held : out)
                .appendString("data: ")
                .appendBytes(data)
                .appendString(BLANK_LINE);
    }

    private static void append(Buffer to, SseEvent event) {
        to.appendBytes(event.bytes(), event.from(), event.length());
        if (endsWithHalfALineEnding(event)) {
            // The other half is still on its way and will not be seen as part of any event.
            to.appendByte((byte) '\n');
        }
    }

    /** Whether lines end with CRLF, but the event was complete at the CR because the bytes were cut behind it. */
    private static boolean endsWithHalfALineEnding(SseEvent event) {
        byte[] bytes = event.bytes();
        int last = event.to() - 1;
        return last > event.from() && bytes[last] == '\r' && bytes[last - 1] == '\n';
    }

    /** Nothing more comes; what comes all the same is ignored. */
    protected final void finish() {
        done = true;
    }

    /** Whether the bytes have ended: what is not JSON now was cut off in the middle, and nothing in it counts. */
    protected final boolean isEnding() {
        return ending;
    }

    /** Whether a caller who saw this would see the secret. */
    protected final boolean repeatsSecret(byte[] data) {
        return secret != null && new String(data, StandardCharsets.UTF_8).contains(secret);
    }

    /** Whether a caller who saw this would see the secret. */
    protected final boolean repeatsSecret(String words) {
        return secret != null && words.contains(secret);
    }

    @Override
    public final boolean isDone() {
        return done;
    }

    @Override
    public final boolean hasBegun() {
        return begun;
    }

    @Override
    public final String takeText() {
        String taken = text.toString();
        text.setLength(0);
        return taken;
    }

    @Override
    public final int textLength() {
        return text.length();
    }

    /** What was held, if anything was. */
    @Override
    public Buffer close(TokenUsage usage) {
        return held;
    }
}
