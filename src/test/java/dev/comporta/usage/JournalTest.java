package dev.comporta.usage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.store.StartupFailure;
import io.vertx.core.Future;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The usage journal")
class JournalTest {

    private static final int SEGMENT = 16 << 10;
    private static final long PLENTY = 64L << 20;
    private static final byte[] NOTHING = {};

    @TempDir
    Path directory;

    private @Nullable Journal open;

    @AfterEach
    void close() {
        if (open != null) {
            open.close();
        }
    }

    @Test
    void keeps_everything_in_order_across_segments() {
        Journal journal = open(SEGMENT, PLENTY, false);

        for (int i = 0; i < 2_000; i++) {
            end(journal, i, "x".repeat(i % 100));
        }

        assertThat(journal.segments()).hasSizeGreaterThan(5);
        assertThat(numbers(journal))
                .isEqualTo(LongStream.range(0, 2_000).boxed().toList());
        assertThat(journal.appended()).isEqualTo(2_000);
    }

    @Test
    void of_a_dead_process_is_found_again_and_continued_behind_it() throws IOException {
        Journal dead = open(SEGMENT, PLENTY, false);
        for (int i = 0; i < 1_000; i++) {
            end(dead, i, "payload");
        }
        Path left = Files.createDirectory(directory.resolve("left"));
        try (var files = Files.list(directory.resolve("journal"))) {
            for (Path file : files.toList()) {
                Files.copy(file, left.resolve(file.getFileName()));
            }
        }
        dead.close();

        Journal journal = Journal.open(left, SEGMENT, PLENTY, false, Duration.ofMillis(1));
        open = journal;
        for (int i = 1_000; i < 1_100; i++) {
            end(journal, i, "payload");
        }

        assertThat(numbers(journal))
                .isEqualTo(LongStream.range(0, 1_100).boxed().toList());
        assertThat(journal.segments()).extracting(Segment::sequence).isSorted().doesNotHaveDuplicates();
        assertThat(journal.appended()).isEqualTo(100);
    }

    @Test
    void of_many_threads_has_every_record_once_and_each_threads_in_order() throws Exception {
        Journal journal = open(1 << 20, PLENTY, false);
        int threads = 8;
        int each = 3_000;
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        List<Callable<Void>> writers = IntStream.range(0, threads)
                .<Callable<Void>>mapToObj(thread -> () -> {
                    for (int i = 0; i < each; i++) {
                        UUID id = new UUID(thread, i);
                        byte[] tail = text("x".repeat(i % 50));
                        patiently(() -> journal.started(id, text("head "), text("tail")));
                        patiently(() -> journal.ended(id, tail));
                    }
                    return null;
                })
                .toList();
        for (java.util.concurrent.Future<Void> done : pool.invokeAll(writers)) {
            done.get();
        }
        pool.shutdown();

        Map<Long, Long> last = new HashMap<>();
        int[] kinds = new int[3];
        for (JournalRecord record : records(journal)) {
            kinds[record.kind()]++;
            long thread = record.id().getMostSignificantBits();
            long number = record.id().getLeastSignificantBits();
            if (record.kind() == JournalRecord.STARTED) {
                assertThat(number).isEqualTo(last.getOrDefault(thread, -1L) + 1);
                last.put(thread, number);
            } else {
                assertThat(number).isEqualTo(last.get(thread));
                assertThat(record.payload()).hasSize((int) (number % 50));
            }
        }
        assertThat(kinds[JournalRecord.STARTED]).isEqualTo(threads * each);
        assertThat(kinds[JournalRecord.ENDED]).isEqualTo(threads * each);
        assertThat(journal.appended()).isEqualTo((long) threads * each);
    }

    @Test
    void that_is_full_refuses_new_calls_while_those_under_way_can_still_end() {
        Journal journal = open(SEGMENT, 1, false);
        GatewayError refusal = fill(journal);

        assertThat(refusal.code()).isEqualTo(ErrorCode.ACCOUNTING_UNAVAILABLE);
        assertThat(refusal.code().status()).isEqualTo(503);
        byte[] payload = new byte[200];
        for (int i = 0; i < SEGMENT / 4 / 300; i++) {
            assertThat(journal.ended(new UUID(9, i), payload).succeeded()).isTrue();
        }
        GatewayError last = catchThrowableOfType(GatewayError.class, () -> {
            while (true) {
                journal.ended(new UUID(9, 9), payload);
            }
        });
        assertThat(last.code()).isEqualTo(ErrorCode.ACCOUNTING_UNAVAILABLE);
    }

