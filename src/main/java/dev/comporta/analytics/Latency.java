package dev.comporta.analytics;

import io.quarkus.runtime.annotations.RegisterForReflection;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How long calls took and, of those that streamed, how long until the first token, in milliseconds. A percentile is the
 * time that so many of the calls did not exceed. It is exact below 128 ms and at most 0.8 % off above; the number of
 * calls is exact.
 */
@RegisterForReflection
record Latency(Percentiles total, Percentiles firstToken) {

    /** @param requests the calls that have such a time; the rest is null if there are none */
    @RegisterForReflection
    record Percentiles(
            long requests,
            @Nullable Long p50,
            @Nullable Long p95,
            @Nullable Long p99) {

        static final Percentiles NONE = new Percentiles(0, null, null, null);
    }

    private static final String STATEMENT = """
            WITH cells AS (
                SELECT step.number, time.first_token, time.cell >> 32 AS bucket,
                    sum(time.cell & 4294967295) AS seen
                FROM unnest($1::timestamptz[], $2::timestamptz[]) WITH ORDINALITY AS step (since, until, number)
                CROSS JOIN LATERAL comporta_latencies($3, step.since, step.until) AS part
                CROSS JOIN LATERAL (
                    SELECT false AS first_token, cell FROM unnest(part.latencies) AS cell
                    UNION ALL
                    SELECT true, cell FROM unnest(part.first_tokens) AS cell) AS time
                GROUP BY step.number, time.first_token, bucket
            ), ranked AS (
                SELECT number, first_token, bucket,
                    sum(seen) OVER (PARTITION BY number, first_token ORDER BY bucket) AS until_here,
                    sum(seen) OVER (PARTITION BY number, first_token) AS requests
                FROM cells
            )
            SELECT number::integer - 1 AS number, first_token, min(requests)::bigint AS requests,
                comporta_latency_of(min(bucket) FILTER (WHERE until_here >= requests * 0.50)) AS p50,
                comporta_latency_of(min(bucket) FILTER (WHERE until_here >= requests * 0.95)) AS p95,
                comporta_latency_of(min(bucket) FILTER (WHERE until_here >= requests * 0.99)) AS p99
            FROM ranked GROUP BY number, first_token
            """;

    /** The latency of each of these steps. */
    static Future<List<Latency>> of(SqlClient sql, Scope scope, List<Instant> steps) {
        OffsetDateTime[] times = steps.stream().map(Period::sql).toArray(OffsetDateTime[]::new);
        int count = times.length - 1;
        OffsetDateTime[] since = new OffsetDateTime[count];
        OffsetDateTime[] until = new OffsetDateTime[count];
        System.arraycopy(times, 0, since, 0, count);
        System.arraycopy(times, 1, until, 0, count);
        return sql.preparedQuery(STATEMENT)
                .execute(Tuple.of(since, until, scope.clientId()))
                .map(rows -> {
                    Percentiles[] total = new Percentiles[count];
                    Percentiles[] firstToken = new Percentiles[count];
                    for (Row row : rows) {
                        (row.getBoolean("first_token") ? firstToken : total)[row.getInteger("number")] =
                                new Percentiles(
                                        row.getLong("requests"),
                                        row.getLong("p50"),
                                        row.getLong("p95"),
                                        row.getLong("p99"));
                    }
                    List<Latency> latencies = new ArrayList<>(count);
                    for (int step = 0; step < count; step++) {
                        latencies.add(new Latency(orNone(total[step]), orNone(firstToken[step])));
                    }
                    return latencies;
                });
    }

    /** The latency of a whole period. */
    static Future<Latency> of(SqlClient sql, Scope scope, Period period) {
        return of(sql, scope, List.of(period.from(), period.to())).map(latencies -> latencies.get(0));
    }

    private static Percentiles orNone(@Nullable Percentiles percentiles) {
        return percentiles == null ? Percentiles.NONE : percentiles;
    }
}
