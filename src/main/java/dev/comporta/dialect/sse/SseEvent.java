package dev.comporta.dialect.sse;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * One event of a stream, as the bytes in which it came: lines from {@code from} to {@code to}, the closing blank line
 * included (it may be missing on the last event of a stream).
 *
 * @param bytes the chunk that holds the event; shared, so not to be changed or kept
 * @see <a href="https://html.spec.whatwg.org/multipage/server-sent-events.html">Server-sent events</a>
 */
public record SseEvent(byte[] bytes, int from, int to) {

    private static final byte[] DATA = "data".getBytes(StandardCharsets.US_ASCII);

    public int length() {
        return to - from;
    }

    /**
     * The event's data: the value of its {@code data} lines, joined by LF; empty if it has none (a comment, or other
     * fields only).
     */
    public byte[] data() {
        byte[] data = null;
        int line = from;
        while (line < to) {
            int end = line;
            while (end < to && bytes[end] != '\n' && bytes[end] != '\r') {
                end++;
            }
            if (isData(line, end)) {
                int value = Math.min(line + DATA.length + 1, end);
                if (value < end && bytes[value] == ' ') {
                    value++;
                }
                data = data == null ? Arrays.copyOfRange(bytes, value, end) : join(data, value, end);
            }
            line = end + 1;
        }
        return data == null ? new byte[0] : data;
    }

    private boolean isData(int line, int end) {
        int name = line + DATA.length;
        return name <= end
                && Arrays.equals(bytes, line, name, DATA, 0, DATA.length)
                && (name == end || bytes[name] == ':');
    }

    private byte[] join(byte[] before, int value, int end) {
        byte[] joined = Arrays.copyOf(before, before.length + 1 + end - value);
        joined[before.length] = '\n';
        System.arraycopy(bytes, value, joined, before.length + 1, end - value);
        return joined;
    }
}
