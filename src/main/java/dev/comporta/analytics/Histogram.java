package dev.comporta.analytics;

import dev.comporta.analytics.Latency.Percentiles;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * How often which time was seen, in the buckets of {@code comporta_latency_bucket}: one for each millisecond below 128,
 * and 64 for each doubling above. Not safe for several threads at once.
 */
final class Histogram {

    private static final int DOUBLING = 64;

    private long[] counts = new long[0];

    /** @param cells as in {@code latency_rollups}: the bucket in the upper half, its count in the lower */
    void add(Long @Nullable [] cells) {
        if (cells == null) {
            return;
        }
        for (long cell : cells) {
            int bucket = (int) (cell >> 32);
            if (bucket >= counts.length) {
                counts = Arrays.copyOf(counts, bucket + DOUBLING);
            }
            counts[bucket] += cell & 0xFFFF_FFFFL;
        }
    }

    Percentiles percentiles() {
        long total = Arrays.stream(counts).sum();
        return total == 0
                ? Percentiles.NONE
                : new Percentiles(total, percentile(total, 50), percentile(total, 95), percentile(total, 99));
    }

    /** The first time that so many of all did not exceed. */
    private long percentile(long total, int percent) {
        long rank = (total * percent + 99) / 100;
        int bucket = 0;
        for (long seen = counts[0]; seen < rank; seen += counts[bucket]) {
            bucket++;
        }
        return middle(bucket);
    }

    /** The middle of a bucket, in milliseconds: at most 0.8 % away from every time in it. */
    static long middle(int bucket) {
        int doubling = Math.max(bucket / DOUBLING - 1, 0);
        return ((long) (bucket - doubling * DOUBLING) << doubling) + (1L << doubling >> 1);
    }
}
