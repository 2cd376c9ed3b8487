package dev.comporta.analytics;

import io.quarkus.runtime.annotations.RegisterForReflection;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What each client used in a month of its own time zone, as its budget counts it: the sums of {@code cost_events}, to
 * the last digit.
 *
 * @param data the clients that used anything, by slug
 * @param currencies the sums of those who have this display currency
 */
@RegisterForReflection
record BillingSummary(String month, List<Bill> data, List<Sum> currencies) {

    /**
     * @param from when the month begins for this client
     * @param currency its display currency
     * @param amount what it used, in this currency
     * @param unpriced calls that used something whose price is unknown: they are not in the amount, and not free
     */
    @RegisterForReflection
    record Bill(
            UUID clientId,
            String name,
            String slug,
            String timeZone,
            Instant from,
            Instant to,
            String currency,
            BigDecimal amount,
            long requests,
            long unpriced,
            long totalTokens,
            BigDecimal costUsd,
            BigDecimal costEur,
            BigDecimal costBrl) {}

    @RegisterForReflection
    record Sum(String currency, BigDecimal amount, long clients, long requests, long unpriced) {

        private Sum plus(Sum other) {
            return new Sum(
                    currency,
                    amount.add(other.amount),
                    clients + other.clients,
                    requests + other.requests,
                    unpriced + other.unpriced);
        }
    }

    private static final String STATEMENT = """
            SELECT clients.*, used.*, month.since, month.until
            FROM unnest($1::uuid[], $2::timestamptz[], $3::timestamptz[]) AS month (client_id, since, until)
            JOIN clients ON clients.id = month.client_id
            CROSS JOIN LATERAL (
                SELECT %s FROM comporta_usage_of(month.client_id, month.since, month.until)) AS used
            WHERE used.requests > 0
            ORDER BY slug COLLATE "C"
            """;

    /** @param text such as {@code 2026-11} */
    static YearMonth month(@Nullable String text) {
        try {
            YearMonth month = YearMonth.parse(text == null ? "" : text);
            if (month.getYear() >= 2000 && month.getYear() <= 9998) {
                return month;
            }
        } catch (DateTimeParseException e) {
            // Told below.
        }
        throw Parameters.invalid("month", "must be a month such as 2026-11");
    }

    /** @param clientId null for all */
    static Future<BillingSummary> run(SqlClient sql, YearMonth month, @Nullable UUID clientId) {
        return sql.preparedQuery("SELECT id, time_zone FROM clients WHERE $1::uuid IS NULL OR id = $1")
                .execute(Tuple.of(clientId))
                .compose(clients -> {
                    List<UUID> ids = new ArrayList<>();
                    List<OffsetDateTime> since = new ArrayList<>();
                    List<OffsetDateTime> until = new ArrayList<>();
                    for (Row client : clients) {
                        ZoneId zone = Scope.zone(client.getString("time_zone"));
                        ids.add(client.getUUID("id"));
                        since.add(Period.sql(month.atDay(1).atStartOfDay(zone).toInstant()));
                        until.add(Period.sql(
                                month.plusMonths(1).atDay(1).atStartOfDay(zone).toInstant()));
                    }
                    return sql.preparedQuery(STATEMENT.formatted(Totals.SUMS))
                            .execute(Tuple.of(
                                    ids.toArray(UUID[]::new),
                                    since.toArray(OffsetDateTime[]::new),
                                    until.toArray(OffsetDateTime[]::new)));
                })
                .map(rows -> {
                    List<Bill> bills = new ArrayList<>();
                    rows.forEach(row -> bills.add(bill(row)));
                    return new BillingSummary(month.toString(), bills, sums(bills));
                });
    }

    private static Bill bill(Row row) {
        Totals used = Totals.of(row);
        String currency = row.getString("display_currency");
        return new Bill(
                row.getUUID("id"),
                row.getString("name"),
                row.getString("slug"),
                row.getString("time_zone"),
                row.getOffsetDateTime("since").toInstant(),
                row.getOffsetDateTime("until").toInstant(),
                currency,
                used.cost(currency),
                used.requests(),
                used.unpriced(),
                used.totalTokens(),
                used.costUsd(),
                used.costEur(),
                used.costBrl());
    }

    private static List<Sum> sums(List<Bill> bills) {
        Map<String, Sum> sums = new TreeMap<>();
        for (Bill bill : bills) {
            Sum one = new Sum(bill.currency(), bill.amount(), 1, bill.requests(), bill.unpriced());
            sums.merge(bill.currency(), one, Sum::plus);
        }
        return List.copyOf(sums.values());
    }
}
