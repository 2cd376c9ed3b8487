package dev.comporta.usage;

import io.netty.util.internal.PlatformDependent;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * One file of the journal, mapped into memory: what is stored survives the process, because the pages belong to the
 * operating system. Its space is allocated when it is created, so that a full disk is noticed then and not later.
 *
 * <p>Layout, big-endian: a header of 64 bytes (magic, sequence number or 0 for a spare, offset up to which the writer
 * is done), then records aligned to 8 bytes: a mark, id, CRC-32C, kind, payload. The mark is the segment's sequence
 * number (32 bits) and the length of the payload, or -1 where the journal goes on in the next segment. It is stored
 * last and at once, so a reader never sees half a record; and because a recycled segment gets a new number, what is
 * left of its former life is not taken for a record.
 *
 * <p>One thread appends, any number read.
 */
final class Segment {

    private static final long MAGIC = 0x436F6D706F72746AL;
    private static final int MAGIC_AT = 0;
    private static final int SEQUENCE_AT = 8;
    private static final int DONE_AT = 16;
    static final int HEADER = 64;

    private static final int ID_AT = 8;
    private static final int CHECKSUM_AT = 24;
    private static final int KIND_AT = 28;
    private static final int PAYLOAD_AT = 29;
    private static final int CONTINUED = -1;
    private static final int NOTHING = -2;
    private static final VarHandle MARK = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private final Path file;
    private final MappedByteBuffer map;
    private int end = HEADER;
    private boolean deleted;

    private Segment(Path file, MappedByteBuffer map) {
        this.file = file;
        this.map = map;
    }

    /** A new spare segment, its space allocated. Blocks for milliseconds. */
    static Segment create(Path file, int size) throws IOException {
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer zeros = ByteBuffer.allocate(1 << 20);
            for (int written = 0; written < size; ) {
                zeros.position(0).limit(Math.min(zeros.capacity(), size - written));
                written += channel.write(zeros);
            }
            Segment segment = new Segment(file, channel.map(FileChannel.MapMode.READ_WRITE, 0, size));
            segment.map.putLong(MAGIC_AT, MAGIC);
            return segment;
        } catch (IOException e) {
            Files.deleteIfExists(file);
            throw e;
        }
    }

    /** A segment that an earlier process left behind, or null if the file is not one. */
    static @Nullable Segment reopen(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            if (channel.size() <= HEADER || channel.size() > Integer.MAX_VALUE) {
                return null;
            }
            Segment segment = new Segment(file, channel.map(FileChannel.MapMode.READ_WRITE, 0, channel.size()));
            return segment.map.getLong(MAGIC_AT) == MAGIC ? segment : null;
        }
    }

    long sequence() {
        return map.getLong(SEQUENCE_AT);
    }

    void activate(long sequence) {
        map.putLong(SEQUENCE_AT, sequence);
    }

    /** Makes this segment a spare again. */
    void recycle() {
        map.putLong(SEQUENCE_AT, 0);
        map.putLong(DONE_AT, 0);
        end = HEADER;
    }

    /** Deletes the file and gives its memory back at once: the collector might not come by for hours. */
    synchronized void delete() throws IOException {
        deleted = true;
        Files.deleteIfExists(file);
        PlatformDependent.freeDirectBuffer(map);
    }

    /** Brings the records to the disk itself. The one thing that another thread may do while the segment is deleted. */
    synchronized void force() {
        if (!deleted) {
            map.force();
        }
    }

    /** How many bytes of records still fit, the mark that ends the segment not counted. */
    int free() {
        return map.capacity() - end - Long.BYTES;
    }

    static int sizeOf(int payload) {
        return PAYLOAD_AT + payload + 7 & ~7;
    }

    /** Appends a record. The caller has seen that it fits. */
    void append(byte kind, UUID id, byte[] payload) {
        int at = end;
        map.putLong(at + ID_AT, id.getMostSignificantBits());
        map.putLong(at + ID_AT + 8, id.getLeastSignificantBits());
        map.putInt(at + CHECKSUM_AT, checksum(kind, id, payload));
        map.put(at + KIND_AT, kind);
        map.put(at + PAYLOAD_AT, payload);
        end = at + sizeOf(payload.length);
        mark(at, payload.length);
    }

    /** Tells readers to go on in the next segment. */
    void seal() {
        mark(end, CONTINUED);
    }

    private void mark(int at, int length) {
        MARK.setRelease(map, at, sequence() << 32 | length & 0xFFFF_FFFFL);
    }

    /** The length in the mark at an offset, or {@link #CONTINUED}, or {@link #NOTHING}. */
    private int marked(int at) {
        if (at > map.capacity() - Long.BYTES) {
            return NOTHING;
        }
        long mark = (long) MARK.getAcquire(map, at);
        return (int) (mark >>> 32) == (int) sequence() ? (int) mark : NOTHING;
    }

    /**
     * The record at an offset.
     *
     * @return null if there is none yet, or none any more because the machine lost power while it was written
     */
    @Nullable
    JournalRecord read(int at) {
        int length = marked(at);
        if (length < 0 || length > map.capacity() - at - PAYLOAD_AT) {
            return null;
        }
        UUID id = new UUID(map.getLong(at + ID_AT), map.getLong(at + ID_AT + 8));
        byte[] payload = new byte[length];
        map.get(at + PAYLOAD_AT, payload);
        byte kind = map.get(at + KIND_AT);
        return checksum(kind, id, payload) == map.getInt(at + CHECKSUM_AT)
                ? new JournalRecord(kind, id, payload, at, at + sizeOf(length))
                : null;
    }

    boolean isSealedAt(int at) {
        return marked(at) == CONTINUED;
    }

    /** The offset up to which everything is in the database. */
    int done() {
        return Math.max(HEADER, (int) map.getLong(DONE_AT));
    }

    void done(int offset) {
        map.putLong(DONE_AT, offset);
    }

    private static int checksum(byte kind, UUID id, byte[] payload) {
        CRC32C checksum = new CRC32C();
        checksum.update(ByteBuffer.allocate(17)
                .putLong(id.getMostSignificantBits())
                .putLong(id.getLeastSignificantBits())
                .put(kind)
                .flip());
        checksum.update(payload);
        return (int) checksum.getValue();
    }
}
