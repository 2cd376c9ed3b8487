package dev.comporta.usage;

import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.store.StartupFailure;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The log of what calls used, on local disk: appended to by calls, read by {@link UsageWriter}. An append is a copy
 * into mapped memory, well under a microsecond, and survives the death of the process from the moment it returns.
 *
 * <p>Thread-safe. Segments are recycled rather than deleted, so that steady load allocates nothing.
 */
final class Journal implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(Journal.class);
    /** Segments that stand ready: fewer than the first, one is made; more than the second are not kept. */
    private static final int FEWEST_SPARES = 2;

    private static final int MOST_SPARES = 4;

    private final Path directory;
    private final int segmentSize;
    private final int maxSegments;
    private final boolean syncEach;
    private final long syncIntervalNanos;

    /** Oldest first; the last one is appended to. */
    private final List<Segment> segments = new ArrayList<>();

    private final Deque<Segment> spares = new ArrayDeque<>();
    private final AtomicLong appended = new AtomicLong();
    private final Thread keeper = new Thread(this::keep, "journal-keeper");

    private @Nullable Promise<Void> synced;
    private long nextFile;
    /** Sequence number of the first segment that may hold records that are not on the disk itself; the keeper's own. */
    private long firstUnforced;

    private volatile boolean closed;

    private Journal(Path directory, int segmentSize, long maxSize, boolean syncEach, Duration syncInterval) {
        this.directory = directory;
        this.segmentSize = segmentSize;
        this.maxSegments = (int) Math.max(4, maxSize / segmentSize);
        this.syncEach = syncEach;
        this.syncIntervalNanos = syncInterval.toNanos();
    }

    /**
     * Opens the journal in a directory, with what an earlier process left in it.
     *
     * @throws StartupFailure if the directory cannot be used
     */
    static Journal open(Path directory, int segmentSize, long maxSize, boolean syncEach, Duration syncInterval) {
        Journal journal = new Journal(directory, segmentSize, maxSize, syncEach, syncInterval);
        try {
            journal.load();
        } catch (IOException e) {
            throw new StartupFailure(
                    "The usage journal in %s cannot be used (%s): free disk space or set GATEWAY_DATA_DIR to another directory."
                            .formatted(directory, e.getMessage()),
                    e);
        }
        journal.keeper.setDaemon(true);
        journal.keeper.start();
        return journal;
    }

    /**
     * Notes that a call goes to a provider. Refused when the disk is nearly full, so that the ends of the calls that
     * are under way still fit.
     *
     * @param fallbackTail completes the row that stands if the process dies before the call ends
     * @throws GatewayError {@link ErrorCode#ACCOUNTING_UNAVAILABLE}
     */
    Future<Void> started(UUID id, byte[] head, byte[] fallbackTail) {
        return append(JournalRecord.STARTED, id, JournalRecord.startedPayload(head, fallbackTail), segmentSize / 4);
    }

    /**
     * Notes what came of a call that was started. When the future completes the note is as safe as the configuration
     * wants it.
     *
     * @throws GatewayError {@link ErrorCode#ACCOUNTING_UNAVAILABLE} if no space is left at all
     */
    Future<Void> ended(UUID id, byte[] tail) {
        return counted(append(JournalRecord.ENDED, id, tail, 0));
    }

    /** Notes a call that was refused before it went anywhere; otherwise as {@link #started}. */
    Future<Void> refused(UUID id, byte[] row) {
        return counted(append(JournalRecord.REFUSED, id, row, segmentSize / 4));
    }

    private Future<Void> counted(Future<Void> safe) {
        appended.incrementAndGet();
        return safe;
    }

    /** Ended calls appended since this process started, those found at the start not counted. */
    long appended() {
        return appended.get();
    }

    private Future<Void> append(byte kind, UUID id, byte[] payload, int reserve) {
        int size = Segment.sizeOf(payload.length);
        synchronized (this) {
            Segment current = segments.get(segments.size() - 1);
            if (spares.isEmpty() && current.free() < size + reserve) {
                throw new GatewayError(
                        ErrorCode.ACCOUNTING_UNAVAILABLE,
                        "The gateway cannot record usage right now because its journal is full; try again later.");
            }
            if (current.free() < size) {
                current.seal();
                current = activate(spares.remove());
                LockSupport.unpark(keeper);
            }
            current.append(kind, id, payload);
            if (!syncEach) {
                return Future.succeededFuture();
            }
            if (synced == null) {
                synced = Promise.promise();
                LockSupport.unpark(keeper);
            }
            return synced.future();
        }
    }

    private Segment activate(Segment segment) {
        long last = segments.isEmpty() ? 0 : segments.get(segments.size() - 1).sequence();
        segment.activate(last + 1);
        segments.add(segment);
        return segment;
    }

    /** The segments, oldest first. */
    synchronized List<Segment> segments() {
        return List.copyOf(segments);
    }

    /** The segment after this one, or null. */
    synchronized @Nullable Segment after(Segment segment) {
        int next = segments.indexOf(segment) + 1;
        return next < segments.size() ? segments.get(next) : null;
    }

    /** Gives back a segment whose calls are all in the database; never the one that is appended to. */
    void release(Segment segment) {
        synchronized (this) {
            segments.remove(segment);
        }
        segment.recycle();
        synchronized (this) {
            if (spares.size() < MOST_SPARES) {
                spares.add(segment);
                return;
            }
        }
        try {
            segment.delete();
        } catch (IOException e) {
            LOG.warnf("A used journal segment could not be deleted: %s", e.getMessage());
        }
    }

    /** Prepares spares and flushes, on its own thread. */
    private void keep() {
        while (!closed) {
            LockSupport.parkNanos(syncIntervalNanos);
            try {
                prepareSpares();
                sync();
            } catch (RuntimeException e) {
                LOG.error("The usage journal could not be kept; trying again", e);
            }
        }
    }

    private void prepareSpares() {
        try {
            while (wantsSpare()) {
                Segment spare = Segment.create(newFile(), segmentSize);
                synchronized (this) {
                    spares.add(spare);
                }
            }
        } catch (IOException e) {
            LOG.errorf("The usage journal cannot grow, so new calls may be refused: %s", e.getMessage());
        }
    }

    private synchronized boolean wantsSpare() {
        return spares.size() < FEWEST_SPARES && segments.size() + spares.size() < maxSegments;
    }

    private void sync() {
        Promise<Void> waiting;
        List<Segment> dirty;
        long newest;
        synchronized (this) {
            waiting = synced;
            synced = null;
            dirty = segments.stream()
                    .filter(segment -> segment.sequence() >= firstUnforced)
                    .toList();
            // Read here: once it is released its memory may be gone, and reading it then ends the process.
            newest = segments.get(segments.size() - 1).sequence();
        }
        try {
            dirty.forEach(Segment::force);
            // The newest one goes on growing.
            firstUnforced = newest;
        } catch (RuntimeException e) {
            LOG.errorf("The usage journal could not be flushed: %s", e.getMessage());
            if (waiting != null) {
                waiting.tryFail(e);
            }
        }
        if (waiting != null) {
            waiting.tryComplete();
        }
    }

    private void load() throws IOException {
        Files.createDirectories(directory);
        List<Path> files;
        try (Stream<Path> found = Files.list(directory)) {
            files = found.filter(file -> file.getFileName().toString().endsWith(".segment"))
                    .toList();
        }
        for (Path file : files) {
            nextFile = Math.max(nextFile, numberOf(file) + 1);
            Segment segment = Segment.reopen(file);
            if (segment == null || segment.sequence() == 0) {
                // Not finished, or a spare whose zeros cannot be trusted.
                Files.delete(file);
            } else {
                segments.add(segment);
            }
        }
        segments.sort(Comparator.comparingLong(Segment::sequence));
        activate(Segment.create(newFile(), segmentSize));
        spares.add(Segment.create(newFile(), segmentSize));
    }

    private synchronized Path newFile() {
        return directory.resolve("%012d.segment".formatted(nextFile++));
    }

    private static long numberOf(Path file) {
        String name = file.getFileName().toString();
        try {
            return Long.parseLong(name.substring(0, name.indexOf('.')));
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(keeper);
        try {
            keeper.join(5_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        sync();
    }
}
