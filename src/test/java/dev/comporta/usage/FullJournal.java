package dev.comporta.usage;

import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.model.ExchangeRates;
import dev.comporta.store.DataDirectory;
import dev.comporta.store.Database;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.UUID;

/** Records as ever, but takes no new calls. */
public final class FullJournal extends UsageRecorder {

    public FullJournal(
            DataDirectory directory, Database database, ExchangeRates rates, JournalConfig config, Vertx vertx) {
        super(directory, database, rates, config, new SimpleMeterRegistry(), vertx);
    }

    @Override
    Future<Void> started(UUID id, byte[] head, byte[] fallbackTail) {
        throw new GatewayError(ErrorCode.ACCOUNTING_UNAVAILABLE, "The journal is full.");
    }
}
