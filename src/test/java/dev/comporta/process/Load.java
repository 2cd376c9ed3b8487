package dev.comporta.process;

import dev.comporta.process.Caller.Fate;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntPredicate;

/**
 * Callers that make calls at the same time, every other one streamed, and what became of each call. A call that could
 * not be made is tried again, under its name, until there is somebody who takes it.
 */
final class Load implements AutoCloseable {

    private final Caller caller = new Caller();
    private final ExecutorService threads;
    private final List<Future<?>> running = new ArrayList<>();
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicInteger whole = new AtomicInteger();
    private final AtomicInteger repeated = new AtomicInteger();
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final Map<String, Integer> numbers = new ConcurrentHashMap<>();
    private final Map<String, Fate> fates = new ConcurrentHashMap<>();

    /**
     * @param prefix what the names of the calls begin with
     * @param goesOn whether the call of this number is still to be made
     * @param pauseMillis how long each caller waits between two calls
     */
    Load(URI gateway, String prefix, int callers, int pauseMillis, IntPredicate goesOn) {
        threads = Executors.newFixedThreadPool(callers);
        for (int i = 0; i < callers; i++) {
            running.add(threads.submit(() -> {
                for (int n = next.getAndIncrement(); goesOn.test(n) && !stopped.get(); n = next.getAndIncrement()) {
                    call(gateway, prefix + n, n);
                    Thread.sleep(pauseMillis);
                }
                return null;
            }));
        }
    }

    private void call(URI gateway, String name, int number) throws InterruptedException {
        numbers.put(name, number);
        Fate fate = caller.call(gateway, name, number, number % 2 == 1);
        while (fate == Fate.NOT_TAKEN && !stopped.get()) {
            repeated.incrementAndGet();
            Thread.sleep(50);
            fate = caller.call(gateway, name, number, number % 2 == 1);
        }
        fates.put(name, fate);
        if (fate == Fate.WHOLE) {
            whole.incrementAndGet();
        }
    }

    /** How many calls have been answered to the last byte so far. */
    int whole() {
        return whole.get();
    }

    /** How often a call was not taken and tried again. */
    int repeated() {
        return repeated.get();
    }

    /** Makes no more calls. */
    void stop() {
        stopped.set(true);
    }

    /** Waits until every caller is done. */
    void join() throws Exception {
        for (Future<?> one : running) {
            one.get(5, TimeUnit.MINUTES);
        }
    }

    Map<String, Fate> fates() {
        return fates;
    }

    int number(String name) {
        return numbers.get(name);
    }

    long count(Fate fate) {
        return fates.values().stream().filter(fate::equals).count();
    }

    @Override
    public void close() {
        stop();
        threads.shutdownNow();
    }
}
