package dev.comporta.usage;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Usage comes from the journal into the database")
class UsageWriterTest {

    @TempDir
    Path temporary;

    private FakeTable table = new FakeTable();
    private final List<JournalledProcess> running = new ArrayList<>();

    @AfterEach
    void stop() {
        table.hang(FakeTable.Hang.NEVER);
        running.forEach(JournalledProcess::closes);
    }

    @Test
    void in_the_order_in_which_calls_ended() throws InterruptedException {
        JournalledProcess process = start("a", table);

        List<UUID> ended = calls(process, 300);

        table.awaitSize(300);
        assertThat(table.ids()).isEqualTo(ended);
        process.awaitDepth(0);
    }

    @Test
    void but_not_before_a_call_has_ended() throws InterruptedException {
        JournalledProcess process = start("a", table);
        UUID underWay = UUID.randomUUID();
        process.begins(underWay);

        UUID other = process.call();

        table.awaitSize(1);
        assertThat(table.ids()).containsExactly(other);
        process.ends(underWay);
        table.awaitSize(2);
        assertThat(JournalledProcess.outcome(table.rows().get(underWay))).isEqualTo("ended");
    }

    @Test
    void in_batches_of_a_thousand_at_most() throws InterruptedException {
        JournalledProcess process = process("a", table);
        List<UUID> ended = calls(process, 2_500);

        process.writer.start();

        table.awaitSize(2_500);
        assertThat(table.ids()).isEqualTo(ended);
        assertThat(table.batches()).allMatch(size -> size <= 1_000).hasSize(3);
    }

    @Test
    void in_batches_of_two_megabytes_at_most() throws InterruptedException {
        int row = 20 << 10;
        List<Integer> lengths = new CopyOnWriteArrayList<>();
        CountDownLatch written = new CountDownLatch(300);
        try (Journal journal = Journal.open(temporary.resolve("big"), 4 << 20, 64 << 20, false, Duration.ofMillis(1));
                UsageWriter writer = new UsageWriter(
                        journal,
                        rows -> {
                            lengths.add(rows.length());
                            new JsonArray(rows).forEach(each -> written.countDown());
                        },
                        temporary.resolve("rejected"))) {
            byte[] big = ("{\"metadata\":\"" + "x".repeat(row) + "\"}").getBytes(StandardCharsets.US_ASCII);
            for (int i = 0; i < 300; i++) {
                journal.refused(UUID.randomUUID(), big);
            }

            writer.start();

            assertThat(written.await(20, TimeUnit.SECONDS)).isTrue();
            assertThat(lengths).hasSize(3).allMatch(length -> length < (2 << 20) + 2 * row);
        }
    }

    @Test
    void before_the_process_ends() {
        JournalledProcess process = start("a", table);
        List<UUID> ended = calls(process, 50);

        process.writer.close();

        assertThat(table.ids()).isEqualTo(ended);
    }

    @Nested
    @DisplayName("though the database")
    class Database {

        @Test
        void is_away_for_a_while() throws InterruptedException {
            table.failTimes(4);
            JournalledProcess process = start("a", table);

            List<UUID> ended = calls(process, 100);
            table.awaitNoFailuresLeft();
            ended.addAll(calls(process, 100));

            table.awaitSize(200);
            assertThat(table.ids()).isEqualTo(ended);
            process.awaitDepth(0);
        }

        @Test
        void hangs_while_calls_go_on() throws InterruptedException {
            table.hang(FakeTable.Hang.BEFORE_COMMIT);
            JournalledProcess process = start("a", table);
            List<UUID> ended = calls(process, 1);
            table.awaitHanging();

            ended.addAll(calls(process, 500));
            assertThat(process.writer.depth()).isEqualTo(501);
            table.hang(FakeTable.Hang.NEVER);

            table.awaitSize(501);
            assertThat(table.ids()).isEqualTo(ended);
            process.awaitDepth(0);
        }

        @Test
        void fails_in_a_way_that_nobody_expected() throws InterruptedException {
            table.throwAt(1, () -> {
                throw new IllegalStateException("Pool closed");
            });
            JournalledProcess process = start("a", table);

            UUID ended = process.call();

            table.awaitSize(1);
            assertThat(table.ids()).containsExactly(ended);
            process.awaitDepth(0);
        }

