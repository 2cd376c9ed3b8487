package dev.comporta.usage;

import dev.comporta.core.Page;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A question to the request log; what is null does not narrow it.
 *
 * @param requestId the call's id, by which its row is found at once
 * @param minCost USD; what has no known cost is left out
 */
record AuditQuery(
        @Nullable UUID clientId,
        @Nullable UUID requestId,
        @Nullable String conversationId,
        @Nullable String userId,
        @Nullable String teamId,
        @Nullable String provider,
        @Nullable String model,
        @Nullable String status,
        @Nullable Integer statusCode,
        @Nullable BigDecimal minCost,
        @Nullable Instant from,
        @Nullable Instant to,
        int limit,
        @Nullable AuditCursor after) {

    /** As many rows as one page looks through, for filters that no index knows. */
    private static final int MOST_SEARCHED = 20_000;

    /**
     * One page, newest first. It may have fewer rows than asked for, or none, and still be followed by another: then it
     * has looked through as many as one page may.
     */
    Future<Page<AuditEntry>> run(SqlClient client) {
        Conditions searched = new Conditions();
        searched.add("client_id = $?", clientId);
        searched.add("id = $?", requestId);
        searched.add("conversation_id = $?", conversationId);
        searched.add("user_id = $?", userId);
        searched.add("created_at >= $?", from == null ? null : from.atOffset(ZoneOffset.UTC));
        searched.add("created_at < $?", to == null ? null : to.atOffset(ZoneOffset.UTC));
        if (after != null) {
            searched.add("(created_at, id) < ($?", after.createdAt().atOffset(ZoneOffset.UTC));
            searched.append(", $?)", after.id());
        }
        Conditions found = new Conditions(searched.values);
        found.add("team_id = $?", teamId);
        found.add("provider = $?", provider);
        found.add("(model_name = $? OR requested_model = $?)", model);
        found.add("status = $?", status);
        found.add("status_code = $?", statusCode);
        found.add("cost_usd >= $?", minCost);
        String newest = " ORDER BY created_at DESC, id DESC LIMIT ";
        String log = "SELECT * FROM gateway_usage_logs" + searched.where() + newest;
        if (found.isEmpty()) {
            return client.preparedQuery(log + (limit + 1)).execute(found.values).map(this::page);
        }
        // The last row that was looked at comes along, as the place to go on from.
        String sql = "WITH searched AS (" + log + MOST_SEARCHED + "), found AS (SELECT * FROM searched" + found.where()
                + newest + (limit + 1)
                + ") SELECT *, false AS is_end FROM found UNION ALL (SELECT *, true FROM searched"
                + newest + "1 OFFSET " + (MOST_SEARCHED - 1) + ") ORDER BY is_end, created_at DESC, id DESC";
        return client.preparedQuery(sql).execute(found.values).map(this::page);
    }

    private Page<AuditEntry> page(RowSet<Row> rows) {
        List<AuditEntry> entries = new ArrayList<>();
        AuditCursor end = null;
        for (Row row : rows) {
            AuditEntry entry = AuditEntry.of(row);
            if (row.getColumnIndex("is_end") >= 0 && row.getBoolean("is_end")) {
                end = new AuditCursor(entry.createdAt(), entry.id());
            } else {
                entries.add(entry);
            }
        }
        Page<AuditEntry> page = Page.of(entries, limit, entry -> new AuditCursor(entry.createdAt(), entry.id()).text());
        return page.nextCursor() == null && end != null ? new Page<>(page.data(), end.text()) : page;
    }

    /** The conditions of a statement and their values; only fixed text becomes SQL. */
    private static final class Conditions {

        private final StringBuilder text = new StringBuilder();
        private final Tuple values;

        Conditions() {
            this(Tuple.tuple());
        }

        /** Goes on with the values of others in the same statement. */
        Conditions(Tuple values) {
            this.values = values;
        }

        boolean isEmpty() {
            return text.isEmpty();
        }

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
