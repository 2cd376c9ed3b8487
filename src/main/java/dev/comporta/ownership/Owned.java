package dev.comporta.ownership;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the objects that a request names, all of which its client may reach.
 *
 * @param providers the providers that each have all of the known ones; empty if none is known
 * @param complete whether every one of them is the client's own; otherwise some are nobody's, and let through
 */
public record Owned(Set<String> providers, boolean complete) {

    /** Of a request that names nothing. */
    static final Owned NOTHING = new Owned(Set.of(), true);

    /** Where the request has to go, or null if its objects do not say. */
    public @Nullable String provider() {
        return providers.isEmpty() ? null : providers.iterator().next();
    }
}
