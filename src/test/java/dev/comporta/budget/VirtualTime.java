package dev.comporta.budget;

import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Random;

/**
 * A clock that goes on when it is told to, and what is to be done at its times; those that fall together in random
 * order.
 */
final class VirtualTime {

    private final Random random;
    private final PriorityQueue<Task> tasks =
            new PriorityQueue<>(Comparator.comparingLong(Task::due).thenComparingInt(Task::order));
    private long now;

    private record Task(long due, int order, Runnable action) {}

    VirtualTime(Random random) {
        this.random = random;
    }

    long nanos() {
        return now;
    }

    void after(long nanos, Runnable action) {
        tasks.add(new Task(now + nanos, random.nextInt(), action));
    }

    void advance(long nanos) {
        long until = now + nanos;
        while (!tasks.isEmpty() && tasks.peek().due <= until) {
            Task task = tasks.poll();
            now = Math.max(now, task.due);
            task.action.run();
        }
        now = until;
    }
}
