package dev.comporta.model;

import dev.comporta.core.Job;
import io.vertx.core.Future;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import org.jboss.logging.Logger;

/** Takes prices over once a day, but for those that need a human's word. */
@Singleton
class PriceSyncJob implements Job {

    private static final Logger LOG = Logger.getLogger(PriceSyncJob.class);

    private final PriceSync sync;

    PriceSyncJob(PriceSync sync) {
        this.sync = sync;
    }

    @Override
    public String name() {
        return "sync-model-pricing";
    }

    @Override
    public Duration interval() {
        return Duration.ofDays(1);
    }

    @Override
    public Future<String> run(Instant now) {
        if (!sync.isOn()) {
            return Future.succeededFuture("switched off: gateway.price-sync.url is empty");
        }
        return sync.run(false, SyncRequest.ALL).map(SyncReport::summary).recover(PriceSyncJob::excuse);
    }

    /** Many gateways have no way out of their network, which is no failure of theirs. */
    private static Future<String> excuse(Throwable failure) {
        if (failure instanceof PriceSourceFailure away && !away.wasReached()) {
            String told = "prices stay as they are: " + away.getMessage();
            LOG.info("Model " + told);
            return Future.succeededFuture(told);
        }
        return Future.failedFuture(failure);
    }
}
