package dev.comporta.ownership;

import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.LongSupplier;

/**
 * The owners that were asked for or made last, and for a second what was just not found. Of each the longest unused
 * goes when there are too many. Thread-safe; a lock is held for a look into a map.
 */
final class OwnerMemory {

    private static final int MOST_OWNED = 100_000;
    private static final int MOST_MISSING = 10_000;
    private static final long MISSING_NANOS = 1_000_000_000;

    /** An object as one client sees it. */
    private record Key(String id, UUID clientId) {}

    private final Map<Key, Set<String>> owned = new Bounded<>(MOST_OWNED);
    private final Map<Key, Long> missing = new Bounded<>(MOST_MISSING);
    private final LongSupplier nanos;

    OwnerMemory() {
        this(System::nanoTime);
    }

    OwnerMemory(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /** The providers at which the client is known to own this object. */
    synchronized Set<String> providers(String id, UUID clientId) {
        return owned.getOrDefault(new Key(id, clientId), Set.of());
    }

    synchronized void put(String id, String provider, UUID clientId) {
        Key key = new Key(id, clientId);
        missing.remove(key);
        owned.merge(key, Set.of(provider), OwnerMemory::union);
    }

    /** Notes that these were looked for with patience. */
    synchronized void missing(Collection<String> ids, UUID clientId) {
        long now = nanos.getAsLong();
        ids.forEach(id -> missing.put(new Key(id, clientId), now));
    }

    /** Whether one of these was looked for with patience less than a second ago. */
    synchronized boolean isMissing(Collection<String> ids, UUID clientId) {
        long now = nanos.getAsLong();
        for (String id : ids) {
            Long since = missing.get(new Key(id, clientId));
            if (since != null && now - since < MISSING_NANOS) {
                return true;
            }
        }
        return false;
    }

    private static Set<String> union(Set<String> some, Set<String> others) {
        if (some.containsAll(others)) {
            return some;
        }
        Set<String> all = new HashSet<>(some);
        all.addAll(others);
        return Set.copyOf(all);
    }

    private static final class Bounded<K, V> extends LinkedHashMap<K, V> {

        private static final long serialVersionUID = 1;

        private final int most;

        Bounded(int most) {
            super(16, 0.75f, true);
            this.most = most;
        }

        @Override
        protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
            return size() > most;
        }
    }
}
