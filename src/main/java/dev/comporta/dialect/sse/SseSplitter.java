package dev.comporta.dialect.sse;

import io.vertx.core.buffer.Buffer;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Finds the events in a stream of bytes, wherever the chunks are cut: within a character, a line ending or the byte
 * order mark. Lines end with LF, CR or CRLF; a blank line ends an event. Work is linear in what comes in, and no more
 * than one unfinished event is kept.
 *
 * <p>One object for one stream; not thread-safe.
 *
 * @see <a href="https://html.spec.whatwg.org/multipage/server-sent-events.html">Server-sent events</a>
 */
public final class SseSplitter {

    private static final byte[] BOM = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};
    private static final byte[] NOTHING = {};
    private static final int MOST_KEPT = 4 << 10;

    private final int maxEventBytes;

    /** From 0 to {@link #length}: the bytes of the event that is not finished yet. */
    private byte[] bytes = NOTHING;

    private int length;
    /** How much of them has been looked at. */
    private int scanned;
    /** Where the line that is being looked at begins. */
    private int lineStart;

    private boolean started;
    private boolean endedWithCarriageReturn;

    /** @param maxEventBytes an unfinished event longer than this is refused */
    public SseSplitter(int maxEventBytes) {
        this.maxEventBytes = maxEventBytes;
    }

    /**
     * Takes the next chunk and hands out the events that it completes, in order. An event's bytes are valid only until
     * the consumer returns.
     *
     * @throws IllegalStateException if an event is too long
     */
    public void feed(Buffer chunk, Consumer<SseEvent> events) {
        append(chunk);
        int eventStart = 0;
        if (!started) {
            if (length < BOM.length && Arrays.equals(bytes, 0, length, BOM, 0, length)) {
                return;
            }
            started = true;
            eventStart = startsWithBom() ? BOM.length : 0;
            scanned = eventStart;
            lineStart = eventStart;
        }
        for (int at = scanned; at < length; at++) {
            byte b = bytes[at];
            if (b != '\n' && b != '\r') {
                continue;
            }
            if (b == '\n' && (at == 0 ? endedWithCarriageReturn : bytes[at - 1] == '\r')) {
                // The second half of a CRLF whose CR has already ended the line.
                if (eventStart == at) {
                    eventStart = at + 1;
                }
                lineStart = at + 1;
                continue;
            }
            boolean blank = at == lineStart;
            if (b == '\r' && at + 1 < length && bytes[at + 1] == '\n') {
                at++;
            }
            if (blank) {
                if (lineStart > eventStart) {
                    events.accept(new SseEvent(bytes, eventStart, at + 1));
                }
                eventStart = at + 1;
            }
            lineStart = at + 1;
        }
        endedWithCarriageReturn = length > 0 && bytes[length - 1] == '\r';
        keepFrom(eventStart);
    }

    /** The stream has ended: hands out the last event if its blank line is missing. */
    public void end(Consumer<SseEvent> events) {
        if (length > 0) {
            events.accept(new SseEvent(bytes, 0, length));
            length = 0;
        }
    }

    private void append(Buffer chunk) {
        int total = length + chunk.length();
        if (total > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(total, bytes.length * 2));
        }
        chunk.getBytes(0, chunk.length(), bytes, length);
        length = total;
    }

    private void keepFrom(int eventStart) {
        length -= eventStart;
        lineStart -= eventStart;
        scanned = length;
        if (length > maxEventBytes) {
            throw new IllegalStateException("an event is longer than " + maxEventBytes + " bytes");
        }
        if (length == 0 && bytes.length > MOST_KEPT) {
            // A stream may be idle for minutes, and thousands of them at once.
            bytes = NOTHING;
        } else if (eventStart > 0) {
            System.arraycopy(bytes, eventStart, bytes, 0, length);
        }
    }

    private boolean startsWithBom() {
        return length >= BOM.length && Arrays.equals(bytes, 0, BOM.length, BOM, 0, BOM.length);
    }
}
