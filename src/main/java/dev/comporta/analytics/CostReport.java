package dev.comporta.analytics;

import io.quarkus.runtime.annotations.RegisterForReflection;
import io.vertx.core.Future;
import io.vertx.sqlclient.Cursor;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlClient;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Costs by dimension.
 *
 * @param from the first day, of UTC
 * @param to the day after the last
 * @param groups how many there are; {@code data} may have less
 * @param total of all groups
 * @param data the groups: each the dimensions' fields and those of {@link Amounts}
 */
@RegisterForReflection
record CostReport(
        LocalDate from,
        LocalDate to,
        List<String> groupBy,
        long groups,
        Amounts total,
        List<Map<String, @Nullable Object>> data) {

    /** As many lines as one CSV may have. */
    static final int MOST_LINES = 100_000;

    private static final int LINES_AT_ONCE = 1_000;

    /** @param unpriced calls that used something whose price is unknown: they are in no amount, and not free */
    @RegisterForReflection
    record Amounts(
            long requests,
            long unpriced,
            long inputTokens,
            long outputTokens,
            long totalTokens,
            BigDecimal costUsd,
            BigDecimal costEur,
            BigDecimal costBrl) {

        static final Amounts NONE = new Amounts(0, 0, 0, 0, 0, BigDecimal.ZERO, BigDecimal.ZERO, BigDecimal.ZERO);

        private static Amounts of(Row row, String prefix) {
            return new Amounts(
                    row.getLong(prefix + "requests"),
                    row.getLong(prefix + "unpriced"),
                    row.getLong(prefix + "input_tokens"),
                    row.getLong(prefix + "output_tokens"),
                    row.getLong(prefix + "total_tokens"),
                    row.getBigDecimal(prefix + "cost_usd"),
                    row.getBigDecimal(prefix + "cost_eur"),
                    row.getBigDecimal(prefix + "cost_brl"));
        }

        private void putInto(Map<String, @Nullable Object> group) {
            group.put("requests", requests);
            group.put("unpriced", unpriced);
            group.put("inputTokens", inputTokens);
            group.put("outputTokens", outputTokens);
            group.put("totalTokens", totalTokens);
            group.put("costUsd", costUsd);
            group.put("costEur", costEur);
            group.put("costBrl", costBrl);
        }
    }

    /** @param limit at most so many groups, the most expensive ones unless they are told apart by time */
    static Future<CostReport> run(SqlClient sql, CostQuery query, int limit) {
        CostStatement statement = new CostStatement(query, limit);
        return sql.preparedQuery(statement.sql())
                .execute(statement.parameters())
                .map(rows -> {
                    List<Map<String, @Nullable Object>> data = new ArrayList<>(rows.size());
                    rows.forEach(row -> data.add(group(query, row)));
                    Row first = rows.size() == 0 ? null : rows.iterator().next();
                    return new CostReport(
                            query.from(),
                            query.to(),
                            query.groupBy().stream().map(Dimension::field).toList(),
                            first == null ? 0 : first.getLong("all_groups"),
                            first == null ? Amounts.NONE : Amounts.of(first, "all_"),
                            data);
                });
    }

    /** All groups as CSV. They are read a thousand at a time, so that other calls have their turn meanwhile. */
    static Future<String> csv(Pool pool, CostQuery query) {
        CostStatement statement = new CostStatement(query, MOST_LINES + 1);
        CsvText csv = new CsvText();
        Map<String, @Nullable Object> header = new LinkedHashMap<>();
        query.groupBy().forEach(dimension -> putNames(header, dimension));
        Amounts.NONE.putInto(header);
        csv.line(header.keySet());
        return pool.withTransaction(sql -> sql.prepare(statement.sql())
                        .compose(prepared -> append(prepared.cursor(statement.parameters()), query, csv)))
                .map(done -> csv.text());
    }

    private static Future<Void> append(Cursor cursor, CostQuery query, CsvText csv) {
        return cursor.read(LINES_AT_ONCE).compose(rows -> {
            for (Row row : rows) {
                if (row.getLong("all_groups") > MOST_LINES) {
                    return Future.failedFuture(Parameters.invalid(
                            "groupBy",
                            "has more than %d groups in this period: narrow it by a filter or by days"
                                    .formatted(MOST_LINES)));
                }
                csv.line(group(query, row).values());
            }
            return cursor.hasMore() ? append(cursor, query, csv) : cursor.close();
        });
    }

    private static void putNames(Map<String, @Nullable Object> group, Dimension dimension) {
        group.put(dimension.field(), null);
        if (dimension == Dimension.CLIENT) {
            group.put("clientName", null);
        }
    }

    private static Map<String, @Nullable Object> group(CostQuery query, Row row) {
        Map<String, @Nullable Object> group = new LinkedHashMap<>();
        for (Dimension dimension : query.groupBy()) {
            Object value = row.getValue(dimension.column());
            group.put(
                    dimension.field(),
                    value == null
                            ? null
                            : dimension == Dimension.MONTH ? value.toString().substring(0, 7) : value.toString());
            if (dimension == Dimension.CLIENT) {
                group.put("clientName", row.getString("client_name"));
            }
        }
        Amounts.of(row, "").putInto(group);
        return group;
    }
}
