package dev.comporta.alert;

import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.StreamSupport;

/**
 * How a provider did lately. A call belongs to the minute in which it ended, because one that nobody answers begins
 * long before anybody knows. Calls that the caller left, and those that failed inside the gateway, say nothing of a
 * provider.
 *
 * @param calls of 15 minutes
 * @param failures those of them that failed by the provider: no connection, no answer in time, a server error, a rate
 *     limit, a refused key, a broken stream
 * @param successes those of them that were served
 * @param p95Millis the duration that 95 of 100 of the served calls stay within; 0 if there are none
 * @param outages failures of the last 5 minutes that do not even show that the provider is there
 * @param answers the other calls of the last 5 minutes
 */
record ProviderFigures(
        String provider, long calls, long failures, long successes, long p95Millis, long outages, long answers) {

    private static final Duration LATELY = Duration.ofMinutes(15);
    private static final Duration NOW = Duration.ofMinutes(5);

    /** Calls that lasted longer are not looked for: the index knows when they began. */
    private static final Duration LONGEST_CALL = Duration.ofMinutes(15);

    static Future<List<ProviderFigures>> at(Instant now, SqlClient sql) {
        return sql.preparedQuery("""
                        WITH ended AS (
                            SELECT provider, status, status_code, latency_ms,
                                coalesce(error_details ->> 'code', '') AS code,
                                created_at + latency_ms * interval '1 millisecond' AS at
                            FROM gateway_usage_logs
                            WHERE created_at > $3 AND created_at <= $1 AND provider IS NOT NULL AND status <> 'cancelled'
                        ), judged AS (
                            SELECT *, at > $4 AS is_new, status = 'error' AND (
                                status_code >= 500 OR status_code IN (408, 429) OR status_code < 400) AS failed
                            FROM ended
                            WHERE at > $2 AND at <= $1 AND code NOT IN (
                                'internal_error', 'overloaded', 'accounting_unavailable', 'provider_key_missing',
                                'interrupted')
                        ), sorted AS (
                            SELECT *, failed AND status_code <> 429 AND code <> 'provider_refused_key' AS is_outage
                            FROM judged
                        )
                        SELECT provider,
                            count(*) AS calls,
                            count(*) FILTER (WHERE failed) AS failures,
                            count(*) FILTER (WHERE status = 'success') AS successes,
                            coalesce(percentile_disc(0.95) WITHIN GROUP (ORDER BY latency_ms)
                                FILTER (WHERE status = 'success'), 0) AS p95,
                            count(*) FILTER (WHERE is_new AND is_outage) AS outages,
                            count(*) FILTER (WHERE is_new AND NOT is_outage) AS answers
                        FROM sorted GROUP BY provider ORDER BY provider
                        """)
                .execute(Tuple.of(
                        now.atOffset(ZoneOffset.UTC),
                        now.minus(LATELY).atOffset(ZoneOffset.UTC),
                        now.minus(LATELY).minus(LONGEST_CALL).atOffset(ZoneOffset.UTC),
                        now.minus(NOW).atOffset(ZoneOffset.UTC)))
                .map(rows -> StreamSupport.stream(rows.spliterator(), false)
                        .map(ProviderFigures::of)
                        .toList());
    }

    private static ProviderFigures of(Row row) {
        return new ProviderFigures(
                row.getString("provider"),
                row.getLong("calls"),
                row.getLong("failures"),
                row.getLong("successes"),
                row.getLong("p95"),
                row.getLong("outages"),
                row.getLong("answers"));
    }
}
