package dev.comporta.model;

import static dev.comporta.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.comporta.store.Database;
import dev.comporta.store.Databases;
import dev.comporta.store.ScratchDatabase;
import dev.comporta.store.StartupFailure;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Exchange rates over a real database and a real source")
class ExchangeRateStoryTest {

    private static final Instant MORNING = Instant.parse("2026-11-20T09:00:00Z");
    private static final LocalDate TODAY = LocalDate.of(2026, 11, 20);
    private static final TestClock CLOCK = new TestClock();
    private static final Vertx VERTX = Vertx.vertx();
    private static final RateServer SERVER = new RateServer(VERTX);

    @TempDir
    static Path directory;

    private static ScratchDatabase scratch;
    private static Database database;
    private static ExchangeRates rates;
    private static ExchangeRates ratesOfTheOther;

    @BeforeAll
    static void open() {
        ExchangeRateConfig config = ExchangeRateSettings.silent().config();
        scratch = ScratchDatabase.open(directory, List.of(), opening -> {
            database = opening;
            rates = new ExchangeRates(opening, config, CLOCK);
            ratesOfTheOther = new ExchangeRates(opening, config, CLOCK);
        });
    }

    @AfterAll
    static void close() throws Exception {
        scratch.close();
        Databases.await(VERTX.close());
    }

    @BeforeEach
    void empty() {
        CLOCK.now = MORNING;
        Databases.sql(database, "TRUNCATE exchange_rates, exchange_rate_requests");
        Databases.await(Future.all(rates.reload(), ratesOfTheOther.reload()));
        SERVER.askedSince();
        SERVER.quotes("0.86", "5.34");
    }

    @Test
    void the_rates_of_today_are_fetched_at_the_start() throws Exception {
        assertThat(rates.current().source()).isEqualTo("fallback");

        started(rates);

        eventually("the rates are there", () -> rates.current().source().equals("127.0.0.1"));
        assertThat(rates.current()).isEqualTo(rate("0.86", "5.34", TODAY, "127.0.0.1"));
        assertThat(SERVER.askedSince()).isEqualTo(1);
        assertThat(Databases.sql(
                                database,
                                "SELECT 1 FROM exchange_rates WHERE fetched_at = $1",
                                MORNING.atOffset(ZoneOffset.UTC))
                        .size())
                .isEqualTo(1);
    }

    @Test
    void two_replicas_that_start_together_and_again_ask_once() throws Exception {
        List<ExchangeRateRefresh> replicas = Stream.of(rates, ratesOfTheOther)
                .flatMap(each -> Stream.of(started(each), started(each), started(each)))
                .toList();
        eventually(
                "both have the rates",
                () -> Stream.of(rates, ratesOfTheOther)
                        .allMatch(each -> each.current().source().equals("127.0.0.1")));

        for (ExchangeRateRefresh replica : replicas) {
            assertThat(run(replica)).isEqualTo("the rates of today are there");
        }
        assertThat(SERVER.askedSince()).isEqualTo(1);
    }

    @Test
    void a_source_that_fails_is_asked_once_in_a_quarter_of_an_hour_by_all_replicas_together() {
        SERVER.script(request -> request.response().setStatusCode(503).end());
        ExchangeRateRefresh one = quiet(rates);
        ExchangeRateRefresh other = quiet(ratesOfTheOther);

        assertThatThrownBy(() -> run(one)).hasMessageContaining("it answered 503");
        for (int minute = 1; minute < 14; minute++) {
            CLOCK.now = CLOCK.now.plus(Duration.ofMinutes(1));
            assertThat(run(one)).isEqualTo("asked already within the last 15 minutes");
            assertThat(run(other)).isEqualTo("asked already within the last 15 minutes");
        }
        assertThat(SERVER.askedSince()).isEqualTo(1);
        assertThat(rates.current().source()).isEqualTo("fallback");

        CLOCK.now = MORNING.plus(ExchangeRateRefresh.PAUSE);
        SERVER.quotes("0.86", "5.34");
        assertThat(run(other)).isEqualTo("stored the rates of 2026-11-20 from 127.0.0.1");
        assertThat(SERVER.askedSince()).isEqualTo(1);
    }

    @Test
    void a_clock_that_was_set_back_does_not_keep_anybody_from_asking() {
        CLOCK.now = MORNING.plus(Duration.ofDays(365));
        run(quiet(rates));
        CLOCK.now = MORNING;

        assertThat(run(quiet(rates))).isEqualTo("stored the rates of 2026-11-20 from 127.0.0.1");
    }

    @Test
    void the_rates_of_a_day_serve_the_next_one_until_it_has_its_own() {
        ExchangeRateRefresh refresh = quiet(rates);
        run(refresh);
        CLOCK.now = Instant.parse("2026-11-20T23:59:59.999Z");
        assertThat(rates.current().source()).isEqualTo("127.0.0.1");

        CLOCK.now = Instant.parse("2026-11-21T00:00:00Z");
        SERVER.script(request -> request.response().setStatusCode(500).end());
        assertThatThrownBy(() -> run(refresh)).hasMessageContaining("it answered 500");
        assertThat(rates.current()).isEqualTo(rate("0.86", "5.34", TODAY, "127.0.0.1 (stored)"));

        CLOCK.now = CLOCK.now.plus(ExchangeRateRefresh.PAUSE);
        SERVER.quotes("0.87", "5.4");
        run(refresh);
        assertThat(rates.current()).isEqualTo(rate("0.87", "5.4", TODAY.plusDays(1), "127.0.0.1"));
        assertThat(rates.at(TODAY)).isEqualTo(rate("0.86", "5.34", TODAY, "127.0.0.1"));
        assertThat(rates.at(TODAY.minusDays(1)).source()).isEqualTo("fallback");
    }

