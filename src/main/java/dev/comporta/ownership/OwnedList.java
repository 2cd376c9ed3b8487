package dev.comporta.ownership;

import io.vertx.core.Future;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A list of a provider's objects with only those in it that are the caller's own. */
public final class OwnedList {

    private OwnedList() {}

    /**
     * Reads the list page by page until what the caller asked for is there.
     *
     * @param path of {@link ObjectPath.Action#LIST}
     * @param query the caller's, undecoded, or null
     * @param fetch gets the list with another query; fails if the provider does not answer with success
     * @return the answer's body, JSON; fails with a {@link dev.comporta.core.GatewayError}, or as {@code fetch} fails
     */
    public static Future<byte[]> read(
            ObjectPath path,
            @Nullable String query,
            String provider,
            UUID clientId,
            ObjectOwners owners,
            Function<@Nullable String, Future<byte[]>> fetch) {
        throw new UnsupportedOperationException();
    }
}
