package dev.comporta.analytics;

import dev.comporta.core.Page;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Each time in a period that another target was tried because one failed, newest first.
 *
 * @param total how many there are on all pages
 * @param routes how often which target stood in for which, the most frequent first
 */
@RegisterForReflection
record FallbackReport(
        Instant from,
        Instant to,
        long total,
        List<Route> routes,
        List<Event> data,
        @Nullable String nextCursor) {

    private static final int MOST_ROUTES = 100;

    /** @param count how often */
    @RegisterForReflection
    record Route(String fromProvider, String fromModel, String toProvider, String toModel, String reason, long count) {}

    /** A row of {@code fallback_events}, its columns in camel case. */
    @RegisterForReflection
    record Event(
            UUID id,
            Instant createdAt,
            UUID usageLogId,
            UUID clientId,
            String requestId,
            String fromProvider,
            String fromModel,
            String toProvider,
            String toModel,
            String reason) {

        private static Event of(Row row) {
            return new Event(
                    row.getUUID("id"),
                    row.getOffsetDateTime("created_at").toInstant(),
                    row.getUUID("usage_log_id"),
                    row.getUUID("client_id"),
                    row.getString("request_id"),
                    row.getString("from_provider"),
                    row.getString("from_model"),
                    row.getString("to_provider"),
                    row.getString("to_model"),
                    row.getString("reason"));
        }
    }

    /** The routes, and the total beside the first of them. */
    record Counts(long total, List<Route> routes) {}

    private static final String COUNTS = """
            SELECT from_provider, from_model, to_provider, to_model, reason, count(*) AS events,
                sum(count(*)) OVER ()::bigint AS total
            FROM fallback_events WHERE created_at >= $1 AND created_at < $2 %s
            GROUP BY from_provider, from_model, to_provider, to_model, reason
            ORDER BY events DESC, from_provider, from_model, to_provider, to_model, reason LIMIT %d
            """;

    private static final String PAGE = """
            SELECT * FROM fallback_events
            WHERE created_at >= $1 AND created_at < $2 AND (created_at, id) < ($3, $4) %s
            ORDER BY created_at DESC, id DESC LIMIT %d
            """;

    static Future<FallbackReport> run(SqlClient sql, Scope scope, Period period, Cursor after, int limit) {
        Future<Counts> counts = counts(sql, scope, period);
        Future<Page<Event>> page = page(sql, scope, period, after, limit);
        return Future.all(counts, page)
                .map(done -> new FallbackReport(
                        period.from(),
                        period.to(),
                        counts.result().total(),
                        counts.result().routes(),
                        page.result().data(),
                        page.result().nextCursor()));
    }

    static Future<Counts> counts(SqlClient sql, Scope scope, Period period) {
        String narrowed = scope.clientId() == null ? "" : "AND client_id = $3";
        return sql.preparedQuery(COUNTS.formatted(narrowed, MOST_ROUTES))
                .execute(scope.parameters(period))
                .map(rows -> {
                    long total = 0;
                    List<Route> routes = new ArrayList<>();
                    for (Row row : rows) {
                        total = row.getLong("total");
                        routes.add(new Route(
                                row.getString("from_provider"),
                                row.getString("from_model"),
                                row.getString("to_provider"),
                                row.getString("to_model"),
                                row.getString("reason"),
                                row.getLong("events")));
                    }
                    return new Counts(total, routes);
                });
    }

    private static Future<Page<Event>> page(SqlClient sql, Scope scope, Period period, Cursor after, int limit) {
        UUID id = after.id().isEmpty() ? new UUID(-1, -1) : Parameters.uuid("cursor", after.id());
        Tuple parameters = Tuple.of(Period.sql(period.from()), Period.sql(period.to()), Period.sql(after.at()), id);
        if (scope.clientId() != null) {
            parameters.addUUID(scope.clientId());
        }
        String narrowed = scope.clientId() == null ? "" : "AND client_id = $5";
        return sql.preparedQuery(PAGE.formatted(narrowed, limit + 1))
                .execute(parameters)
                .map(rows -> {
                    List<Event> events = new ArrayList<>();
                    rows.forEach(row -> events.add(Event.of(row)));
                    return Page.of(
                            events,
                            limit,
                            event -> new Cursor(event.createdAt(), event.id().toString()).text());
                });
    }
}
