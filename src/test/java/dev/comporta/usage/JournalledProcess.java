package dev.comporta.usage;

import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** A process that journals calls and writes them to a table; it can die at any moment and leave its directory. */
final class JournalledProcess {

    static final int SEGMENT = 4_096;
    private static final long PLENTY = 4L << 20;
    private static final long PATIENCE_NANOS = 20_000_000_000L;

    final Path directory;
    final Journal journal;
    final FakeTable table;
    final UsageWriter writer;
    private final Set<UUID> begun = ConcurrentHashMap.newKeySet();

    JournalledProcess(Path directory, FakeTable table) {
        this.directory = directory;
        this.table = table;
        journal = Journal.open(directory, SEGMENT, PLENTY, false, Duration.ofMillis(1));
        writer = new UsageWriter(journal, table, rejected());
    }

    static JournalledProcess started(Path directory, FakeTable table) {
        JournalledProcess process = new JournalledProcess(directory, table);
        process.writer.start();
        return process;
    }

    Path rejected() {
        return directory.resolve("rejected.jsonl");
    }

    void begins(UUID id) {
        begun.add(id);
        patiently(() -> journal.started(id, head(id), tail("interrupted")));
    }

    /** Ends a call that has begun, or refuses one that has not. */
    void ends(UUID id) {
        patiently(() -> begun.contains(id)
                ? journal.ended(id, tail("ended"))
                : journal.refused(id, UsageRow.join(head(id), tail("ended"))));
    }

    UUID call() {
        UUID id = UUID.randomUUID();
        begins(id);
        ends(id);
        return id;
    }

    /** With segments this small, the next one may not be ready yet. */
    private static void patiently(Supplier<?> append) {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (true) {
            try {
                append.get();
                return;
            } catch (GatewayError full) {
                if (full.code() != ErrorCode.ACCOUNTING_UNAVAILABLE || System.nanoTime() > deadline) {
                    throw full;
                }
                Thread.yield();
            }
        }
    }

    static String outcome(JsonObject row) {
        return row.getString("outcome");
    }

    private static byte[] head(UUID id) {
        return ",\"id\":\"%s\",\"text\":\"%s\""
                .formatted(id, "é".repeat((int) (id.getLeastSignificantBits() & 63)))
                .getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] tail(String outcome) {
        return ",\"outcome\":\"%s\"".formatted(outcome).getBytes(StandardCharsets.UTF_8);
    }

    void awaitDepth(long depth) {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (writer.depth() != depth) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("the depth is " + writer.depth() + " and not " + depth);
            }
            Thread.yield();
        }
    }

    long segmentFiles() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".segment")).count();
        }
    }

    /** Dies on the spot: what it has stored so far, and nothing that it would do later, is in the new directory. */
    Path dies(Path newDirectory) throws IOException {
        Files.createDirectories(newDirectory);
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.copy(file, newDirectory.resolve(file.getFileName()));
            }
        }
        table.die();
        writer.close();
        journal.close();
        return newDirectory;
    }

    void closes() {
        writer.close();
        journal.close();
    }
}
