package dev.comporta.usage;

import dev.comporta.core.Page;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A question to the request log; what is null does not narrow it. */
record AuditQuery(
        @Nullable UUID clientId,
        @Nullable String requestId,
        @Nullable String conversationId,
        @Nullable String model,
        @Nullable String status,
        @Nullable Instant from,
        @Nullable Instant to,
        int limit,
        @Nullable AuditCursor after) {

    /** One page, newest first. */
    Future<Page<AuditEntry>> run(SqlClient client) {
        Conditions conditions = new Conditions();
        conditions.add("client_id = $?", clientId);
        conditions.add("request_id = $?", requestId);
        conditions.add("conversation_id = $?", conversationId);
        conditions.add("(model_name = $? OR requested_model = $?)", model);
        conditions.add("status = $?", status);
        conditions.add("created_at >= $?", from == null ? null : from.atOffset(ZoneOffset.UTC));
        conditions.add("created_at < $?", to == null ? null : to.atOffset(ZoneOffset.UTC));
        if (after != null) {
            conditions.add("(created_at, id) < ($?", after.createdAt().atOffset(ZoneOffset.UTC));
            conditions.append(", $?)", after.id());
        }
        String sql = "SELECT * FROM gateway_usage_logs" + conditions.where()
                + " ORDER BY created_at DESC, id DESC LIMIT " + (limit + 1);
        return client.preparedQuery(sql).execute(conditions.values).map(rows -> {
            List<AuditEntry> entries = new ArrayList<>();
            for (Row row : rows) {
                entries.add(AuditEntry.of(row));
            }
            return Page.of(entries, limit, entry -> new AuditCursor(entry.createdAt(), entry.id()).text());
        });
    }

    /** The conditions of a statement and their values; only fixed text becomes SQL. */
    private static final class Conditions {

        private final StringBuilder text = new StringBuilder();
        private final Tuple values = Tuple.tuple();

        void add(String condition, @Nullable Object value) {
            if (value != null) {
                text.append(text.isEmpty() ? " WHERE " : " AND ");
                append(condition, value);
            }
        }

        void append(String condition, Object value) {
            values.addValue(value);
            text.append(condition.replace("$?", "$" + values.size()));
        }

        String where() {
            return text.toString();
        }
    }
}