        @Test
        void brings_more_than_fits_into_memory() throws InterruptedException {
            JournalledProcess process = process("a", table);
            UUID underWay = UUID.randomUUID();
            process.begins(underWay);
            List<UUID> ended = calls(process, 1_500);
            runOutOfMemoryAt(2);
            process.writer.start();
            table.awaitSize(1_500);
            assertThat(table.ids()).isEqualTo(ended);
            runOutOfMemoryAt(1);

            process.ends(underWay);

            table.awaitSize(1_501);
            assertThat(JournalledProcess.outcome(table.rows().get(underWay))).isEqualTo("ended");
            assertThat(process.writer.isAlive()).isTrue();
            assertDepthIsTrue(process);
        }

        @ParameterizedTest
        @ValueSource(ints = {1, 2, 3})
        void brings_more_than_fits_into_memory_while_interrupted_calls_are_settled(int insert) throws Exception {
            JournalledProcess first = process("a", table);
            Set<UUID> all = new HashSet<>(calls(first, 100));
            List<UUID> interrupted = new ArrayList<>();
            for (int i = 0; i < 1_200; i++) {
                interrupted.add(UUID.randomUUID());
                first.begins(interrupted.get(i));
            }
            table = new FakeTable();
            JournalledProcess reborn = process(first.dies(temporary.resolve("b")), table);
            all.addAll(interrupted);
            all.addAll(calls(reborn, 50));
            runOutOfMemoryAt(insert);

            reborn.writer.start();

            table.awaitSize(1_350);
            assertThat(table.ids()).containsExactlyInAnyOrderElementsOf(all);
            assertThat(interrupted)
                    .allMatch(id ->
                            JournalledProcess.outcome(table.rows().get(id)).equals("interrupted"));
            assertThat(table.contradictions()).isEmpty();
            assertDepthIsTrue(reborn);
        }

        private void runOutOfMemoryAt(int insert) {
            table.throwAt(insert, () -> {
                throw new OutOfMemoryError("of the test");
            });
        }

        /** Returns to 0, and then counts what waits: rows that were sent twice are not counted twice. */
        private void assertDepthIsTrue(JournalledProcess process) throws InterruptedException {
            process.awaitDepth(0);
            table.hang(FakeTable.Hang.BEFORE_COMMIT);
            calls(process, 7);
            table.awaitHanging();
            assertThat(process.writer.depth()).isEqualTo(7);
        }

        @ParameterizedTest
        @CsvSource({"22P05", "22003", "23505"})
        void refuses_a_row_for_good(String sqlState) throws InterruptedException, IOException {
            JournalledProcess process = process("a", table);
            List<UUID> ended = calls(process, 100);
            UUID poisoned = ended.remove(37);
            table.refuse(poisoned, sqlState);

            process.writer.start();

            table.awaitSize(99);
            assertThat(table.ids()).isEqualTo(ended);
            process.awaitDepth(0);
            List<String> rejected = Files.readAllLines(process.rejected());
            assertThat(rejected).hasSize(1);
            assertThat(new JsonObject(rejected.get(0)).getString("id")).isEqualTo(poisoned.toString());
            assertThat(JournalledProcess.outcome(new JsonObject(rejected.get(0))))
                    .isEqualTo("ended");
        }

        @Test
        void refuses_every_row_for_good() throws InterruptedException, IOException {
            JournalledProcess process = process("a", table);
            List<UUID> ended = calls(process, 20);
            ended.forEach(id -> table.refuse(id, "22P05"));

            process.writer.start();

            process.awaitDepth(0);
            assertThat(Files.readAllLines(process.rejected()))
                    .extracting(row -> UUID.fromString(new JsonObject(row).getString("id")))
                    .isEqualTo(ended);
        }

        @Test
        void refuses_for_a_reason_that_may_pass() throws InterruptedException {
            JournalledProcess process = process("a", table);
            UUID ended = process.call();
            table.refuse(ended, "53300");
            process.writer.start();
            table.awaitRefusals(2);

            table.refuse(ended, null);

            table.awaitSize(1);
            assertThat(process.rejected()).doesNotExist();
        }
    }

    @Nested
    @DisplayName("though the process dies")
    class Death {

