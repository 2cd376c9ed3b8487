package dev.comporta.core;

import java.util.Random;

/**
 * Checks a property with random input. A failure says its seed; {@code -Dtest.seed=<seed>} repeats that one run alone.
 */
public final class Seeds {

    private static final String PROPERTY = "test.seed";

    private Seeds() {}

    /** What must hold, whatever the random numbers are. */
    @FunctionalInterface
    public interface Check {
        void run(Random random) throws Exception;
    }

    public static void each(int runs, Check check) {
        Long given = Long.getLong(PROPERTY);
        if (given != null) {
            run(given, check);
            return;
        }
        long first = new Random().nextLong();
        for (int i = 0; i < runs; i++) {
            run(first + i, check);
        }
    }

    private static void run(long seed, Check check) {
        try {
            check.run(new Random(seed));
        } catch (Exception | AssertionError e) {
            throw new AssertionError("Repeat with -D%s=%d: %s".formatted(PROPERTY, seed, e.getMessage()), e);
        }
    }
}
