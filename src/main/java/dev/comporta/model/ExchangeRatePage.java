package dev.comporta.model;

import io.quarkus.runtime.annotations.RegisterForReflection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The rates as the API shows them.
 *
 * @param current by which calls are priced now
 * @param data what is stored for the last days and for those to come, newest first
 * @param nextCursor null: there is one page
 */
@RegisterForReflection
record ExchangeRatePage(
        ExchangeRate current,
        List<StoredExchangeRate> data,
        @Nullable String nextCursor) {}