        @Test
        void before_the_database_was_ever_reached() throws Exception {
            JournalledProcess first = process("a", table);
            List<UUID> ended = calls(first, 120);
            UUID interrupted = UUID.randomUUID();
            first.begins(interrupted);

            FakeTable second = new FakeTable();
            JournalledProcess reborn = process(first.dies(temporary.resolve("b")), second);
            assertThat(reborn.writer.depth()).isEqualTo(121);
            reborn.writer.start();

            second.awaitSize(121);
            assertThat(second.ids().subList(0, 120)).isEqualTo(ended);
            assertThat(second.ids().get(120)).isEqualTo(interrupted);
            assertThat(JournalledProcess.outcome(second.rows().get(interrupted)))
                    .isEqualTo("interrupted");
            assertThat(second.rows().values().stream()
                            .filter(row -> JournalledProcess.outcome(row).equals("ended")))
                    .hasSize(120);
            reborn.awaitDepth(0);
        }

        @Test
        void with_nothing_to_do_and_what_was_written_is_not_written_again() throws Exception {
            JournalledProcess first = start("a", table);
            calls(first, 100);
            first.writer.close();

            FakeTable second = new FakeTable();
            JournalledProcess reborn = start(first.dies(temporary.resolve("b")), second);
            UUID next = reborn.call();

            second.awaitSize(1);
            assertThat(second.ids()).containsExactly(next);
        }

        @Test
        void after_an_insert_whose_answer_it_did_not_see() throws Exception {
            JournalledProcess first = process("a", table);
            List<UUID> ended = calls(first, 30);
            table.hang(FakeTable.Hang.AFTER_COMMIT);
            first.writer.start();
            table.awaitHanging();

            FakeTable second = new FakeTable();
            start(first.dies(temporary.resolve("b")), second);

            // The same rows once more, which the real table leaves alone.
            second.awaitSize(30);
            assertThat(second.ids()).isEqualTo(ended);
            assertThat(second.rows()).isEqualTo(table.rows());
        }

        @Test
        void and_an_interrupted_call_is_settled_once_and_not_at_every_start() throws Exception {
            JournalledProcess first = start("a", table);
            UUID interrupted = UUID.randomUUID();
            first.begins(interrupted);
            calls(first, 200);
            table.awaitSize(200);
            first.writer.close();

            FakeTable second = new FakeTable();
            JournalledProcess reborn = start(first.dies(temporary.resolve("b")), second);
            second.awaitSize(1);
            assertThat(second.ids()).containsExactly(interrupted);
            reborn.call();
            second.awaitSize(2);
            reborn.writer.close();

            FakeTable third = new FakeTable();
            JournalledProcess rebornAgain = start(reborn.dies(temporary.resolve("c")), third);
            UUID next = rebornAgain.call();
            third.awaitSize(1);
            assertThat(third.ids()).containsExactly(next);
        }

        @Test
        void between_the_beginning_and_the_end_of_calls_in_different_segments() throws Exception {
            JournalledProcess first = process("a", table);
            UUID ended = UUID.randomUUID();
            UUID interrupted = UUID.randomUUID();
            first.begins(ended);
            first.begins(interrupted);
            calls(first, 200);
            first.ends(ended);
            assertThat(first.journal.segments()).hasSizeGreaterThan(5);

            FakeTable second = new FakeTable();
            start(first.dies(temporary.resolve("b")), second);

            second.awaitSize(202);
            assertThat(JournalledProcess.outcome(second.rows().get(ended))).isEqualTo("ended");
            assertThat(JournalledProcess.outcome(second.rows().get(interrupted)))
                    .isEqualTo("interrupted");
            assertThat(second.contradictions()).isEmpty();
        }

        @Test
        void by_a_power_cut_that_tore_the_end_of_a_call_which_is_estimated_then() throws Exception {
            JournalledProcess first = process("a", table);
            List<UUID> ended = calls(first, 50);
            UUID torn = tearLastOf(first, JournalRecord.ENDED, ended);

            FakeTable second = new FakeTable();
            JournalledProcess reborn = start(temporary.resolve("b"), second);

            second.awaitSize(ended.size());
            assertThat(second.ids()).containsExactlyInAnyOrderElementsOf(ended);
            assertThat(second.rows().values().stream()
                            .filter(row -> JournalledProcess.outcome(row).equals("interrupted"))
                            .map(row -> row.getString("id")))
                    .containsExactly(torn.toString());
            reborn.awaitDepth(0);
        }

