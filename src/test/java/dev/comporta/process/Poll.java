package dev.comporta.process;

import java.time.Duration;
import java.util.function.Supplier;

/** Waits for what happens in another process, within a bound. */
final class Poll {

    private static final long PAUSE_MILLIS = 20;

    private Poll() {}

    interface Condition {
        boolean holds() throws Exception;
    }

    /** @throws AssertionError if the condition does not hold in time; {@code state} then tells what was seen instead */
    static void until(String what, Duration limit, Condition condition, Supplier<String> state) {
        long deadline = System.nanoTime() + limit.toNanos();
        Exception last = null;
        while (System.nanoTime() < deadline) {
            try {
                if (condition.holds()) {
                    return;
                }
                last = null;
            } catch (Exception e) {
                last = e;
            }
            pause();
        }
        throw new AssertionError("not within %s: %s%n%s".formatted(limit, what, state.get()), last);
    }

    static void until(String what, Duration limit, Condition condition) {
        until(what, limit, condition, () -> "");
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }
}
