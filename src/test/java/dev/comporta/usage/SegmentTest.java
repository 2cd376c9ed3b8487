package dev.comporta.usage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.comporta.core.Seeds;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A segment of the journal")
class SegmentTest {

    private static final int SIZE = 4_096;

    @TempDir
    Path directory;

    @Test
    void gives_back_what_was_appended_after_its_process_has_died() throws IOException {
        Path file = directory.resolve("a.segment");
        Segment segment = Segment.create(file, SIZE);
        segment.activate(7);
        append(segment, JournalRecord.STARTED, id(1), "{\"a\"", ":1}");
        append(segment, JournalRecord.ENDED, id(2), "", "é");
        append(segment, JournalRecord.ENDED, id(3), "", "");

        Segment reopened = Segment.reopen(file);

        assertThat(reopened).isNotNull();
        assertThat(reopened.sequence()).isEqualTo(7);
        assertThat(read(reopened)).containsExactly("1 1 {\"a\":1}", "2 2 é", "2 3 ");
    }

    @Test
    void has_a_record_only_once_it_is_complete() throws IOException {
        Segment segment = Segment.create(directory.resolve("a.segment"), SIZE);

        assertThat(segment.read(Segment.HEADER)).isNull();
        append(segment, JournalRecord.ENDED, id(1), "x", "y");
        JournalRecord record = segment.read(Segment.HEADER);
        assertThat(record).isNotNull();
        assertThat(segment.read(record.next())).isNull();
    }

    @Test
    void can_be_filled_to_the_last_byte_that_it_calls_free() throws IOException {
        Seeds.each(200, random -> {
            Path file = directory.resolve(UUID.randomUUID() + ".segment");
            Segment segment = Segment.create(file, SIZE + random.nextInt(64));
            List<String> expected = new ArrayList<>();
            while (true) {
                String payload = "x".repeat(random.nextInt(200));
                if (segment.free() < Segment.sizeOf(payload.length())) {
                    break;
                }
                UUID id = new UUID(0, expected.size());
                append(segment, JournalRecord.ENDED, id, payload, "");
                expected.add("2 " + expected.size() + " " + payload);
            }
            segment.seal();

            assertThat(read(segment)).isEqualTo(expected);
            assertThat(segment.isSealedAt(endOf(segment))).isTrue();
            Files.delete(file);
        });
    }

    @Test
    void is_not_sealed_where_a_record_stands_or_may_still_come() throws IOException {
        Segment segment = Segment.create(directory.resolve("a.segment"), SIZE);
        append(segment, JournalRecord.ENDED, id(1), "x", "");

        assertThat(segment.isSealedAt(Segment.HEADER)).isFalse();
        assertThat(segment.isSealedAt(endOf(segment))).isFalse();
        segment.seal();
        assertThat(segment.isSealedAt(Segment.HEADER)).isFalse();
        assertThat(segment.isSealedAt(endOf(segment))).isTrue();
    }

    @Test
    void whose_tail_was_torn_ends_before_it() throws IOException {
        Seeds.each(300, random -> {
            Path file = directory.resolve(UUID.randomUUID() + ".segment");
            Segment segment = Segment.create(file, SIZE);
            append(segment, JournalRecord.ENDED, id(1), "first", "");
            int tornAt = endOf(segment);
            append(segment, JournalRecord.ENDED, id(2), "second", "");
            try (RandomAccessFile damage = new RandomAccessFile(file.toFile(), "rw")) {
                // Anything but the first three bytes of the length, which a torn page would have as zeros.
                long at = tornAt + 3 + random.nextInt(28);
                damage.seek(at);
                int before = damage.read();
                damage.seek(at);
                damage.write(before ^ 1 + random.nextInt(255));
            }

            Segment reopened = Segment.reopen(file);

            assertThat(reopened).isNotNull();
            assertThat(read(reopened)).containsExactly("2 1 first");
            Files.delete(file);
        });
    }

    @Test
    void holds_nothing_of_its_former_life_after_it_was_recycled() throws IOException {
        Path file = directory.resolve("a.segment");
        Segment segment = Segment.create(file, 200_000);
        segment.activate(1);
        while (segment.free() > Segment.sizeOf(100)) {
            append(segment, JournalRecord.ENDED, id(1), "x".repeat(100), "");
        }
        segment.seal();
        segment.done(5_000);

        segment.recycle();

        assertThat(segment.sequence()).isZero();
        assertThat(segment.done()).isEqualTo(Segment.HEADER);
        segment.activate(2);
        assertThat(read(segment)).isEmpty();
        append(segment, JournalRecord.ENDED, id(2), "again", "");
        assertThat(read(segment))
                .as("what is left of its former life is not read, though it is still there")
                .containsExactly("2 2 again");
        assertThat(Files.readString(file, StandardCharsets.ISO_8859_1)).contains("x".repeat(100));
    }

    @Test
    void remembers_what_is_done() throws IOException {
        Path file = directory.resolve("a.segment");
        Segment segment = Segment.create(file, SIZE);
        assertThat(segment.done()).isEqualTo(Segment.HEADER);
        segment.done(1_000);

        Segment reopened = Segment.reopen(file);

        assertThat(reopened).isNotNull();
        assertThat(reopened.done()).isEqualTo(1_000);
    }

    @Test
    void is_not_made_of_a_file_that_is_none() throws IOException {
        Path empty = Files.createFile(directory.resolve("empty"));
        Path text = Files.writeString(directory.resolve("text"), "x".repeat(1_000));
        Path header = Files.write(directory.resolve("header"), new byte[Segment.HEADER]);

        assertThat(Segment.reopen(empty)).isNull();
        assertThat(Segment.reopen(text)).isNull();
        assertThat(Segment.reopen(header)).isNull();
    }

    private static void append(Segment segment, byte kind, UUID id, String head, String tail) {
        segment.append(kind, id, (head + tail).getBytes(StandardCharsets.UTF_8));
    }

    private static UUID id(long number) {
        return new UUID(0, number);
    }

    private static List<String> read(Segment segment) {
        List<String> records = new ArrayList<>();
        JournalRecord record;
        for (int at = Segment.HEADER; (record = segment.read(at)) != null; at = record.next()) {
            records.add(record.kind() + " " + record.id().getLeastSignificantBits() + " "
                    + new String(record.payload(), StandardCharsets.UTF_8));
        }
        return records;
    }

    private static int endOf(Segment segment) {
        int at = Segment.HEADER;
        JournalRecord record;
        while ((record = segment.read(at)) != null) {
            at = record.next();
        }
        return at;
    }
}
