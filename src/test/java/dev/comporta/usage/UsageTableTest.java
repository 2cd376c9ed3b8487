package dev.comporta.usage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.comporta.core.ApiType;
import dev.comporta.core.Attribution;
import dev.comporta.core.Call;
import dev.comporta.core.Caller;
import dev.comporta.core.CreatedObject;
import dev.comporta.core.Dialect;
import dev.comporta.core.Hold;
import dev.comporta.core.ObjectKind;
import dev.comporta.core.Target;
import dev.comporta.core.TokenUsage;
import dev.comporta.core.UsageSource;
import dev.comporta.store.Databases;
import dev.comporta.store.ScratchDatabase;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.sqlclient.Row;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Usage in the tables of a real database")
class UsageTableTest {

    @TempDir
    static Path directory;

    private static ScratchDatabase scratch;

    @BeforeAll
    static void open() {
        scratch = ScratchDatabase.open(directory, List.of(), database -> {});
    }

    @AfterAll
    static void close() throws Exception {
        scratch.close();
    }

    @Test
    void what_a_call_has_made_is_stored_with_it() {
        UUID client = UUID.randomUUID();

        insert(
                row(client, List.of(file("f1"), new CreatedObject("groq", ObjectKind.BATCH, "b1"))),
                row(client, List.of()),
                row(client, List.of(file("f2"))));

        assertThat(usage(client)).isEqualTo(3);
        assertThat(owned(client)).containsExactly("groq batch b1", "openai file f1", "openai file f2");
        assertThat(Databases.sql(
                        scratch.database(),
                        "SELECT 1 FROM object_owners WHERE client_id = $1 AND created_at = '2026-11-20T10:00:00Z'",
                        client))
                .hasSize(3);
    }

    @Test
    void what_is_sent_twice_is_taken_once() {
        UUID client = UUID.randomUUID();
        String row = row(client, List.of(file("twice"), file("twice")));

        insert(row);
        insert(row, row(client, List.of(file("twice"))));

        assertThat(usage(client)).isEqualTo(2);
        assertThat(owned(client)).containsExactly("openai file twice");
    }

    @Test
    void whoever_was_first_stays_the_owner() {
        UUID first = UUID.randomUUID();
        UUID second = UUID.randomUUID();

        insert(row(first, List.of(file("claimed"))));
        insert(
                row(second, List.of(file("claimed"))),
                row(second, List.of(new CreatedObject("groq", ObjectKind.FILE, "claimed"))));

        assertThat(owned(first)).containsExactly("openai file claimed");
        assertThat(owned(second)).containsExactly("groq file claimed");
    }

    private static CreatedObject file(String id) {
        return new CreatedObject("openai", ObjectKind.FILE, id);
    }

    private static String row(UUID client, List<CreatedObject> created) {
        Call call = new Call(
                UUID.randomUUID(),
                Instant.parse("2026-11-20T10:00:00Z"),
                0,
                "POST",
                "/v1/files",
                null,
                ApiType.FILES,
                Dialect.OPENAI,
                HttpHeaders.headers(),
                Buffer.buffer(),
                Promise.<Void>promise().future());
        byte[] head = UsageRow.head(
                call,
                new Caller(client, "acme", true, null, null),
                Attribution.NONE,
                false,
                false,
                null,
                new Target("openai", ""),
                null,
                Hold.NONE);
        Outcome outcome =
                Outcome.success(200, TokenUsage.NONE, UsageSource.EXACT).with(created);
        return new String(UsageRow.join(head, UsageRow.tail(outcome, 1, -1, null)), StandardCharsets.UTF_8);
    }

    private static void insert(String... rows) {
        Databases.sql(scratch.database(), UsageTable.INSERT, "[" + String.join(",", rows) + "]");
    }

    private static int usage(UUID client) {
        return Databases.sql(scratch.database(), "SELECT 1 FROM gateway_usage_logs WHERE client_id = $1", client)
                .size();
    }

    private static List<String> owned(UUID client) {
        List<Row> rows = new ArrayList<>();
        Databases.sql(
                        scratch.database(),
                        "SELECT provider, kind, object_id FROM object_owners WHERE client_id = $1",
                        client)
                .forEach(rows::add);
        return rows.stream()
                .map(row -> row.getString(0) + " " + row.getString(1) + " " + row.getString(2))
                .sorted()
                .collect(Collectors.toList());
    }
}
