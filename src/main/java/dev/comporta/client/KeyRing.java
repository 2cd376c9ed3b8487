package dev.comporta.client;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Keys that are found by their hash. Immutable. */
final class KeyRing {

    /** By the first 8 bytes of the hash: of random keys, no two share them. */
    private final Map<Long, AcceptedKey> keys;

    private KeyRing(Map<Long, AcceptedKey> keys) {
        this.keys = keys;
    }

    static KeyRing of(Collection<AcceptedKey> keys) {
        Map<Long, AcceptedKey> found = new HashMap<>();
        keys.forEach(key -> found.put(start(key.hash()), key));
        return new KeyRing(found);
    }

    /** The key with this hash, unless it has expired. */
    @Nullable
    AcceptedKey find(byte[] hash, Instant now) {
        AcceptedKey key = keys.get(start(hash));
        return key != null && key.matches(hash) && !key.isExpired(now) ? key : null;
    }

    private static long start(byte[] hash) {
        return ByteBuffer.wrap(hash).getLong();
    }
}
