package dev.comporta.ownership;

import dev.comporta.core.CreatedObject;
import dev.comporta.core.ObjectKind;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.LongSupplier;

/**
 * The owners that were asked for or made last, and for a second what was just not found. Of each the longest unused
 * goes when there are too many. Thread-safe; a lock is held for a look into a map.
 *
 * <p>What the table says counts. What an answer says is believed for a minute, by which the table has it too: a
 * provider may let its caller choose an id, and then the first to use it is its owner.
 */
final class OwnerMemory {

    private static final int MOST_OWNED = 100_000;
    private static final int MOST_MISSING = 10_000;
    private static final long MISSING_NANOS = 1_000_000_000;
    private static final long UNCONFIRMED_NANOS = 60_000_000_000L;

    /** An object as one client sees it. */
    private record Key(String id, UUID clientId) {}

    /** @param kind as its word */
    private record Owner(UUID clientId, String kind, boolean confirmed, long sinceNanos) {}

    /** By id and provider. */
    private final Map<String, Map<String, Owner>> owned = new Bounded<>(MOST_OWNED);

    private final Map<Key, Long> missing = new Bounded<>(MOST_MISSING);
    private final LongSupplier nanos;

    OwnerMemory() {
        this(System::nanoTime);
    }

    OwnerMemory(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /** The providers at which the client is known to own this object. */
    synchronized Set<String> providers(String id, ObjectKind kind, UUID clientId) {
        long now = nanos.getAsLong();
        Set<String> providers = new HashSet<>();
        owned.getOrDefault(id, Map.of()).forEach((provider, owner) -> {
            if (isValid(owner, now)
                    && owner.clientId().equals(clientId)
                    && owner.kind().equals(kind.word())) {
                providers.add(provider);
            }
        });
        return providers;
    }

    /** Notes what an answer says, unless the object is somebody's already. */
    synchronized void made(CreatedObject object, UUID clientId) {
        long now = nanos.getAsLong();
        Owner known = owned.getOrDefault(object.id(), Map.of()).get(object.provider());
        if (known == null || !isValid(known, now)) {
            put(
                    object.id(),
                    object.provider(),
                    new Owner(clientId, object.kind().word(), false, now));
        }
    }

    /** Notes what the table says. */
    synchronized void confirmed(String id, String provider, String kind, UUID clientId) {
        put(id, provider, new Owner(clientId, kind, true, nanos.getAsLong()));
    }

    private void put(String id, String provider, Owner owner) {
        missing.remove(new Key(id, owner.clientId()));
        owned.computeIfAbsent(id, first -> new HashMap<>(2)).put(provider, owner);
    }

    private static boolean isValid(Owner owner, long now) {
        return owner.confirmed() || now - owner.sinceNanos() < UNCONFIRMED_NANOS;
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
