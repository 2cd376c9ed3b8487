package dev.comporta.usage;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Writes the members of a JSON object, each with a comma in front. Every call writes two rows to the journal, so this
 * is done without a generator, and members that say nothing are left out: null, zero, false.
 *
 * <p>Reused by its thread; not thread-safe.
 */
final class RowWriter {

    private byte[] bytes = new byte[1_024];
    private int length;

    /** A column's name, ready to be written. */
    static byte[] column(String name) {
        return (",\"" + name + "\":").getBytes(StandardCharsets.US_ASCII);
    }

    RowWriter text(byte[] column, @Nullable String value) {
        if (value != null) {
            put(column);
            quoted(value);
        }
        return this;
    }

    RowWriter id(byte[] column, @Nullable UUID value) {
        return value == null ? this : text(column, value.toString());
    }

    RowWriter number(byte[] column, long value) {
        return value == 0 ? this : count(column, value);
    }

    /** Writes a zero too. */
    RowWriter count(byte[] column, long value) {
        put(column);
        ascii(Long.toString(value));
        return this;
    }

    RowWriter number(byte[] column, BigDecimal value) {
        put(column);
        ascii(value.toPlainString());
        return this;
    }

    RowWriter flag(byte[] column, boolean value) {
        if (value) {
            put(column);
            ascii("true");
        }
        return this;
    }

    /** A value that is JSON already. */
    RowWriter json(byte[] column, @Nullable String value) {
        if (value != null) {
            put(column);
            put(value.getBytes(StandardCharsets.UTF_8));
        }
        return this;
    }

    RowWriter object(byte[] column) {
        put(column);
        ascii("{");
        return this;
    }

    RowWriter close() {
        if (bytes[length - 1] == '{') {
            length--;
        }
        ascii("}");
        return this;
    }

    void clear() {
        length = 0;
    }

    /** What has been written, after which the next row begins. */
    byte[] take() {
        byte[] taken = Arrays.copyOf(bytes, length);
        length = 0;
        return taken;
    }

    private void quoted(String value) {
        int start = length;
        ensure(value.length() + 2);
        bytes[length++] = '"';
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c < ' ' || c > '~' || c == '"' || c == '\\') {
                length = start;
                ascii("\"");
                put(JsonStringEncoder.getInstance().quoteAsUTF8(value));
                ascii("\"");
                return;
            }
            bytes[length++] = (byte) c;
        }
        bytes[length++] = '"';
    }

    private void ascii(String value) {
        ensure(value.length());
        for (int i = 0; i < value.length(); i++) {
            bytes[length++] = (byte) value.charAt(i);
        }
    }

    private void put(byte[] value) {
        ensure(value.length);
        System.arraycopy(value, 0, bytes, length, value.length);
        length += value.length;
    }

    private void ensure(int more) {
        if (length + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(length + more, bytes.length * 2));
        }
    }
}
