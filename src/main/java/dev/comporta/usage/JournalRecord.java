package dev.comporta.usage;

import java.util.UUID;

/**
 * One entry of the journal.
 *
 * @param kind {@link #STARTED} or {@link #ENDED}
 * @param id the call
 * @param payload a row of {@code gateway_usage_logs} as JSON. That of a started call is the row that stands if the call
 *     never ends: the process died in the middle of it
 * @param offset where the record begins in its segment
 * @param next where the one after it begins
 */
record JournalRecord(byte kind, UUID id, byte[] payload, int offset, int next) {

    static final byte STARTED = 1;
    static final byte ENDED = 2;
}