        @Test
        void by_a_power_cut_that_tore_the_beginning_of_a_call_whose_end_is_kept_in_a_file() throws Exception {
            JournalledProcess first = process("a", table);
            List<UUID> ended = calls(first, 50);
            UUID torn = tearLastOf(first, JournalRecord.STARTED, ended);

            FakeTable second = new FakeTable();
            JournalledProcess reborn = start(temporary.resolve("b"), second);

            second.awaitSize(ended.size() - 1);
            assertThat(second.ids()).doesNotContain(torn);
            reborn.awaitDepth(0);
            List<String> rejected = Files.readAllLines(reborn.rejected());
            assertThat(rejected).hasSize(1);
            assertThat(new JsonObject(rejected.get(0)).getString("id")).isEqualTo(torn.toString());
            assertThat(JournalledProcess.outcome(new JsonObject(rejected.get(0))))
                    .isEqualTo("ended");
        }

        /** Makes calls until a segment ends with the wanted kind of record, dies, and damages that record. */
        private UUID tearLastOf(JournalledProcess process, byte kind, List<UUID> ended) throws IOException {
            while (true) {
                List<Segment> segments = process.journal.segments();
                for (Segment segment : segments.subList(0, segments.size() - 1)) {
                    JournalRecord last = lastRecord(segment);
                    if (last.kind() == kind) {
                        Path directory = process.dies(temporary.resolve("b"));
                        flip(fileOf(directory, segment.sequence()), last.offset() + 30);
                        return last.id();
                    }
                }
                ended.addAll(calls(process, 20));
            }
        }

        private static JournalRecord lastRecord(Segment segment) {
            JournalRecord last = segment.read(Segment.HEADER);
            for (JournalRecord next = last; next != null; next = segment.read(next.next())) {
                last = next;
            }
            assertThat(last).isNotNull();
            return last;
        }

        private static Path fileOf(Path directory, long sequence) throws IOException {
            try (Stream<Path> files = Files.list(directory)) {
                for (Path file : files.toList()) {
                    Segment segment = Segment.reopen(file);
                    if (segment != null && segment.sequence() == sequence) {
                        return file;
                    }
                }
            }
            throw new AssertionError("no segment " + sequence);
        }

        private static void flip(Path file, long at) throws IOException {
            try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
                bytes.seek(at);
                int before = bytes.read();
                bytes.seek(at);
                bytes.write(before ^ 0x40);
            }
        }
    }

    @Nested
    @DisplayName("and its space is used again")
    class Space {

        @Test
        void so_that_steady_load_takes_no_more_of_it() throws Exception {
            JournalledProcess process = start("a", table);

            for (int round = 1; round <= 20; round++) {
                calls(process, 100);
                table.awaitSize(round * 100);
            }

            process.writer.close();
            assertThat(process.journal.segments()).hasSize(1);
            assertThat(process.segmentFiles()).isLessThanOrEqualTo(6);
        }

        @Test
        void but_for_a_call_that_is_still_under_way() throws Exception {
            JournalledProcess process = start("a", table);
            UUID underWay = UUID.randomUUID();
            process.begins(underWay);
            calls(process, 200);
            table.awaitSize(200);
            process.writer.close();
            assertThat(process.journal.segments()).hasSizeGreaterThan(5);

            FakeTable second = new FakeTable();
            start(process.dies(temporary.resolve("b")), second);

            second.awaitSize(1);
            assertThat(second.ids()).containsExactly(underWay);
        }

        @Test
        void after_an_inherited_journal_has_been_written() throws Exception {
            JournalledProcess first = process("a", table);
            calls(first, 300);

            FakeTable second = new FakeTable();
            JournalledProcess reborn = start(first.dies(temporary.resolve("b")), second);
            second.awaitSize(300);
            reborn.call();
            second.awaitSize(301);
            reborn.writer.close();

            assertThat(reborn.journal.segments()).hasSize(1);
        }
    }

    private JournalledProcess start(String name, FakeTable table) {
        return start(temporary.resolve(name), table);
    }

    private JournalledProcess start(Path directory, FakeTable table) {
        JournalledProcess process = process(directory, table);
        process.writer.start();
        return process;
    }

    private JournalledProcess process(String name, FakeTable table) {
        return process(temporary.resolve(name), table);
    }

    private JournalledProcess process(Path directory, FakeTable table) {
        JournalledProcess process = new JournalledProcess(directory, table);
        running.add(process);
        return process;
    }

    private static List<UUID> calls(JournalledProcess process, int count) {
        List<UUID> ids = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ids.add(process.call());
        }
        return ids;
    }
}
