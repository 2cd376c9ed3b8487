package dev.comporta.analytics;

import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A question about costs.
 *
 * @param from the first day, of UTC
 * @param to the day after the last
 * @param clientId null for all clients
 * @param filters what the other dimensions must be
 */
record CostQuery(
        LocalDate from,
        LocalDate to,
        @Nullable UUID clientId,
        Map<Dimension, String> filters,
        List<Dimension> groupBy) {

    /** A user is one of a client's own, and they are as many as there are people: asked for, they need a name. */
    CostQuery {
        if (groupBy.contains(Dimension.USER) && clientId == null && !filters.containsKey(Dimension.USER)) {
            throw Parameters.invalid("clientId", "must be given to group by user");
        }
    }

    /** The days of a period; where it was given by its ends, they must be days. */
    static LocalDate[] days(@Nullable String period, @Nullable String from, @Nullable String to, Instant now) {
        Period asked = Period.of(period, from, to, ZoneOffset.UTC, now);
        OffsetDateTime start = Period.sql(asked.from());
        OffsetDateTime end = Period.sql(asked.to());
        if (!isMidnight(start)) {
            throw Parameters.invalid("from", "must be a day such as 2026-11-01");
        }
        if (to != null && !isMidnight(end)) {
            throw Parameters.invalid("to", "must be a day such as 2026-11-01");
        }
        return new LocalDate[] {
            start.toLocalDate(),
            isMidnight(end) ? end.toLocalDate() : end.toLocalDate().plusDays(1)
        };
    }

    private static boolean isMidnight(OffsetDateTime time) {
        return time.equals(time.truncatedTo(ChronoUnit.DAYS));
    }

    /** The statement and its parameters. */
    record Statement(String sql, Tuple parameters) {}

    /**
     * First the sums of each set of dimensions, which are few, then of the groups; by day there is no such saving. Only
     * names of columns become text.
     *
     * @param limit at most so many groups; all are in their number and in the total, beside each of them
     */
    Statement statement(int limit) {
        boolean byUser = groupBy.contains(Dimension.USER) || filters.containsKey(Dimension.USER);
        Tuple parameters = Tuple.of(from, to);
        StringJoiner rows = new StringJoiner(" AND ").add("day >= $1").add("day < $2");
        StringJoiner dimensions = new StringJoiner(" AND ");
        if (clientId != null) {
            String condition = "client_id = $" + add(parameters, clientId);
            (byUser ? rows : dimensions).add(condition);
        }
        filters.forEach((dimension, value) -> (dimension == Dimension.USER ? rows : dimensions)
                .add(dimension.column() + " = $" + add(parameters, value)));
        if (dimensions.length() > 0) {
            rows.add("dimensions_id IN (SELECT id FROM cost_dimensions WHERE " + dimensions + ")");
        }
        boolean byDay = groupBy.contains(Dimension.DAY);
        String sql = STATEMENT.formatted(
                groupBy.stream().map(Dimension::column).collect(Collectors.joining(", ")),
                groupBy.contains(Dimension.CLIENT)
                        ? ", (SELECT name FROM clients WHERE clients.id = client_id) AS client_name"
                        : "",
                groupBy.stream()
                        .filter(dimension -> dimension.isTime() || dimension == Dimension.USER)
                        .map(CostQuery::beside)
                        .collect(Collectors.joining()),
                byUser ? "user_cost_rollups" : "cost_rollups",
                rows,
                byDay
                        ? ""
                        : groupBy.stream()
                                .filter(dimension -> dimension.isTime() || dimension == Dimension.USER)
                                .map(dimension -> ", " + dimension.column())
                                .collect(Collectors.joining("", "GROUP BY dimensions_id", "")),
                order(),
                limit,
                byDay ? ROWS : SUMS);
        return new Statement(sql, parameters);
    }

    private static final String STATEMENT = """
            SELECT %1$s%2$s,
                sum(requests)::bigint AS requests, sum(unpriced)::bigint AS unpriced,
                sum(input_tokens)::bigint AS input_tokens, sum(output_tokens)::bigint AS output_tokens,
                sum(total_tokens)::bigint AS total_tokens,
                sum(cost_usd) AS cost_usd, sum(cost_eur) AS cost_eur, sum(cost_brl) AS cost_brl,
                count(*) OVER () AS all_groups,
                (sum(sum(requests)) OVER ())::bigint AS all_requests,
                (sum(sum(unpriced)) OVER ())::bigint AS all_unpriced,
                (sum(sum(input_tokens)) OVER ())::bigint AS all_input_tokens,
                (sum(sum(output_tokens)) OVER ())::bigint AS all_output_tokens,
                (sum(sum(total_tokens)) OVER ())::bigint AS all_total_tokens,
                sum(sum(cost_usd)) OVER () AS all_cost_usd, sum(sum(cost_eur)) OVER () AS all_cost_eur,
                sum(sum(cost_brl)) OVER () AS all_cost_brl
            FROM (
                SELECT dimensions_id%3$s, %9$s FROM %4$s WHERE %5$s %6$s
            ) AS used JOIN cost_dimensions ON cost_dimensions.id = used.dimensions_id
            GROUP BY %1$s ORDER BY %7$s LIMIT %8$d
            """;

    private static final String ROWS = """
            requests, unpriced, input_tokens, output_tokens, total_tokens, cost_usd, cost_eur, cost_brl""";

    private static final String SUMS = """
            sum(requests) AS requests, sum(unpriced) AS unpriced,
            sum(input_tokens) AS input_tokens, sum(output_tokens) AS output_tokens, sum(total_tokens) AS total_tokens,
            sum(cost_usd) AS cost_usd, sum(cost_eur) AS cost_eur, sum(cost_brl) AS cost_brl""";

    private static String beside(Dimension dimension) {
        return dimension == Dimension.MONTH
                ? ", date_trunc('month', day::timestamp)::date AS month"
                : ", " + dimension.column();
    }

    /** By time, if they are told apart by it; then the most expensive first, in one order whoever asks. */
    private String order() {
        StringJoiner order = new StringJoiner(", ");
        groupBy.stream().filter(Dimension::isTime).forEach(time -> order.add(time.column()));
        order.add("sum(cost_usd) DESC").add("sum(requests) DESC");
        groupBy.stream().filter(dimension -> !dimension.isTime()).forEach(other -> order.add(other.column()));
        return order.toString();
    }

    private static int add(Tuple parameters, Object value) {
        parameters.addValue(value);
        return parameters.size();
    }
}
