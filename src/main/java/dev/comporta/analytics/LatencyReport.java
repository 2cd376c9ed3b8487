package dev.comporta.analytics;

import io.quarkus.runtime.annotations.RegisterForReflection;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlClient;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Latency over time.
 *
 * @param overall that of the whole period
 * @param data one element for each step, also where nobody called
 */
@RegisterForReflection
record LatencyReport(Instant from, Instant to, String timeZone, Latency overall, List<Step> data) {

    /** @param at when the step begins */
    @RegisterForReflection
    record Step(Instant at, Latency.Percentiles total, Latency.Percentiles firstToken) {}

    static Future<LatencyReport> run(SqlClient sql, Scope scope, Period period, Period.Interval interval) {
        List<Instant> steps = period.steps(interval);
        Future<Latency> overall = Latency.of(sql, scope, period);
        Future<List<Latency>> series = Latency.of(sql, scope, steps);
        return Future.all(overall, series).map(done -> {
            List<Step> data = new ArrayList<>();
            for (int i = 0; i < series.result().size(); i++) {
                Latency latency = series.result().get(i);
                data.add(new Step(steps.get(i), latency.total(), latency.firstToken()));
            }
            return new LatencyReport(period.from(), period.to(), period.zone().getId(), overall.result(), data);
        });
    }
}
