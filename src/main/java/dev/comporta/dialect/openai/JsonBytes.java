package dev.comporta.dialect.openai;

import com.fasterxml.jackson.databind.JsonNode;
import dev.comporta.dialect.Json;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * JSON on its way out, byte by byte: what is always the same is copied, only what a model wrote is looked at. Writes
 * half a surrogate pair as an escape, because models cut their text anywhere, and the other half is in the next event.
 *
 * <p>One object for one answer; not thread-safe.
 */
final class JsonBytes {

    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    private static final int FIRST_SIZE = 512;
    /** What one character takes at most, as an escape. */
    private static final int LONGEST_ESCAPE = 6;
    /** A stream may be idle for minutes, and thousands of them at once. */
    private static final int MOST_KEPT = 4 << 10;

    private byte[] bytes = new byte[FIRST_SIZE];
    private int length;

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    JsonBytes raw(byte[] part) {
        room(part.length);
        System.arraycopy(part, 0, bytes, length, part.length);
        length += part.length;
        return this;
    }

    JsonBytes raw(String ascii) {
        return raw(ascii(ascii));
    }

    JsonBytes number(long number) {
        if (number >= 0 && number < 10) {
            room(1);
            bytes[length++] = (byte) ('0' + number);
            return this;
        }
        return raw(Long.toString(number));
    }

    JsonBytes tree(JsonNode tree) {
        return raw(Json.bytes(tree));
    }

    /** A string, quotes included. */
    JsonBytes quoted(CharSequence text) {
        int end = text.length();
        // Most text is ASCII.
        room(end + 2);
        bytes[length++] = '"';
        for (int i = 0; i < end; i++) {
            char c = text.charAt(i);
            if (c < 0x80) {
                if (c >= ' ' && c != '"' && c != '\\') {
                    room(1);
                    bytes[length++] = (byte) c;
                } else {
                    escaped(c);
                }
            } else if (c < 0x800) {
                room(2);
                bytes[length++] = (byte) (0xC0 | c >> 6);
                continued(c);
            } else if (!Character.isSurrogate(c)) {
                room(3);
                bytes[length++] = (byte) (0xE0 | c >> 12);
                continued(c >> 6);
                continued(c);
            } else if (Character.isHighSurrogate(c) && i + 1 < end && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
                int point = Character.toCodePoint(c, text.charAt(i));
                room(4);
                bytes[length++] = (byte) (0xF0 | point >> 18);
                continued(point >> 12);
                continued(point >> 6);
                continued(point);
            } else {
                escaped(c);
            }
        }
        room(1);
        bytes[length++] = '"';
        return this;
    }

    private void continued(int bits) {
        bytes[length++] = (byte) (0x80 | bits & 0x3F);
    }

    private void escaped(char c) {
        room(LONGEST_ESCAPE);
        bytes[length++] = '\\';
        switch (c) {
            case '"', '\\' -> bytes[length++] = (byte) c;
            case '\n' -> bytes[length++] = 'n';
            case '\r' -> bytes[length++] = 'r';
            case '\t' -> bytes[length++] = 't';
            default -> {
                bytes[length++] = 'u';
                for (int shift = 12; shift >= 0; shift -= 4) {
                    bytes[length++] = HEX[c >> shift & 0xF];
                }
            }
        }
    }

    private void room(int more) {
        if (length + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(length + more, bytes.length * 2));
        }
    }

    /** All that has been written since the last call, as an array of its own. */
    byte[] takeBytes() {
        byte[] taken = Arrays.copyOf(bytes, length);
        clear();
        return taken;
    }

    /** All that has been written since the last call. */
    Buffer take() {
        Buffer taken = Buffer.buffer(length).appendBytes(bytes, 0, length);
        clear();
        return taken;
    }

    private void clear() {
        length = 0;
        if (bytes.length > MOST_KEPT) {
            bytes = new byte[FIRST_SIZE];
        }
    }
}