    @Test
    void rates_last_for_their_day_unless_they_are_to_be_fresher() {
        ExchangeRateRefresh daily = quiet(rates);
        ExchangeRateRefresh hourly = quiet(rates, asking().with("REFRESH_INTERVAL", "1H"));
        assertThat(daily.interval()).isEqualTo(Duration.ofHours(6));
        assertThat(hourly.interval()).isEqualTo(Duration.ofHours(1));
        run(daily);
        SERVER.quotes("0.88", "5.5");

        CLOCK.now = MORNING.plus(Duration.ofMinutes(58));
        assertThat(run(hourly)).isEqualTo("the rates of today are there");
        CLOCK.now = MORNING.plus(Duration.ofMinutes(60));
        assertThat(run(daily)).isEqualTo("the rates of today are there");
        assertThat(run(hourly)).isEqualTo("stored the rates of 2026-11-20 from 127.0.0.1");

        assertThat(rates.current()).isEqualTo(rate("0.88", "5.5", TODAY, "127.0.0.1"));
    }

    @Test
    void a_rate_that_is_inserted_by_sql_holds_at_once_and_is_left_alone() throws Exception {
        Databases.sql(
                database,
                "INSERT INTO exchange_rates (rate_date, usd_to_eur, usd_to_brl) VALUES ($1, 0.91, 5.1)",
                TODAY);
        eventually("it is taken up", () -> rates.current().source().equals("manual"));
        assertThat(rates.current()).isEqualTo(rate("0.91", "5.1", TODAY, "manual"));

        assertThat(run(quiet(rates))).isEqualTo("the rates of today are there");
        assertThat(SERVER.askedSince()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"manual", "the central bank"})
    void what_is_written_while_the_source_is_asked_is_not_overwritten(String source) {
        SERVER.script(request -> database.pool()
                .query("INSERT INTO exchange_rates VALUES ('2026-11-20', 0.91, 5.1, '%s')".formatted(source))
                .execute()
                .onComplete(written -> request.response().end("{\"rates\":{\"EUR\":0.86,\"BRL\":5.34}}")));

        assertThat(run(quiet(rates))).endsWith("left alone");

        assertThat(rates.current()).isEqualTo(rate("0.91", "5.1", TODAY, source));
    }

    @ParameterizedTest
    @CsvSource({"9.21, 5.34, EUR", "0.0919, 5.34, EUR", "0.86, 50.1, BRL", "0.86, 0.499, BRL"})
    void a_leap_is_refused_and_the_last_rates_are_kept(String eur, String brl, String currency) {
        SERVER.quotes(eur, brl);

        assertThatThrownBy(() -> run(quiet(rates)))
                .hasMessageContaining("its number for %s", currency)
                .hasMessageContaining("too far from the last one");

        assertThat(rates.current().source()).isEqualTo("fallback");
    }

    @Test
    void a_leap_is_measured_from_the_newest_stored_rates() {
        SERVER.quotes("0.5", "40");
        run(quiet(rates));
        CLOCK.now = MORNING.plus(Duration.ofDays(1));
        SERVER.quotes("0.5", "300");

        run(quiet(rates));

        assertThat(rates.current().usdToBrl()).hasToString("300");
    }

    @Test
    void nobody_is_asked_where_there_is_no_source() {
        ExchangeRateRefresh refresh = quiet(rates, ExchangeRateSettings.silent());

        assertThat(run(refresh)).contains("nobody to ask");
    }

    @Test
    void a_refresh_that_would_be_a_storm_is_a_wrong_setting() {
        assertThatThrownBy(() -> quiet(rates, asking().with("REFRESH_INTERVAL", "1M")))
                .isInstanceOf(StartupFailure.class)
                .hasMessageContaining("gateway.exchange-rates.refresh-interval");
    }

    @ParameterizedTest
    @CsvSource({
        "'NaN', 5, manual",
        "'Infinity', 5, manual",
        "0, 5, manual",
        "-1, 5, manual",
        "1, 1000000, manual",
        "1, 0.0000000000001, manual",
        "1, 5, fallback",
        "1, 5, bank (stored)",
        "1, 5, ''"
    })
    void the_table_holds_nothing_else(String eur, String brl, String source) {
        assertThatThrownBy(() -> Databases.sql(
                        database,
                        "INSERT INTO exchange_rates VALUES ('2026-11-20', '%s', '%s', '%s')"
                                .formatted(eur, brl, source)))
                .hasRootCauseInstanceOf(PgException.class)
                .hasMessageContaining("exchange_rates_");
    }

    private static ExchangeRateSettings asking() {
        return ExchangeRateSettings.asking(SERVER.url());
    }

    /** One that looks by itself, as after a start. */
    private static ExchangeRateRefresh started(ExchangeRates rates) {
        ExchangeRateRefresh refresh = quiet(rates);
        refresh.watch(VERTX, CLOCK);
        return refresh;
    }

    /** One that looks only when it is told to. */
    private static ExchangeRateRefresh quiet(ExchangeRates rates) {
        return quiet(rates, asking());
    }

    private static ExchangeRateRefresh quiet(ExchangeRates rates, ExchangeRateSettings settings) {
        ExchangeRateConfig config = settings.config();
        return new ExchangeRateRefresh(database, rates, new ExchangeRateSource(VERTX, config), config);
    }

    private static String run(ExchangeRateRefresh refresh) {
        return Databases.await(refresh.run(CLOCK.instant()));
    }

    private static ExchangeRate rate(String eur, String brl, LocalDate date, String source) {
        return new ExchangeRate(new BigDecimal(eur), new BigDecimal(brl), date, source);
    }

    private static final class TestClock extends Clock {

        private volatile Instant now = MORNING;

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            throw new UnsupportedOperationException();
        }
    }
}
