package dev.comporta.usage;

import io.vertx.pgclient.PgException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.jboss.logging.Logger;

/**
 * Stores rows, however long it takes: while the database is away it tries again, and a row that the database refuses
 * for good goes to a file, never nowhere.
 *
 * <p>Used by the writer's thread; {@link #stop()} may come from another one.
 */
final class StubbornStore {

    /** Stores a JSON array of rows; blocks. */
    interface Rows {
        void insert(String jsonArray) throws ExecutionException, InterruptedException, TimeoutException;
    }

    private static final Logger LOG = Logger.getLogger(StubbornStore.class);
    private static final long FIRST_BACKOFF_NANOS = 50_000_000;
    private static final long MAX_BACKOFF_NANOS = 5_000_000_000L;

    private final Rows rows;
    private final Path rejected;
    private volatile boolean stopped;

    /** @param rejected the file for rows that the database refuses */
    StubbornStore(Rows rows, Path rejected) {
        this.rows = rows;
        this.rejected = rejected;
    }

    /** Gives up what is under way; the journal still has it. */
    void stop() {
        stopped = true;
    }

    boolean isStopped() {
        return stopped;
    }

    /** Stores a batch; returns when every row of it is in the database or in the file, or when it was told to stop. */
    void store(List<byte[]> batch) {
        long backoff = FIRST_BACKOFF_NANOS;
        boolean told = false;
        while (true) {
            try {
                rows.insert(jsonArray(batch));
                if (told) {
                    LOG.info("The database takes usage again");
                }
                return;
            } catch (ExecutionException | TimeoutException | RuntimeException e) {
                // Whatever went wrong, this thread must go on: nobody else writes usage.
                if (e.getCause() instanceof PgException refusal && isAboutTheData(refusal)) {
                    insertApart(batch, refusal);
                    return;
                }
                if (!told) {
                    LOG.warnf(
                            "Usage waits in the journal, the database does not take it: %s",
                            e.getCause() == null ? e.getMessage() : e.getCause().getMessage());
                    told = true;
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                stopped = true;
            }
            if (stopped) {
                return;
            }
            LockSupport.parkNanos(backoff);
            backoff = Math.min(backoff * 2, MAX_BACKOFF_NANOS);
        }
    }

    /** Halves a batch that the database refuses until the row that is to blame stands alone. */
    private void insertApart(List<byte[]> batch, PgException refusal) {
        if (batch.size() > 1) {
            store(batch.subList(0, batch.size() / 2));
            store(batch.subList(batch.size() / 2, batch.size()));
            return;
        }
        LOG.errorf("The database refuses a usage row (%s); it is kept in %s", refusal.getSqlState(), rejected);
        keepRejected(batch.get(0));
    }

    /** Keeps a row that will never be in the database. */
    void keepRejected(byte[] row) {
        try {
            Files.write(rejected, row, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            Files.writeString(rejected, "\n", StandardOpenOption.APPEND);
        } catch (IOException e) {
            LOG.errorf("A usage row could not be kept (%s): %s", e.getMessage(), text(row));
        }
    }

    /** SQL states 22 (data exception) and 23 (integrity constraint): the same row would be refused again. */
    private static boolean isAboutTheData(PgException refusal) {
        String state = refusal.getSqlState();
        return state != null && (state.startsWith("22") || state.startsWith("23"));
    }

    private static String jsonArray(List<byte[]> batch) {
        int length = batch.stream().mapToInt(row -> row.length + 1).sum() + 1;
        byte[] json = new byte[length];
        int at = 0;
        byte separator = '[';
        for (byte[] row : batch) {
            json[at++] = separator;
            System.arraycopy(row, 0, json, at, row.length);
            at += row.length;
            separator = ',';
        }
        json[at] = ']';
        return text(json);
    }

    private static String text(byte[] utf8) {
        return new String(utf8, StandardCharsets.UTF_8);
    }
}
