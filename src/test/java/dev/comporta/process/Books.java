package dev.comporta.process;

import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What the gateway has written, read with plain SQL past the gateway. */
record Books(List<Row> rows, List<Event> events, Prices prices) {

    /** A row of {@code gateway_usage_logs}. */
    record Row(
            String id,
            String conversation,
            String provider,
            long input,
            long cached,
            long output,
            long total,
            String source,
            String status,
            boolean streamed,
            @Nullable BigDecimal usd,
            @Nullable BigDecimal eur,
            @Nullable BigDecimal brl,
            @Nullable BigDecimal usdToEur,
            @Nullable BigDecimal usdToBrl) {}

    /** A row of {@code cost_events}. */
    record Event(String usageLogId, BigDecimal usd, BigDecimal eur, BigDecimal brl) {}

    /** USD per million tokens, as the registry has them. */
    record Prices(BigDecimal input, BigDecimal cachedInput, BigDecimal output) {

        /** What a call costs, computed apart from the gateway. */
        BigDecimal cost(long inputTokens, long cachedTokens, long outputTokens) {
            return input.multiply(BigDecimal.valueOf(inputTokens - cachedTokens))
                    .add(cachedInput.multiply(BigDecimal.valueOf(cachedTokens)))
                    .add(output.multiply(BigDecimal.valueOf(outputTokens)))
                    .divide(BigDecimal.valueOf(1_000_000));
        }
    }

    /** The rows of conversations that begin so, and the cost events that belong to them or to nothing. */
    static Books read(PostgresServer database, String conversationPrefix) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            List<Row> rows = new ArrayList<>();
            try (ResultSet result = statement.executeQuery(
                    "SELECT * FROM gateway_usage_logs WHERE conversation_id LIKE '" + conversationPrefix + "%'")) {
                while (result.next()) {
                    rows.add(new Row(
                            result.getString("id"),
                            result.getString("conversation_id"),
                            result.getString("provider"),
                            result.getLong("input_tokens"),
                            result.getLong("cached_tokens"),
                            result.getLong("output_tokens"),
                            result.getLong("total_tokens"),
                            result.getString("usage_source"),
                            result.getString("status"),
                            result.getBoolean("streamed"),
                            result.getBigDecimal("cost_usd"),
                            result.getBigDecimal("cost_eur"),
                            result.getBigDecimal("cost_brl"),
                            result.getBigDecimal("usd_to_eur_rate"),
                            result.getBigDecimal("usd_to_brl_rate")));
                }
            }
            List<Event> events = new ArrayList<>();
            try (ResultSet result = statement.executeQuery("""
                    SELECT e.* FROM cost_events e
                    LEFT JOIN gateway_usage_logs u ON u.id = e.usage_log_id AND u.created_at = e.created_at
                    WHERE u.id IS NULL OR u.conversation_id LIKE '""" + conversationPrefix + "%'")) {
                while (result.next()) {
                    events.add(new Event(
                            result.getString("usage_log_id"),
                            result.getBigDecimal("amount_usd"),
                            result.getBigDecimal("amount_eur"),
                            result.getBigDecimal("amount_brl")));
                }
            }
            try (ResultSet result = statement.executeQuery("""
                    SELECT input_price_per_million, cached_input_price_per_million, output_price_per_million
                    FROM ai_models_registry WHERE gateway_identifier = 'openai/gpt-4o-mini'
                    """)) {
                result.next();
                return new Books(
                        rows,
                        events,
                        new Prices(result.getBigDecimal(1), result.getBigDecimal(2), result.getBigDecimal(3)));
            }
        }
    }

    Map<String, List<Row>> byConversation() {
        return rows.stream().collect(Collectors.groupingBy(Row::conversation));
    }

    BigDecimal sumUsd() {
        return rows.stream().map(Row::usd).reduce(BigDecimal.ZERO, BigDecimal::add);
    }
}
