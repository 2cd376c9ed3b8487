package dev.comporta.analytics;

import io.quarkus.runtime.annotations.RegisterForReflection;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collector;
import java.util.stream.IntStream;
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
            SELECT step.number::integer - 1 AS number, part.latencies, part.first_tokens
            FROM unnest($1::timestamptz[], $2::timestamptz[]) WITH ORDINALITY AS step (since, until, number)
            CROSS JOIN LATERAL comporta_latencies($3, step.since, step.until) AS part
            """;

    /** The latency of each of these steps. */
    static Future<List<Latency>> of(SqlClient sql, Scope scope, List<Instant> steps) {
        OffsetDateTime[] times = steps.stream().map(Period::sql).toArray(OffsetDateTime[]::new);
        int count = times.length - 1;
        OffsetDateTime[] since = new OffsetDateTime[count];
        OffsetDateTime[] until = new OffsetDateTime[count];
        System.arraycopy(times, 0, since, 0, count);
        System.arraycopy(times, 1, until, 0, count);
        Histogram[] total = new Histogram[count];
        Histogram[] firstToken = new Histogram[count];
        Arrays.setAll(total, step -> new Histogram());
        Arrays.setAll(firstToken, step -> new Histogram());
        // Added up as rows arrive: they are many, and none is kept.
        Collector<Row, ?, Void> adding = Collector.of(
                () -> total,
                (histograms, row) -> {
                    int step = row.getInteger("number");
                    total[step].add(row.getArrayOfLongs("latencies"));
                    firstToken[step].add(row.getArrayOfLongs("first_tokens"));
                },
                (one, other) -> one,
                histograms -> null);
        return sql.preparedQuery(STATEMENT)
                .collecting(adding)
                .execute(Tuple.of(since, until, scope.clientId()))
                .map(added -> IntStream.range(0, count)
                        .mapToObj(step -> new Latency(total[step].percentiles(), firstToken[step].percentiles()))
                        .toList());
    }

    /** The latency of a whole period. */
    static Future<Latency> of(SqlClient sql, Scope scope, Period period) {
        return of(sql, scope, List.of(period.from(), period.to())).map(latencies -> latencies.get(0));
    }
}