    @Test
    void that_is_full_takes_no_refusals_either_because_their_room_belongs_to_calls_under_way() {
        Journal journal = open(SEGMENT, 1, false);
        fill(journal);
        byte[] row = new byte[400];

        for (int i = 0; i < 100; i++) {
            UUID id = new UUID(8, i);
            GatewayError refusal = catchThrowableOfType(GatewayError.class, () -> journal.refused(id, row));
            assertThat(refusal.code()).isEqualTo(ErrorCode.ACCOUNTING_UNAVAILABLE);
        }

        assertThat(journal.appended()).isZero();
        for (int i = 0; i < SEGMENT / 4 / 300; i++) {
            assertThat(journal.ended(new UUID(9, i), new byte[200]).succeeded()).isTrue();
        }
    }

    @Test
    void that_was_full_takes_calls_again_once_a_segment_is_given_back() {
        Journal journal = open(SEGMENT, 1, false);
        fill(journal);

        journal.release(journal.segments().get(0));

        assertThat(journal.started(new UUID(0, 1), NOTHING, NOTHING).succeeded())
                .isTrue();
    }

    @Test
    void reuses_the_file_of_a_segment_that_is_given_back() throws IOException {
        Journal journal = open(SEGMENT, 1, false);
        fill(journal);
        long files = files();

        for (int round = 0; round < 10; round++) {
            journal.release(journal.segments().get(0));
            fill(journal);
        }

        assertThat(files()).isEqualTo(files);
        assertThat(journal.segments()).extracting(Segment::sequence).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void gives_back_the_memory_of_segments_while_they_are_synced() {
        Journal journal = open(SEGMENT, PLENTY, true);

        // Touching memory that was given back ends the process, and with it this test.
        for (int round = 0; round < 100; round++) {
            while (journal.segments().size() < 8) {
                end(journal, round, "x".repeat(1_000));
            }
            List<Segment> segments = journal.segments();
            segments.subList(0, segments.size() - 1).forEach(journal::release);
        }

        assertThat(journal.segments()).hasSize(1);
    }

    @Test
    void that_syncs_each_record_says_when_it_is_on_the_disk() throws Exception {
        Journal journal = open(SEGMENT, PLENTY, true);

        List<Future<Void>> safe = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            safe.add(journal.ended(new UUID(0, i), text("x")));
        }

        Future.all(safe).toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    @Test
    void that_closes_leaves_no_caller_waiting_for_the_disk() throws Exception {
        Journal journal = Journal.open(directory.resolve("journal"), SEGMENT, PLENTY, true, Duration.ofHours(1));
        Future<Void> safe = journal.ended(new UUID(0, 1), text("x"));

        journal.close();

        safe.toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    @Test
    void that_syncs_at_intervals_lets_nobody_wait() {
        Journal journal = open(SEGMENT, PLENTY, false);

        assertThat(journal.started(new UUID(0, 1), text("x"), NOTHING).isComplete())
                .isTrue();
        assertThat(journal.ended(new UUID(0, 1), text("x")).isComplete()).isTrue();
    }

    @Test
    void whose_directory_cannot_be_used_says_what_to_do() throws IOException {
        Path file = Files.createFile(directory.resolve("journal"));

        assertThatThrownBy(() -> open(SEGMENT, PLENTY, false))
                .isInstanceOf(StartupFailure.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("GATEWAY_DATA_DIR");
    }

    /** Until a new call is refused because no space is left, and not because the next segment is not ready yet. */
    private static GatewayError fill(Journal journal) {
        long deadline = System.nanoTime() + 20_000_000_000L;
        for (long number = 0; System.nanoTime() < deadline; ) {
            try {
                journal.started(new UUID(1, number), NOTHING, new byte[200]);
                number++;
            } catch (GatewayError refusal) {
                if (journal.segments().size() == 4) {
                    return refusal;
                }
                Thread.yield();
            }
        }
        throw new AssertionError("never full");
    }

    private static void patiently(Runnable append) {
        long deadline = System.nanoTime() + 20_000_000_000L;
        while (true) {
            try {
                append.run();
                return;
            } catch (GatewayError notReady) {
                if (System.nanoTime() > deadline) {
                    throw notReady;
                }
                Thread.yield();
            }
        }
    }

    private Journal open(int segmentSize, long maxSize, boolean syncEach) {
        Journal journal =
                Journal.open(directory.resolve("journal"), segmentSize, maxSize, syncEach, Duration.ofMillis(1));
        open = journal;
        return journal;
    }

    private static void end(Journal journal, long number, String payload) {
        patiently(() -> journal.ended(new UUID(0, number), text(payload)));
    }

    private long files() throws IOException {
        try (var files = Files.list(directory.resolve("journal"))) {
            return files.count();
        }
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static List<Long> numbers(Journal journal) {
        return records(journal).stream()
                .map(record -> record.id().getLeastSignificantBits())
                .toList();
    }

    private static List<JournalRecord> records(Journal journal) {
        List<JournalRecord> records = new ArrayList<>();
        for (Segment segment : journal.segments()) {
            JournalRecord record;
            for (int at = Segment.HEADER; (record = segment.read(at)) != null; at = record.next()) {
                records.add(record);
            }
        }
        return records;
    }
}
