package dev.comporta.usage;

import dev.comporta.core.Attribution;
import dev.comporta.core.Call;
import dev.comporta.core.Caller;
import dev.comporta.core.EventLoop;
import dev.comporta.core.Hold;
import dev.comporta.core.Target;
import dev.comporta.model.ExchangeRate;
import dev.comporta.model.ExchangeRates;
import dev.comporta.model.Model;
import dev.comporta.store.DataDirectory;
import dev.comporta.store.Database;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.Startup;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Opens the journal, keeps the writer going, and starts the {@link Recording} of each call. */
@ApplicationScoped
@Startup(UsageRecorder.BEFORE_THE_DATABASE_OPENS)
public class UsageRecorder {

    /** A disk that cannot be used is refused before anything else begins. */
    static final int BEFORE_THE_DATABASE_OPENS = 100;

    private static final Logger LOG = Logger.getLogger(UsageRecorder.class);
    private static final int INSERT_SECONDS = 30;
    private static final int SEGMENT_BYTES = 4 << 20;

    private final Database database;
    private final ExchangeRates rates;
    private final Journal journal;
    private final UsageWriter writer;

    UsageRecorder(
            DataDirectory directory,
            Database database,
            ExchangeRates rates,
            JournalConfig config,
            MeterRegistry metrics,
            Vertx vertx) {
        this.database = database;
        this.rates = rates;
        Path path = directory.privateDirectory("journal");
        journal = Journal.open(
                path,
                SEGMENT_BYTES,
                config.maxSize().asLongValue(),
                config.sync() == JournalConfig.Sync.EACH,
                config.syncInterval());
        writer = new UsageWriter(journal, this::insert, path.resolve("rejected.jsonl"));
        database.opened().onSuccess(open -> {
            ensurePartitions().onComplete(ensured -> writer.start());
            vertx.setPeriodic(Duration.ofDays(1).toMillis(), timer -> ensurePartitions());
        });
        Gauge.builder("comporta.usage.journal.depth", writer, UsageWriter::depth)
                .description("Calls in the journal that are over and not in the database yet")
                .register(metrics);
    }

    /** Makes room for the months to come; what has none goes to the default partition. */
    private Future<Void> ensurePartitions() {
        return database.pool()
                .query("SELECT comporta_ensure_partitions(2)")
                .execute()
                .<Void>mapEmpty()
                .onFailure(failure ->
                        LOG.warnf("The partitions of the next months could not be made: %s", failure.getMessage()));
    }

    /**
     * Starts the accounting of a call whose target is known.
     *
     * @param target its model is empty if the call is about none, such as an upload
     * @param rate by which its cost is converted
     * @param hold what is reserved for it, settled at its end
     */
    public Recording record(
            Call call,
            Caller caller,
            Attribution attribution,
            boolean direct,
            boolean streamed,
            @Nullable String requestedModel,
            Target target,
            @Nullable Model model,
            ExchangeRate rate,
            Hold hold) {
        byte[] head = UsageRow.head(
                call,
                caller,
                attribution,
                direct,
                streamed,
                requestedModel,
                target,
                model == null ? null : model.id(),
                hold);
        return new Recording(this, call, head, model, rate, hold);
    }

    /** Starts the accounting of a call that got no further than to say who it is from. */
    public Recording record(
            Call call, Caller caller, Attribution attribution, boolean streamed, @Nullable String requestedModel) {
        byte[] head = UsageRow.head(call, caller, attribution, false, streamed, requestedModel, null, null, Hold.NONE);
        return new Recording(this, call, head, null, rates.current(), Hold.NONE);
    }

    /** Completes once all that earlier processes have left in the journal is in the database. */
    public Future<Void> earlierSettled() {
        return writer.earlierSettled();
    }

    /** Calls that are over and not in the database yet. */
    public long depth() {
        return writer.depth();
    }

    /** Whether usage is being brought into the database, or will be once it is there. */
    public boolean isWriting() {
        return writer.isAlive();
    }

    /** Writes what is left and closes the journal. Blocks; call it when no call is under way any more. */
    public void close() {
        writer.close();
        journal.close();
    }

    /** Appends a start; the future completes on the caller's own event loop. */
    Future<Void> started(UUID id, byte[] head, byte[] fallbackTail) {
        return EventLoop.here(journal.started(id, head, fallbackTail));
    }

    /** Appends an end; the future completes on the caller's own event loop. */
    Future<Void> ended(UUID id, boolean started, byte[] head, byte[] tail) {
        try {
            return EventLoop.here(started ? journal.ended(id, tail) : journal.refused(id, UsageRow.join(head, tail)));
        } catch (RuntimeException e) {
            if (!started) {
                // Nothing was used. What room is left belongs to the calls that are under way.
                return Future.succeededFuture();
            }
            // The disk is full to the last byte. The log is the only place left that may survive.
            LOG.errorf(
                    "Usage could not be journalled (%s): %s",
                    e.getMessage(), new String(UsageRow.join(head, tail), StandardCharsets.UTF_8));
            return Future.succeededFuture();
        }
    }

    private void insert(String jsonArray) throws ExecutionException, InterruptedException, TimeoutException {
        database.pool()
                .withTransaction(sql -> sql.query(UsageTable.DURABLE)
                        .execute()
                        .compose(durable -> sql.preparedQuery(UsageTable.INSERT).execute(Tuple.of(jsonArray))))
                .toCompletionStage()
                .toCompletableFuture()
                .get(INSERT_SECONDS, TimeUnit.SECONDS);
    }
}
