package dev.comporta.analytics;

import dev.comporta.core.Page;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** A conversation of a client over all its life, whatever the period in which it was looked for. */
@RegisterForReflection
record Conversation(
        String conversationId,
        Instant firstAt,
        Instant lastAt,
        long requests,
        long errors,
        long unpriced,
        long inputTokens,
        long outputTokens,
        long totalTokens,
        BigDecimal costUsd,
        BigDecimal costEur,
        BigDecimal costBrl) {

    private static final String PAGE = """
            SELECT * FROM conversation_rollups
            WHERE client_id = $1 AND last_at >= $2 AND first_at < $3
                AND (last_at, conversation_id) < ($4, $5)
            ORDER BY last_at DESC, conversation_id DESC LIMIT %d
            """;

    /** Those that were going on in a period, the one with the newest call first. */
    static Future<Page<Conversation>> page(SqlClient sql, UUID clientId, Period period, Cursor after, int limit) {
        return sql.preparedQuery(PAGE.formatted(limit + 1))
                .execute(Tuple.of(
                        clientId,
                        Period.sql(period.from()),
                        Period.sql(period.to()),
                        Period.sql(after.at()),
                        after.id()))
                .map(rows -> {
                    List<Conversation> conversations = new ArrayList<>();
                    rows.forEach(row -> conversations.add(of(row)));
                    return Page.of(
                            conversations, limit, last -> new Cursor(last.lastAt(), last.conversationId()).text());
                });
    }

    private static Conversation of(Row row) {
        return new Conversation(
                row.getString("conversation_id"),
                row.getOffsetDateTime("first_at").toInstant(),
                row.getOffsetDateTime("last_at").toInstant(),
                row.getLong("requests"),
                row.getLong("errors"),
                row.getLong("unpriced"),
                row.getLong("input_tokens"),
                row.getLong("output_tokens"),
                row.getLong("total_tokens"),
                row.getBigDecimal("cost_usd"),
                row.getBigDecimal("cost_eur"),
                row.getBigDecimal("cost_brl"));
    }
}
