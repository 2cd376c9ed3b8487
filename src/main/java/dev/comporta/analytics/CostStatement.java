package dev.comporta.analytics;

import io.vertx.sqlclient.Tuple;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.StringJoiner;
import java.util.stream.Collectors;

/**
 * What a question about costs asks of the database: of the smallest of three tables of sums that can answer. Only names
 * of columns become text; what callers said are parameters.
 */
final class CostStatement {

    /** What {@code usage_rollups} tells apart, which has a tenth of the rows. */
    private static final Set<Dimension> FEW =
            EnumSet.of(Dimension.CLIENT, Dimension.PROVIDER, Dimension.DAY, Dimension.MONTH);

    private static final String ROWS =
            "requests, unpriced, input_tokens, output_tokens, total_tokens, cost_usd, cost_eur, cost_brl";

    private static final String SUMS = """
            sum(requests) AS requests, sum(unpriced) AS unpriced,
            sum(input_tokens) AS input_tokens, sum(output_tokens) AS output_tokens, sum(total_tokens) AS total_tokens,
            sum(cost_usd) AS cost_usd, sum(cost_eur) AS cost_eur, sum(cost_brl) AS cost_brl
            """;

    private static final String STATEMENT = """
            SELECT %1$s, grouping(%1$s) <> 0 AS is_total,
                sum(requests)::bigint AS requests, sum(unpriced)::bigint AS unpriced,
                sum(input_tokens)::bigint AS input_tokens, sum(output_tokens)::bigint AS output_tokens,
                sum(total_tokens)::bigint AS total_tokens,
                sum(cost_usd) AS cost_usd, sum(cost_eur) AS cost_eur, sum(cost_brl) AS cost_brl,
                count(*) OVER () - 1 AS groups
            FROM %2$s
            GROUP BY GROUPING SETS ((%1$s), ())
            ORDER BY is_total DESC, %3$s LIMIT %4$d
            """;

    private final CostQuery query;
    private final Tuple parameters;
    private final String sql;

    /** @param limit at most so many groups; before them comes a row with the total of all */
    CostStatement(CostQuery query, int limit) {
        this.query = query;
        parameters = Tuple.of(query.from(), query.to());
        boolean few = FEW.containsAll(query.groupBy())
                && FEW.containsAll(query.filters().keySet());
        sql = STATEMENT.formatted(columns(query.groupBy()), few ? few() : many(), order(), limit + 1);
    }

    String sql() {
        return sql;
    }

    Tuple parameters() {
        return parameters;
    }

    private String few() {
        StringJoiner where = new StringJoiner(" AND ")
                .add("grain = 'day'")
                .add("starts_at >= $1::date::timestamp AT TIME ZONE 'UTC'")
                .add("starts_at < $2::date::timestamp AT TIME ZONE 'UTC'");
        narrow(where, where);
        return """
                (SELECT client_id, provider, (starts_at AT TIME ZONE 'UTC')::date AS day,
                    date_trunc('month', starts_at AT TIME ZONE 'UTC')::date AS month, %s
                FROM usage_rollups WHERE %s) AS used""".formatted(ROWS, where);
    }

    /** First the sums of each set of dimensions, which are few, then of the groups; by day there is no such saving. */
    private String many() {
        boolean byUser =
                query.groupBy().contains(Dimension.USER) || query.filters().containsKey(Dimension.USER);
        StringJoiner where = new StringJoiner(" AND ").add("day >= $1").add("day < $2");
        StringJoiner dimensions = new StringJoiner(" AND ");
        narrow(where, dimensions);
        if (byUser && query.clientId() != null) {
            where.add("client_id = $" + add(query.clientId()));
        }
        if (dimensions.length() > 0) {
            where.add("dimensions_id IN (SELECT id FROM cost_dimensions WHERE " + dimensions + ")");
        }
        List<Dimension> apart = query.groupBy().stream()
                .filter(dimension -> dimension.isTime() || dimension == Dimension.USER)
                .toList();
        boolean byDay = apart.contains(Dimension.DAY);
        return """
                (SELECT dimensions_id%s, %s FROM %s WHERE %s %s) AS used
                JOIN cost_dimensions ON cost_dimensions.id = used.dimensions_id""".formatted(
                        apart.stream().map(CostStatement::selected).collect(Collectors.joining()),
                        byDay ? ROWS : SUMS,
                        byUser ? "user_cost_rollups" : "cost_rollups",
                        where,
                        byDay
                                ? ""
                                : apart.stream()
                                        .map(dimension -> ", " + dimension.column())
                                        .collect(Collectors.joining("", "GROUP BY dimensions_id", "")));
    }

    private static String selected(Dimension dimension) {
        return dimension == Dimension.MONTH
                ? ", date_trunc('month', day::timestamp)::date AS month"
                : ", " + dimension.column();
    }

    /** @param rows where the user is looked for, {@code others} where everything else is */
    private void narrow(StringJoiner rows, StringJoiner others) {
        if (query.clientId() != null) {
            others.add("client_id = $" + add(query.clientId()));
        }
        query.filters()
                .forEach((dimension, value) ->
                        (dimension == Dimension.USER ? rows : others).add(dimension.column() + " = $" + add(value)));
    }

    private static String columns(List<Dimension> dimensions) {
        return dimensions.stream().map(Dimension::column).collect(Collectors.joining(", "));
    }

    /** By time, if they are told apart by it; then the most expensive first, in one order whoever asks. */
    private String order() {
        StringJoiner order = new StringJoiner(", ");
        query.groupBy().stream().filter(Dimension::isTime).forEach(time -> order.add(time.column()));
        order.add("sum(cost_usd) DESC").add("sum(requests) DESC");
        query.groupBy().stream().filter(dimension -> !dimension.isTime()).forEach(other -> order.add(other.column()));
        return order.toString();
    }

    private int add(Object value) {
        parameters.addValue(value);
        return parameters.size();
    }
}
