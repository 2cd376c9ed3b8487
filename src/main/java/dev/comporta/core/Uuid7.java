package dev.comporta.core;

import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Time-ordered ids (RFC 9562, version 7): rows that are written together lie together in an index. Unique, not secret.
 */
public final class Uuid7 {

    private Uuid7() {}

    /** A new id that sorts by {@code time} (millisecond resolution). Thread-safe. */
    public static UUID at(Instant time) {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        long high = time.toEpochMilli() << 16 | 0x7000 | random.nextInt(1 << 12);
        long low = random.nextLong() >>> 2 | 0x8000_0000_0000_0000L;
        return new UUID(high, low);
    }

    /** The creation time within a version 7 id, in milliseconds. */
    public static Instant timeOf(UUID id) {
        return Instant.ofEpochMilli(id.getMostSignificantBits() >>> 16);
    }
}
