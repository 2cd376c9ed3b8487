package dev.comporta.usage;

import static dev.comporta.store.Databases.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.comporta.core.Page;
import dev.comporta.store.Databases;
import dev.comporta.store.ScratchDatabase;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A log that is long")
class AuditQueryTest {

    private static final UUID CLIENT = UUID.randomUUID();
    private static final int ROWS = 20_010;

    @TempDir
    static Path directory;

    private static ScratchDatabase scratch;

    @BeforeAll
    static void log() {
        scratch = ScratchDatabase.open(directory, List.of(), database -> {});
        // The oldest is the only one of its team.
        Databases.sql(scratch.database(), """
                INSERT INTO gateway_usage_logs (
                    id, created_at, request_id, client_id, team_id, endpoint, api_type, usage_source, status, status_code)
                SELECT gen_random_uuid(), '2026-11-01T00:00:00Z'::timestamptz + number * interval '1 second', 'r', $1,
                    CASE number WHEN 1 THEN 'rare' ELSE 'usual' END, '/', 'chat.completions', 'exact', 'success', 200
                FROM generate_series(1, $2::integer) AS number
                """, CLIENT, ROWS);
    }

    @AfterAll
    static void close() throws Exception {
        scratch.close();
    }

    private static Page<AuditEntry> read(String team, int limit, @Nullable String cursor) {
        return await(new AuditQuery(
                        CLIENT,
                        null,
                        null,
                        null,
                        team,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        limit,
                        AuditCursor.parse(cursor))
                .run(scratch.database().pool()));
    }

    @Test
    void is_looked_through_a_part_at_a_time() {
        Page<AuditEntry> first = read("rare", 50, null);
        assertThat(first.data()).isEmpty();
        assertThat(first.nextCursor()).isNotNull();

        Page<AuditEntry> second = read("rare", 50, first.nextCursor());

        assertThat(second.data()).extracting(AuditEntry::teamId).containsExactly("rare");
        assertThat(second.nextCursor()).isNull();
    }

    @Test
    void has_pages_without_gaps_where_much_is_found() {
        Page<AuditEntry> first = read("usual", 2, null);
        Page<AuditEntry> second = read("usual", 2, first.nextCursor());

        assertThat(first.data()).hasSize(2);
        assertThat(second.data()).hasSize(2);
        assertThat(second.data().get(0).createdAt())
                .isEqualTo(first.data().get(1).createdAt().minusSeconds(1));
    }
}
