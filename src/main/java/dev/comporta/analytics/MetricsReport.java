package dev.comporta.analytics;

import io.quarkus.runtime.annotations.RegisterForReflection;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlClient;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The figures of a period and of the one before it.
 *
 * @param topClients the ten that cost most
 * @param providers all that were called, the one that cost most first; without a name are the calls that reached none
 */
@RegisterForReflection
record MetricsReport(
        Instant from,
        Instant to,
        String timeZone,
        Totals totals,
        Latency latency,
        long activeClients,
        List<OfClient> topClients,
        List<OfProvider> providers,
        Before previous) {

    @RegisterForReflection
    record OfClient(
            UUID clientId, @Nullable String name, @Nullable String slug, Totals totals) {}

    /**
     * @param requestShare of all requests, to six digits
     * @param costShare of the cost in USD, to six digits; null if nothing cost anything
     */
    @RegisterForReflection
    record OfProvider(
            @Nullable String provider,
            @Nullable BigDecimal requestShare,
            @Nullable BigDecimal costShare,
            Totals totals) {}

    @RegisterForReflection
    record Before(Instant from, Instant to, Totals totals, Latency latency, long activeClients) {}

    private static final int MOST_CLIENTS = 10;

    private static final String STATEMENT = """
            WITH used AS MATERIALIZED (
                SELECT client_id, provider, %1$s FROM %2$s GROUP BY client_id, provider
            ), parts AS (
                SELECT 1 AS part, NULL::uuid AS client_id, NULL AS provider,
                    count(DISTINCT client_id) AS clients, %1$s FROM used
                UNION ALL
                (SELECT 2, client_id, NULL, 1, %1$s FROM used
                GROUP BY client_id ORDER BY sum(cost_usd) DESC, sum(requests) DESC, client_id LIMIT %3$d)
                UNION ALL
                SELECT 3, NULL, provider, count(DISTINCT client_id), %1$s FROM used GROUP BY provider
            )
            SELECT parts.*, clients.name, clients.slug
            FROM parts LEFT JOIN clients ON clients.id = parts.client_id
            ORDER BY part, cost_usd DESC, requests DESC, client_id, provider
            """;

    private static final String BEFORE = "SELECT count(DISTINCT client_id) AS clients, %s FROM %s";

    static Future<MetricsReport> run(SqlClient sql, Scope scope, Period period) {
        Period previous = period.previous();
        Future<List<Row>> parts = sql.preparedQuery(STATEMENT.formatted(Totals.SUMS, scope.usage(), MOST_CLIENTS))
                .execute(scope.parameters(period))
                .map(rows -> {
                    List<Row> list = new ArrayList<>();
                    rows.forEach(list::add);
                    return list;
                });
        Future<Row> before = sql.preparedQuery(BEFORE.formatted(Totals.SUMS, scope.usage()))
                .execute(scope.parameters(previous))
                .map(rows -> rows.iterator().next());
        Future<Latency> latency = Latency.of(sql, scope, period);
        Future<Latency> latencyBefore = Latency.of(sql, scope, previous);
        return Future.all(parts, before, latency, latencyBefore)
                .map(done -> of(
                        period,
                        parts.result(),
                        latency.result(),
                        new Before(
                                previous.from(),
                                previous.to(),
                                Totals.of(before.result()),
                                latencyBefore.result(),
                                before.result().getLong("clients"))));
    }

    private static MetricsReport of(Period period, List<Row> parts, Latency latency, Before before) {
        Totals totals = Totals.of(parts.get(0));
        List<OfClient> clients = new ArrayList<>();
        List<OfProvider> providers = new ArrayList<>();
        for (Row row : parts.subList(1, parts.size())) {
            Totals of = Totals.of(row);
            if (row.getInteger("part") == 2) {
                clients.add(new OfClient(row.getUUID("client_id"), row.getString("name"), row.getString("slug"), of));
            } else {
                providers.add(new OfProvider(
                        row.getString("provider"),
                        Totals.ratio(of.requests(), totals.requests(), 6),
                        Totals.ratio(of.costUsd(), totals.costUsd(), 6),
                        of));
            }
        }
        return new MetricsReport(
                period.from(),
                period.to(),
                period.zone().getId(),
                totals,
                latency,
                parts.get(0).getLong("clients"),
                clients,
                providers,
                before);
    }
}
