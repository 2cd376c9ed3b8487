package dev.comporta.usage;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.pgclient.PgException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;

/** A table in memory that keeps the first row of an id, and that can be away, hang or refuse a row for good. */
final class FakeTable implements StubbornStore.Rows {

    /** When an insert hangs: the database has taken the rows by then, or it has not. */
    enum Hang {
        NEVER,
        BEFORE_COMMIT,
        AFTER_COMMIT
    }

    private static final long PATIENCE_NANOS = 20_000_000_000L;

    private final Map<UUID, JsonObject> rows = new LinkedHashMap<>();
    private final List<Integer> batches = new ArrayList<>();
    private final Map<UUID, String> refused = new LinkedHashMap<>();
    private final Set<UUID> contradictions = new HashSet<>();
    private int failures;
    private int refusals;
    private Runnable bug = () -> {};
    private int bugIn;
    private Hang hang = Hang.NEVER;
    private boolean hanging;
    private boolean dead;

    @Override
    public synchronized void insert(String jsonArray) throws ExecutionException, InterruptedException {
        JsonArray batch = new JsonArray(jsonArray);
        if (bugIn > 0 && --bugIn == 0) {
            notifyAll();
            bug.run();
        }
        if (failures > 0) {
            failures--;
            notifyAll();
            throw new ExecutionException(new IllegalStateException("connection refused"));
        }
        if (hang == Hang.BEFORE_COMMIT) {
            hang();
        }
        for (Object row : batch) {
            String state = refused.get(id((JsonObject) row));
            if (state != null) {
                refusals++;
                notifyAll();
                throw new ExecutionException(new PgException("refused", "ERROR", state, null));
            }
        }
        batches.add(batch.size());
        for (Object row : batch) {
            JsonObject before = rows.putIfAbsent(id((JsonObject) row), (JsonObject) row);
            if (before != null && !before.equals(row)) {
                contradictions.add(id(before));
            }
        }
        notifyAll();
        if (hang == Hang.AFTER_COMMIT) {
            hang();
        }
    }

    private void hang() throws InterruptedException {
        hanging = true;
        notifyAll();
        while (hang != Hang.NEVER && !dead) {
            wait();
        }
        hanging = false;
        if (dead) {
            throw new InterruptedException();
        }
    }

    private static UUID id(JsonObject row) {
        return UUID.fromString(row.getString("id"));
    }

    synchronized void failTimes(int times) {
        failures = times;
    }

    /**
     * Throws once.
     *
     * @param insert at which insert from now on; 1 is the next
     */
    synchronized void throwAt(int insert, Runnable thrower) {
        bugIn = insert;
        bug = thrower;
    }

    synchronized void hang(Hang when) {
        hang = when;
        notifyAll();
    }

    /** Ends whoever hangs here, as the death of a process would, and takes nothing more. */
    synchronized void die() {
        dead = true;
        notifyAll();
    }

    synchronized void refuse(UUID id, String sqlState) {
        refused.put(id, sqlState);
    }

    synchronized List<UUID> ids() {
        return List.copyOf(rows.keySet());
    }

    synchronized Map<UUID, JsonObject> rows() {
        return Map.copyOf(rows);
    }

    synchronized List<Integer> batches() {
        return List.copyOf(batches);
    }

    /** Ids that were sent with two different rows. */
    synchronized Set<UUID> contradictions() {
        return Set.copyOf(contradictions);
    }

    void awaitHanging() throws InterruptedException {
        await("an insert hangs", () -> hanging);
    }

    void awaitSize(int size) throws InterruptedException {
        await(size + " rows", () -> rows.size() >= size);
        assertThat(ids()).hasSize(size);
    }

    void awaitAll(Set<UUID> ids) throws InterruptedException {
        await(ids.size() + " rows", () -> rows.keySet().containsAll(ids));
    }

    void awaitRefusals(int count) throws InterruptedException {
        await(count + " refusals", () -> refusals >= count);
    }

    void awaitNoFailuresLeft() throws InterruptedException {
        await("the failures are over", () -> failures == 0);
    }

    private synchronized void await(String what, BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (!condition.getAsBoolean()) {
            long left = (deadline - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                throw new AssertionError("not in time: " + what + "; there are " + rows.size());
            }
            wait(left);
        }
    }
}
