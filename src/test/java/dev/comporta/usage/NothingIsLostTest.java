package dev.comporta.usage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.comporta.core.Seeds;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Whatever happens in whatever order")
class NothingIsLostTest {

    @TempDir
    Path temporary;

    @Test
    void every_call_that_ended_or_was_interrupted_is_one_row() {
        Seeds.each(40, random -> new Story(random).tell());
    }

    /** A few processes, one after the other, on one journal and one database. */
    private final class Story {

        private final Random random;
        private final Set<UUID> ended = new LinkedHashSet<>();
        private final Set<UUID> interrupted = new LinkedHashSet<>();
        private final Map<UUID, JsonObject> stored = new HashMap<>();

        Story(Random random) {
            this.random = random;
        }

        void tell() throws Exception {
            Path directory = temporary.resolve(UUID.randomUUID().toString());
            for (int deaths = 1 + random.nextInt(4); deaths > 0; deaths--) {
                directory = liveAndDie(directory);
            }
            FakeTable table = new FakeTable();
            JournalledProcess last = JournalledProcess.started(directory, table);
            Set<UUID> missing = expected();
            missing.removeAll(stored.keySet());
            table.awaitAll(missing);
            last.awaitDepth(0);
            last.closes();
            keep(table);

            assertThat(stored.keySet()).isEqualTo(expected());
            ended.forEach(
                    id -> assertThat(JournalledProcess.outcome(stored.get(id))).isEqualTo("ended"));
            interrupted.forEach(
                    id -> assertThat(JournalledProcess.outcome(stored.get(id))).isEqualTo("interrupted"));
        }

        private Set<UUID> expected() {
            Set<UUID> all = new LinkedHashSet<>(ended);
            all.addAll(interrupted);
            return all;
        }

        private Path liveAndDie(Path directory) throws Exception {
            FakeTable table = new FakeTable();
            JournalledProcess process = new JournalledProcess(directory, table);
            boolean databaseReached = random.nextInt(4) > 0;
            if (databaseReached) {
                process.writer.start();
            }
            List<UUID> underWay = new ArrayList<>();
            for (int steps = random.nextInt(150); steps > 0; steps--) {
                step(process, underWay);
            }
            if (databaseReached) {
                freeze(process, underWay);
            }
            interrupted.addAll(underWay);
            Path left = process.dies(temporary.resolve(UUID.randomUUID().toString()));
            keep(table);
            return left;
        }

        private void step(JournalledProcess process, List<UUID> underWay) {
            switch (random.nextInt(8)) {
                case 0, 1, 2 -> {
                    UUID id = UUID.randomUUID();
                    process.begins(id);
                    underWay.add(id);
                }
                case 3, 4, 5 -> {
                    if (!underWay.isEmpty()) {
                        UUID id = underWay.remove(random.nextInt(underWay.size()));
                        process.ends(id);
                        ended.add(id);
                    }
                }
                case 6 -> {
                    // Refused by the gateway, so it never began.
                    UUID id = UUID.randomUUID();
                    process.ends(id);
                    ended.add(id);
                }
                default -> process.table.failTimes(random.nextInt(3));
            }
        }

        /** Brings the writer to a place where the directory can be copied as one moment in time. */
        private void freeze(JournalledProcess process, List<UUID> underWay) throws InterruptedException {
            process.table.failTimes(0);
            switch (random.nextInt(3)) {
                case 0 -> process.writer.close();
                case 1 -> hang(process, FakeTable.Hang.BEFORE_COMMIT);
                default -> hang(process, FakeTable.Hang.AFTER_COMMIT);
            }
            if (random.nextBoolean()) {
                step(process, underWay);
            }
        }

        private void hang(JournalledProcess process, FakeTable.Hang when) throws InterruptedException {
            process.table.hang(when);
            UUID id = UUID.randomUUID();
            process.ends(id);
            ended.add(id);
            process.table.awaitHanging();
        }

        private void keep(FakeTable table) {
            assertThat(table.contradictions()).isEmpty();
            table.rows().forEach((id, row) -> {
                JsonObject before = stored.putIfAbsent(id, row);
                assertThat(before == null ? row : before).isEqualTo(row);
            });
        }
    }
}
