package dev.comporta.usage;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Brings the journal into the database, in order and in batches, on one thread of its own.
 *
 * <p>At its start it also settles the calls that an earlier process began and did not end.
 */
final class UsageWriter implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(UsageWriter.class);
    private static final int SMALL_BATCH = 200;
    private static final long PAUSE_NANOS = 50_000_000;

    private final Journal journal;
    private final StubbornStore store;
    private final Path rejected;
    private final Thread thread = new Thread(this::run, "usage-writer");

    /** Calls that have begun and not ended, by id, with the segment that must be kept for them. */
    private final Map<UUID, Begun> begun = new HashMap<>();

    /** Calls that an earlier process did not end. */
    private final Deque<byte[]> interrupted = new ArrayDeque<>();

    /** How many of those are stored; as long as their segments are kept, reading again settles them again. */
    private int settled;

    /** Sequence number of the first segment that this process wrote itself. */
    private final long firstOwn;

    private Segment segment;
    private int offset;
    private volatile long written;
    private volatile int inherited;
    private volatile boolean closing;
    private final Promise<Void> earlierSettled = Promise.promise();

    /** Rows for one statement: bounded in number and in bytes, because a row may carry much metadata. */
    private static final class Batch {

        private static final int MOST_ROWS = 1_000;
        private static final int MOST_BYTES = 2 << 20;

        private final List<byte[]> rows = new ArrayList<>();
        private int bytes;

        void add(byte[] row) {
            rows.add(row);
            bytes += row.length;
        }

        boolean isFull() {
            return rows.size() >= MOST_ROWS || bytes >= MOST_BYTES;
        }
    }

    private record Begun(Segment segment, int offset) {}

    /** @param rejected the file for rows that the database refuses */
    UsageWriter(Journal journal, StubbornStore.Rows rows, Path rejected) {
        this.journal = journal;
        store = new StubbornStore(rows, rejected);
        this.rejected = rejected;
        List<Segment> segments = journal.segments();
        firstOwn = segments.get(segments.size() - 1).sequence();
        segment = segments.get(0);
        offset = Segment.HEADER;
        inherited = countInherited(segments);
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /**
     * Calls in the journal that are over and not in the database yet; those that an earlier process left unended count.
     */
    long depth() {
        return Math.max(0, inherited + journal.appended() - written);
    }

    /** Completes once all that earlier processes have left is in the database. */
    Future<Void> earlierSettled() {
        return earlierSettled.future();
    }

    boolean isAlive() {
        return thread.isAlive() || thread.getState() == Thread.State.NEW;
    }

    private static int countInherited(List<Segment> segments) {
        int count = 0;
        Set<UUID> unended = new HashSet<>();
        for (Segment old : segments.subList(0, segments.size() - 1)) {
            JournalRecord record;
            for (int at = Segment.HEADER; (record = old.read(at)) != null; at = record.next()) {
                if (record.kind() == JournalRecord.STARTED) {
                    unended.add(record.id());
                } else {
                    unended.remove(record.id());
                    count += at >= old.done() ? 1 : 0;
                }
            }
        }
        return count + unended.size();
    }

    private void run() {
        while (!store.isStopped()) {
            int size = 0;
            try {
                size = writeBatch();
            } catch (RuntimeException | OutOfMemoryError e) {
                // Nobody else writes usage, so this thread must not end.
                LOG.error("Usage could not be written; trying again", e);
                readAgain();
            }
            if (size == 0 && closing) {
                return;
            }
            if (size < SMALL_BATCH && !closing) {
                // Lets the next batch grow: many rows cost the database little more than one.
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
    }

    /** Goes back to the beginning: what is done is marked, and what is sent twice is taken once. */
    private void readAgain() {
        segment = journal.segments().get(0);
        offset = Segment.HEADER;
        begun.clear();
        interrupted.clear();
        if (segment.sequence() < firstOwn) {
            written -= settled;
        }
        settled = 0;
    }

    /** Reads what the journal has, up to a batch, stores it, and marks it as done. Returns how many rows that were. */
    private int writeBatch() {
        Batch batch = new Batch();
        while (!batch.isFull() && !interrupted.isEmpty()) {
            batch.add(interrupted.remove());
        }
        int settling = batch.rows.size();
        List<Segment> finished = new ArrayList<>();
        while (!batch.isFull()) {
            JournalRecord record = segment.read(offset);
            if (record != null) {
                take(record, batch);
                offset = record.next();
            } else if (!moveOn(finished)) {
                break;
            }
        }
        if (!batch.rows.isEmpty()) {
            store.store(batch.rows);
        }
        if (store.isStopped()) {
            return 0;
        }
        written += batch.rows.size();
        settled += settling;
        finished.forEach(done -> done.done(Integer.MAX_VALUE));
        segment.done(offset);
        releaseSegments();
        if (segment.sequence() >= firstOwn && interrupted.isEmpty()) {
            earlierSettled.tryComplete();
        }
        return batch.rows.size();
    }

    private void take(JournalRecord record, Batch batch) {
        boolean done = record.offset() < segment.done();
        switch (record.kind()) {
            case JournalRecord.STARTED -> begun.put(record.id(), new Begun(segment, record.offset()));
            case JournalRecord.ENDED -> {
                Begun start = begun.remove(record.id());
                if (!done) {
                    ended(start, record, batch);
                }
            }
            default -> {
                if (!done) {
                    batch.add(record.payload());
                }
            }
        }
    }

    private void ended(@Nullable Begun start, JournalRecord end, Batch batch) {
        JournalRecord started = start == null ? null : start.segment.read(start.offset);
        if (started != null) {
            batch.add(UsageRow.join(started.head(), end.payload()));
        } else {
            // Only a machine that lost power leaves an end without its start.
            LOG.errorf("The journal has lost who made the call %s; what is left is in %s", end.id(), rejected);
            written++;
            store.keepRejected(
                    UsageRow.join(("{\"id\":\"" + end.id() + '"').getBytes(StandardCharsets.UTF_8), end.payload()));
        }
    }

    /** Goes to the next segment if this one is finished. */
    private boolean moveOn(List<Segment> finished) {
        Segment next = journal.after(segment);
        boolean inherits = segment.sequence() < firstOwn;
        if (next == null || !inherits && !segment.isSealedAt(offset)) {
            return false;
        }
        finished.add(segment);
        segment = next;
        offset = Segment.HEADER;
        if (segment.sequence() == firstOwn) {
            settleInterrupted();
        }
        return true;
    }

    /** All that the earlier process wrote has been read: what it began and did not end will not end any more. */
    private void settleInterrupted() {
        begun.forEach((id, call) -> {
            JournalRecord record = call.segment.read(call.offset);
            if (record != null) {
                interrupted.add(record.fallbackRow());
            }
        });
        if (!interrupted.isEmpty()) {
            LOG.warnf(
                    "%d calls were interrupted by the end of the last process; they are recorded as estimated",
                    interrupted.size());
        }
        begun.clear();
    }

    private void releaseSegments() {
        if (!interrupted.isEmpty()) {
            return;
        }
        for (Segment candidate : journal.segments()) {
            if (candidate == segment || begun.values().stream().anyMatch(call -> call.segment == candidate)) {
                return;
            }
            journal.release(candidate);
        }
    }

    /** Writes what is left, then stops; gives up after ten seconds, in which case the journal keeps the rest. */
    @Override
    public void close() {
        closing = true;
        LockSupport.unpark(thread);
        try {
            thread.join(10_000);
            store.stop();
            LockSupport.unpark(thread);
            thread.join(1_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
