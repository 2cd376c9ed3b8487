package dev.comporta.analytics;

import io.quarkus.runtime.annotations.RegisterForReflection;
import io.vertx.core.Future;
import io.vertx.sqlclient.Cursor;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
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
    private static final String CLIENT_NAME = "clientName";

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

        private static Amounts of(Row row) {
            return new Amounts(
                    row.getLong("requests"),
                    row.getLong("unpriced"),
                    row.getLong("input_tokens"),
                    row.getLong("output_tokens"),
                    row.getLong("total_tokens"),
                    row.getBigDecimal("cost_usd"),
                    row.getBigDecimal("cost_eur"),
                    row.getBigDecimal("cost_brl"));
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
        Future<Map<UUID, String>> names = names(sql, query);
        Future<RowSet<Row>> found = sql.preparedQuery(statement.sql()).execute(statement.parameters());
        return Future.all(names, found).map(done -> {
            List<Map<String, @Nullable Object>> data = new ArrayList<>();
            Amounts total = Amounts.NONE;
            long groups = 0;
            for (Row row : found.result()) {
                if (row.getBoolean("is_total")) {
                    groups = row.getLong("groups");
                    total = groups == 0 ? Amounts.NONE : Amounts.of(row);
                } else {
                    data.add(group(query, row, names.result()));
                }
            }
            return new CostReport(
                    query.from(),
                    query.to(),
                    query.groupBy().stream().map(Dimension::field).toList(),
                    groups,
                    total,
                    data);
        });
    }

    /** All groups as CSV. They are read a thousand at a time, so that other calls have their turn meanwhile. */
    static Future<String> csv(Pool pool, CostQuery query) {
        CostStatement statement = new CostStatement(query, MOST_LINES);
        CsvText csv = new CsvText();
        csv.line(header(query));
        return names(pool, query)
                .compose(names -> pool.withTransaction(sql -> sql.prepare(statement.sql())
                        .compose(prepared -> append(prepared.cursor(statement.parameters()), query, names, csv))))
                .map(done -> csv.text());
    }

    private static Future<Void> append(Cursor cursor, CostQuery query, Map<UUID, String> names, CsvText csv) {
        return cursor.read(LINES_AT_ONCE).compose(rows -> {
            for (Row row : rows) {
                if (row.getLong("groups") > MOST_LINES) {
                    return Future.failedFuture(Parameters.invalid(
                            "groupBy",
                            "has more than %d groups in this period: narrow it by a filter or by days"
                                    .formatted(MOST_LINES)));
                }
                if (!row.getBoolean("is_total")) {
                    csv.line(group(query, row, names).values());
                }
            }
            return cursor.hasMore() ? append(cursor, query, names, csv) : cursor.close();
        });
    }

    private static Future<Map<UUID, String>> names(SqlClient sql, CostQuery query) {
        if (!query.groupBy().contains(Dimension.CLIENT)) {
            return Future.succeededFuture(Map.of());
        }
        return sql.preparedQuery("SELECT id, name FROM clients WHERE $1::uuid IS NULL OR id = $1")
                .execute(Tuple.of(query.clientId()))
                .map(rows -> {
                    Map<UUID, String> names = new HashMap<>();
                    rows.forEach(row -> names.put(row.getUUID("id"), row.getString("name")));
                    return names;
                });
    }

    private static Set<String> header(CostQuery query) {
        Map<String, @Nullable Object> header = new LinkedHashMap<>();
        for (Dimension dimension : query.groupBy()) {
            header.put(dimension.field(), null);
            if (dimension == Dimension.CLIENT) {
                header.put(CLIENT_NAME, null);
            }
        }
        Amounts.NONE.putInto(header);
        return header.keySet();
    }

    private static Map<String, @Nullable Object> group(CostQuery query, Row row, Map<UUID, String> names) {
        Map<String, @Nullable Object> group = new LinkedHashMap<>();
        for (Dimension dimension : query.groupBy()) {
            Object value = row.getValue(dimension.column());
            if (dimension == Dimension.CLIENT) {
                group.put(dimension.field(), String.valueOf(value));
                group.put(CLIENT_NAME, names.get(value));
            } else {
                String text = value == null ? null : value.toString();
                group.put(
                        dimension.field(), text != null && dimension == Dimension.MONTH ? text.substring(0, 7) : text);
            }
        }
        Amounts.of(row).putInto(group);
        return group;
    }
}
