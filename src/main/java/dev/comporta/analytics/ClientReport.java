package dev.comporta.analytics;

import io.quarkus.runtime.annotations.RegisterForReflection;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * What one client used in a period.
 *
 * @param timeZone the client's, in which days begin
 * @param fallbacks how often another target stood in, and which for which
 * @param series one element for each step, also where nothing was used
 */
@RegisterForReflection
record ClientReport(
        UUID clientId,
        String displayCurrency,
        Instant from,
        Instant to,
        String timeZone,
        Totals totals,
        Latency latency,
        Fallbacks fallbacks,
        List<Step> series) {

    @RegisterForReflection
    record Fallbacks(long total, List<FallbackReport.Route> routes) {}

    /** @param at when the step begins */
    @RegisterForReflection
    record Step(Instant at, Totals totals) {}

    private static final String SERIES = """
            SELECT used.*
            FROM unnest($1::timestamptz[], $2::timestamptz[]) WITH ORDINALITY AS step (since, until, number)
            CROSS JOIN LATERAL (SELECT %s FROM comporta_usage_of($3, step.since, step.until)) AS used
            ORDER BY step.number
            """;

    private static final String TOTALS = "SELECT %s FROM %s";

    /** @param scope of one client */
    static Future<ClientReport> run(
            SqlClient sql, UUID clientId, Scope scope, Period period, Period.Interval interval) {
        List<Instant> steps = period.steps(interval);
        Future<Totals> totals = sql.preparedQuery(TOTALS.formatted(Totals.SUMS, scope.usage()))
                .execute(scope.parameters(period))
                .map(rows -> Totals.of(rows.iterator().next()));
        Future<List<Step>> series = series(sql, clientId, steps);
        Future<Latency> latency = Latency.of(sql, scope, period);
        Future<FallbackReport.Counts> fallbacks = FallbackReport.counts(sql, scope, period);
        return Future.all(totals, series, latency, fallbacks)
                .map(done -> new ClientReport(
                        clientId,
                        scope.currency(),
                        period.from(),
                        period.to(),
                        period.zone().getId(),
                        totals.result(),
                        latency.result(),
                        new Fallbacks(
                                fallbacks.result().total(), fallbacks.result().routes()),
                        series.result()));
    }

    private static Future<List<Step>> series(SqlClient sql, UUID clientId, List<Instant> steps) {
        int count = steps.size() - 1;
        return sql.preparedQuery(SERIES.formatted(Totals.SUMS))
                .execute(Tuple.of(
                        steps.subList(0, count).stream().map(Period::sql).toArray(OffsetDateTime[]::new),
                        steps.subList(1, count + 1).stream().map(Period::sql).toArray(OffsetDateTime[]::new),
                        clientId))
                .map(rows -> {
                    List<Step> series = new ArrayList<>(count);
                    rows.forEach(row -> series.add(new Step(steps.get(series.size()), Totals.of(row))));
                    return series;
                });
    }
}
