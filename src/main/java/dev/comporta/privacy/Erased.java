package dev.comporta.privacy;

import io.quarkus.runtime.annotations.RegisterForReflection;
import io.vertx.sqlclient.Row;

/**
 * How many rows an erasure found.
 *
 * @param usageLogs rows of {@code gateway_usage_logs} that do not say any more who it was
 * @param costEvents the same of {@code cost_events}
 * @param payloads rows of {@code gateway_payloads} that are gone
 */
@RegisterForReflection
record Erased(long usageLogs, long costEvents, long payloads) {

    static Erased of(Row row) {
        return new Erased(row.getLong("usage_logs"), row.getLong("cost_events"), row.getLong("payloads"));
    }
}
