package dev.comporta;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for what happens by itself, no longer than it needs. */
public final class Eventually {

    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private Eventually() {}

    /** Tries an assertion until it holds. */
    public static void assertSoon(Runnable assertion) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                assertion.run();
                return;
            } catch (AssertionError e) {
                if (System.nanoTime() > deadline) {
                    throw e;
                }
            }
            LockSupport.parkNanos(20_000_000);
        }
    }

    /** @throws AssertionError if {@code condition} does not come true within five seconds */
    public static void eventually(String what, BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError(what + ": not within " + PATIENCE.toSeconds() + " s");
            }
            Thread.sleep(10);
        }
    }
}
