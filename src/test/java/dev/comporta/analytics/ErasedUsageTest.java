package dev.comporta.analytics;

import static dev.comporta.store.Databases.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.comporta.store.Database;
import dev.comporta.store.Databases;
import dev.comporta.store.ScratchDatabase;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Sums of users and conversations that are to be forgotten")
class ErasedUsageTest {

    private static final Instant FIRST = Instant.parse("2026-11-01T00:00:00Z");

    @TempDir
    Path directory;

    private ScratchDatabase scratch;
    private Database database;
    private UUID client;
    private UUID other;

    @BeforeEach
    void log() {
        scratch = ScratchDatabase.open(directory, List.of(), database -> {});
        database = scratch.database();
        client = Usage.client(database, "client", "UTC", "USD");
        other = Usage.client(database, "other", "UTC", "USD");
        Random random = new Random(5);
        List<Usage> rows = new ArrayList<>();
        for (int i = 0; i < 600; i++) {
            rows.add(Usage.random(random, List.of(client, other), FIRST, Duration.ofDays(5)));
        }
        await(Usage.insert(database, rows));
    }

    @AfterEach
    void close() throws Exception {
        scratch.close();
    }

    private CostReport byUser(UUID client) {
        return await(CostReport.run(
                database.pool(),
                new CostQuery(
                        LocalDate.of(2026, 11, 1),
                        LocalDate.of(2026, 12, 1),
                        client,
                        Map.of(),
                        List.of(Dimension.USER, Dimension.MODEL)),
                10_000));
    }

    @Test
    void a_user_is_gone_and_what_it_cost_is_not() {
        CostReport before = byUser(client);
        CostReport others = byUser(other);

        Databases.sql(database, "SELECT comporta_erase_rollups($1, 'user 3')", client);

        CostReport after = byUser(client);
        assertThat(before.data()).anyMatch(group -> "user 3".equals(group.get("userId")));
        assertThat(after.data()).noneMatch(group -> "user 3".equals(group.get("userId")));
        assertThat(after.total()).isEqualTo(before.total());
        assertThat(byUser(other)).isEqualTo(others);
    }

    @Test
    void a_conversation_is_gone_from_the_list_of_its_client_only() {
        Databases.sql(database, "SELECT comporta_erase_rollups($1, NULL, 'conversation 7')", client);

        assertThat(conversations(client)).hasSizeGreaterThan(30).doesNotContain("conversation 7");
        assertThat(conversations(other)).contains("conversation 7");
    }

    @Test
    void whoever_is_erased_from_the_log_is_erased_here_also_from_rows_that_come_late() {
        CostReport before = byUser(client);
        for (String erased : List.of("user", "conversation", "phone")) {
            String subject = Map.of("user", "user 3", "conversation", "conversation 7", "phone", "+55 1")
                    .get(erased);
            Databases.sql(
                    database,
                    "UPDATE gateway_usage_logs SET phone = '+55 1' WHERE client_id = $1 AND user_id = 'user 5'",
                    client);
            Databases.sql(
                    database,
                    "INSERT INTO erasures (id, client_id, kind, subject, requested_at) VALUES (gen_random_uuid(), $1, $2, $3, now())",
                    client,
                    erased,
                    subject);
            Databases.sql(database, "SELECT * FROM comporta_erase($1, $2, $3, '2027-01-01')", client, erased, subject);
        }
        List<Usage> late = new ArrayList<>();
        Random random = new Random(6);
        while (late.size() < 50) {
            Usage usage = Usage.random(random, List.of(client), FIRST, Duration.ofDays(5));
            if ("user 3".equals(usage.user())) {
                late.add(usage);
            }
        }
        await(Usage.insert(database, late));
        assertThat(byUser(client).data()).anyMatch(group -> "user 3".equals(group.get("userId")));

        Databases.sql(database, "SELECT * FROM comporta_erase($1, 'user', 'user 3', '2027-01-01')", client);

        CostReport after = byUser(client);
        assertThat(after.data()).noneMatch(group -> List.of("user 3", "user 5").contains("" + group.get("userId")));
        assertThat(after.total().requests()).isEqualTo(before.total().requests() + late.size());
        assertThat(conversations(client)).doesNotContain("conversation 7");
        List<Conversation> listed = listed(client);
        Databases.sql(database, "SELECT comporta_rebuild_rollups()");
        assertThat(byUser(client)).isEqualTo(after);
        assertThat(listed(client))
                .extracting(
                        one -> one.conversationId(),
                        one -> one.requests(),
                        one -> one.costBrl().stripTrailingZeros())
                .containsExactlyInAnyOrderElementsOf(listed.stream()
                        .map(one -> tuple(
                                one.conversationId(),
                                one.requests(),
                                one.costBrl().stripTrailingZeros()))
                        .toList());
    }

    @Test
    void what_is_older_than_is_kept_is_forgotten() {
        CostReport before = byUser(client);

        Databases.sql(database, "SELECT comporta_forget_rollups('2026-11-04')");

        assertThat(Databases.sql(
                        database, "SELECT DISTINCT day FROM user_cost_rollups WHERE user_id IS NOT NULL ORDER BY day"))
                .extracting(row -> row.getLocalDate(0).getDayOfMonth())
                .containsExactly(4, 5);
        assertThat(byUser(client).total()).isEqualTo(before.total());
        assertThat(listed(client)).allSatisfy(one -> assertThat(one.lastAt()).isAfterOrEqualTo("2026-11-04T00:00:00Z"));
    }

    private List<String> conversations(UUID client) {
        return listed(client).stream().map(Conversation::conversationId).toList();
    }

    private List<Conversation> listed(UUID client) {
        Period period = new Period(FIRST, FIRST.plus(Duration.ofDays(30)), ZoneOffset.UTC, null);
        return await(Conversation.page(database.pool(), client, period, Cursor.START, 200))
                .data();
    }
}
