package dev.comporta.usage;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.UUID;

/**
 * One entry of the journal. A call that goes to a provider has two: it has started, with its row as it stands if the
 * process dies in the middle, and it has ended, with what is known only then. A call that went nowhere has one.
 *
 * @param kind {@link #STARTED}, {@link #ENDED} or {@link #REFUSED}
 * @param id the call
 * @param payload depends on the kind
 * @param offset where the record begins in its segment
 * @param next where the one after it begins
 */
record JournalRecord(byte kind, UUID id, byte[] payload, int offset, int next) {

    /** The payload is the length of a row's head, the head, and the tail that stands if the call never ends. */
    static final byte STARTED = 1;
    /** The payload is the tail of the row whose head the start has. */
    static final byte ENDED = 2;
    /** The payload is a whole row. */
    static final byte REFUSED = 3;

    private static final int LENGTH = Integer.BYTES;

    static byte[] startedPayload(byte[] head, byte[] fallbackTail) {
        return ByteBuffer.allocate(LENGTH + head.length + fallbackTail.length)
                .putInt(head.length)
                .put(head)
                .put(fallbackTail)
                .array();
    }

    /** Of a started call: the head of its row. */
    byte[] head() {
        return Arrays.copyOfRange(payload, LENGTH, LENGTH + headLength());
    }

    /** Of a started call: the row that stands if it never ends. */
    byte[] fallbackRow() {
        return UsageRow.join(head(), Arrays.copyOfRange(payload, LENGTH + headLength(), payload.length));
    }

    private int headLength() {
        return ByteBuffer.wrap(payload).getInt();
    }
}
