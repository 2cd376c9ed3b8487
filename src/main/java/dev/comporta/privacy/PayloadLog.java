package dev.comporta.privacy;

import dev.comporta.core.Attribution;
import dev.comporta.core.Call;
import dev.comporta.core.Caller;
import dev.comporta.core.Reply;
import dev.comporta.store.Database;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.Startup;
import io.vertx.core.Future;
import io.vertx.pgclient.PgException;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jboss.logging.Logger;

/**
 * Keeps requests and answers of clients that want it, redacted, in {@code gateway_payloads}. Best effort, unlike usage:
 * what does not fit into the memory set aside for it, or waits when the process dies, is lost, and calls never wait.
 *
 * <p>Thread-safe. Redacts and writes on one thread of its own; nothing touches a disk of the gateway in clear.
 */
@ApplicationScoped
@Startup
public class PayloadLog {

    private static final Logger LOG = Logger.getLogger(PayloadLog.class);
    private static final long MOST_WAITING = 64 << 20;
    private static final int BATCH = 64;
    private static final int INSERT_SECONDS = 30;
    private static final int AGAIN_MILLIS = 1000;
    /** How soon the end of the gateway is noticed. */
    private static final int LOOK_MILLIS = 200;

    private final Database database;
    private final int most;
    private final Counter dropped;
    private final BlockingQueue<PayloadTap> waiting = new LinkedBlockingQueue<>();
    private final AtomicLong reserved = new AtomicLong();
    private final Thread thread = new Thread(this::run, "payload-log");
    private volatile boolean closing;

    PayloadLog(Database database, PrivacyConfig config, MeterRegistry metrics) {
        this.database = database;
        most = (int) Math.min(config.maxPayload().asLongValue(), MOST_WAITING / 4);
        dropped = Counter.builder("comporta.payloads.dropped")
                .description("Payloads that should have been kept and were not")
                .register(metrics);
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * Keeps what a call says and is answered.
     *
     * @param request the caller's bytes
     * @return the same reply, a copy of which is taken as the caller gets it
     */
    public Future<Reply> keep(Call call, Caller caller, Attribution attribution, byte[] request, Future<Reply> reply) {
        if (!reserve(request.length)) {
            dropped.increment();
            return reply;
        }
        PayloadTap tap = new PayloadTap(this, call, caller, attribution, request);
        call.gone().onComplete(gone -> tap.ended());
        return reply.map(tap::answered).onFailure(refused -> tap.ended());
    }

    /** Sets memory aside; whether there was enough. */
    boolean reserve(long bytes) {
        if (reserved.addAndGet(bytes) > MOST_WAITING) {
            release(bytes);
            return false;
        }
        return true;
    }

    void release(long bytes) {
        reserved.addAndGet(-bytes);
    }

    void offer(PayloadTap tap) {
        waiting.add(tap);
    }

    private void run() {
        List<PayloadTap> batch = new ArrayList<>();
        while (!closing || !waiting.isEmpty()) {
            try {
                PayloadTap first = waiting.poll(LOOK_MILLIS, TimeUnit.MILLISECONDS);
                if (first == null) {
                    continue;
                }
                batch.add(first);
                waiting.drainTo(batch, BATCH - 1);
                store(rows(batch));
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException | OutOfMemoryError e) {
                dropped.increment(batch.size());
                LOG.error("Payloads could not be kept", e);
            } finally {
                batch.forEach(tap -> release(tap.reserved()));
                batch.clear();
            }
        }
    }

    private List<PayloadRow> rows(List<PayloadTap> batch) {
        List<PayloadRow> rows = new ArrayList<>(batch.size());
        for (PayloadTap tap : batch) {
            try {
                rows.add(tap.row(most));
            } catch (RuntimeException e) {
                // Its message may say what must not be logged.
                LOG.errorf(
                        "A payload could not be redacted (%s), and is not kept",
                        e.getClass().getName());
                dropped.increment();
            }
        }
        return rows;
    }

    /** Waits for the database as long as the gateway runs; a row that it refuses is dropped alone. */
    private void store(List<PayloadRow> rows) throws InterruptedException {
        while (!rows.isEmpty()) {
            try {
                insert(rows);
                return;
            } catch (ExecutionException e) {
                if (e.getCause() instanceof PgException refused && isAboutData(refused)) {
                    if (rows.size() == 1) {
                        LOG.errorf("The database refused a payload: %s", refused.getSqlState());
                        dropped.increment();
                        return;
                    }
                    for (PayloadRow row : rows) {
                        store(List.of(row));
                    }
                    return;
                }
                LOG.debugf("Payloads wait for the database: %s", e.getCause().getMessage());
            } catch (TimeoutException | IllegalStateException e) {
                LOG.debugf("Payloads wait for the database: %s", e.getMessage());
            }
            if (closing) {
                dropped.increment(rows.size());
                return;
            }
            Thread.sleep(AGAIN_MILLIS);
        }
    }

    private static boolean isAboutData(PgException refused) {
        String state = String.valueOf(refused.getSqlState());
        return state.startsWith("22") || state.startsWith("23") || state.startsWith("54");
    }

    private void insert(List<PayloadRow> rows) throws ExecutionException, InterruptedException, TimeoutException {
        database.pool()
                .preparedQuery(PayloadRow.INSERT)
                .executeBatch(rows.stream().map(PayloadRow::tuple).toList())
                .toCompletionStage()
                .toCompletableFuture()
                .get(INSERT_SECONDS, TimeUnit.SECONDS);
    }

    /** Writes what waits, for a moment. Blocks; to be called before the database closes. */
    public void close() {
        closing = true;
        try {
            thread.join(2000);
            thread.interrupt();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
