package dev.comporta.model;

import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.StreamSupport;

/** The tables {@code exchange_rates} and {@code exchange_rate_requests}. */
final class ExchangeRateTable {

    static final String NAME = "exchange_rates";

    private static final String COLUMNS = "rate_date, usd_to_eur, usd_to_brl, source, fetched_at";

    private static final String NEWEST =
            "SELECT %s FROM exchange_rates WHERE rate_date <= $1 ORDER BY rate_date DESC LIMIT $2".formatted(COLUMNS);

    private static final String PUT = """
            INSERT INTO exchange_rates AS present (%s) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (rate_date) DO UPDATE
            SET usd_to_eur = EXCLUDED.usd_to_eur, usd_to_brl = EXCLUDED.usd_to_brl,
                source = EXCLUDED.source, fetched_at = EXCLUDED.fetched_at""".formatted(COLUMNS);

    /** What somebody else wrote is theirs. */
    private static final String REFRESH =
            PUT + " WHERE present.source = EXCLUDED.source AND present.source <> '" + StoredExchangeRate.MANUAL + "'";

    private static final String DELETE = "DELETE FROM exchange_rates WHERE rate_date = $1";

    /** A request that lies in the future was made by a clock that has been set back since. */
    private static final String CLAIM = """
            INSERT INTO exchange_rate_requests AS last (requested_at) VALUES ($1)
            ON CONFLICT (id) DO UPDATE SET requested_at = EXCLUDED.requested_at
            WHERE last.requested_at NOT BETWEEN $2 AND $3""";

    private ExchangeRateTable() {}

    /** The newest rows up to and including a day, newest first. */
    static Future<List<StoredExchangeRate>> newest(SqlClient sql, LocalDate until, int limit) {
        return sql.preparedQuery(NEWEST)
                .execute(Tuple.of(until, limit))
                .map(rows -> StreamSupport.stream(rows.spliterator(), false)
                        .map(ExchangeRateTable::read)
                        .toList());
    }

    /** Writes the rate of a day, whatever was there. */
    static Future<Void> put(SqlClient sql, StoredExchangeRate rate) {
        return sql.preparedQuery(PUT).execute(tuple(rate)).mapEmpty();
    }

    /** Writes the rate of a day unless somebody else has; false if so. */
    static Future<Boolean> refresh(SqlClient sql, StoredExchangeRate rate) {
        return sql.preparedQuery(REFRESH).execute(tuple(rate)).map(written -> written.rowCount() > 0);
    }

    /** Removes the rate of a day; false if there is none. */
    static Future<Boolean> delete(SqlClient sql, LocalDate day) {
        return sql.preparedQuery(DELETE).execute(Tuple.of(day)).map(deleted -> deleted.rowCount() > 0);
    }

    /** Takes the turn to ask; false if another replica took it after {@code since}. */
    static Future<Boolean> claim(SqlClient sql, Instant now, Instant since, Instant until) {
        return sql.preparedQuery(CLAIM)
                .execute(Tuple.of(
                        now.atOffset(ZoneOffset.UTC), since.atOffset(ZoneOffset.UTC), until.atOffset(ZoneOffset.UTC)))
                .map(claimed -> claimed.rowCount() > 0);
    }

    private static Tuple tuple(StoredExchangeRate rate) {
        return Tuple.of(
                rate.rateDate(),
                rate.usdToEur(),
                rate.usdToBrl(),
                rate.source(),
                rate.fetchedAt().atOffset(ZoneOffset.UTC));
    }

    private static StoredExchangeRate read(Row row) {
        return new StoredExchangeRate(
                row.getLocalDate("rate_date"),
                decimal(row, "usd_to_eur"),
                decimal(row, "usd_to_brl"),
                row.getString("source"),
                row.getOffsetDateTime("fetched_at").toInstant());
    }

    private static BigDecimal decimal(Row row, String column) {
        return Decimals.plain(row.getBigDecimal(column));
    }
}
