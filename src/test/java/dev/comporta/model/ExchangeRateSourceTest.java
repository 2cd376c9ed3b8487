package dev.comporta.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.comporta.store.Databases;
import dev.comporta.store.StartupFailure;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The source of exchange rates")
class ExchangeRateSourceTest {

    private static final Vertx VERTX = Vertx.vertx();
    private static final RateServer SERVER = new RateServer(VERTX);

    @AfterAll
    static void close() {
        Databases.await(VERTX.close());
    }

    @Test
    void the_default_is_asked_without_a_key_and_can_be_switched_off() {
        ExchangeRateConfig defaults = new ExchangeRateSettings().config();

        assertThat(new ExchangeRateSource(VERTX, defaults).name()).contains("api.frankfurter.dev");
        assertThat(new ExchangeRateSource(VERTX, ExchangeRateSettings.silent().config()).name())
                .isEmpty();
    }

    @Test
    void the_shape_of_the_default_source_is_understood_with_every_digit() {
        SERVER.quotes("0.86173", "5.3421");

        UsdRates rates = ask(ExchangeRateSettings.asking(SERVER.url()));

        assertThat(rates.eur()).hasToString("0.86173");
        assertThat(rates.brl()).hasToString("5.3421");
        assertThat(SERVER.lastAsked()).isEqualTo("/latest?key=SECRET-KEY");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"result":"success","base_code":"USD","rates":{"USD":1,"BRL":5.4,"EUR":0.9}} | /rates/EUR       | /rates/BRL
            [{"quote":"BRL","rate":5.4},{"quote":"EUR","rate":0.90}]                     | /1/rate          | /0/rate
            {"USDBRL":{"bid":"5.40"},"USDEUR":{"bid":"0.9"}}                             | /USDEUR/bid      | /USDBRL/bid
            {"data":{"USD/EUR":9e-1,"USD~BRL":54E-1}}                                    | /data/USD~1EUR   | /data/USD~0BRL
            {"rates":{"EUR":0.9000000000000049,"BRL":5.4000000000000003}}                | /rates/EUR       | /rates/BRL
            """)
    void other_shapes_are_reached_by_other_paths(String document, String eurPath, String brlPath) {
        SERVER.answers(document);

        UsdRates rates = ask(ExchangeRateSettings.asking(SERVER.url())
                .with("EUR_PATH", eurPath)
                .with("BRL_PATH", brlPath));

        assertThat(rates.eur()).hasToString("0.9");
        assertThat(rates.brl()).hasToString("5.4");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0",
                "-0.9",
                "1e400",
                "1e-400",
                "1e99999999999",
                "1000000",
                "0.0000001",
                "NaN",
                "Infinity",
                "null",
                "true",
                "\"\"",
                "\"NaN\"",
                "\"-1\"",
                "\"1e2\"",
                "\"0x1\"",
                "\" 1\"",
                "[0.9]",
                "{}"
            })
    void what_is_no_exchange_rate_is_none(String number) {
        SERVER.quotes(number, "5.4");
        refused("its");

        SERVER.quotes("0.9", number);
        refused("its");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "<html>", "{\"rates\":{\"EUR\":0.9,\"BRL\":", "{} {}", "[]", "{\"rates\":{\"EUR\":0.9}}", "7"
            })
    void what_is_no_document_of_rates_is_none(String document) {
        SERVER.answers(document);

        refused("its answer");
    }

    static Stream<Arguments> failures() {
        return Stream.of(
                Arguments.of("it answered 500", (Script)
                        request -> request.response().setStatusCode(500).end("{\"rates\":{\"EUR\":0.9,\"BRL\":5.4}}")),
                Arguments.of("it answered 302", (Script) request -> request.response()
                        .setStatusCode(302)
                        .putHeader("Location", "http://127.0.0.1/elsewhere")
                        .end()),
                Arguments.of("its answer is longer than", (Script) request -> request.response()
                        .end("{\"rates\":{\"EUR\":0.9,\"BRL\":5.4}," + " ".repeat(300_000) + "\"x\":1}")),
                Arguments.of("it cannot be reached", (Script)
                        request -> request.connection().close()),
                Arguments.of("it cannot be reached", (Script) request -> {
                    request.response().putHeader("Content-Length", "100").write("{\"rates\":");
                    VERTX.setTimer(20, cut -> request.connection().close());
                }));
    }

    private interface Script extends Consumer<HttpServerRequest> {}

    /** A byte now and then keeps the connection from being idle. */
    private static void drip(HttpServerRequest request) {
        request.response().setChunked(true);
        long timer = VERTX.setPeriodic(50, tick -> request.response().write(" "));
        request.response()
                .exceptionHandler(gone -> VERTX.cancelTimer(timer))
                .closeHandler(gone -> VERTX.cancelTimer(timer));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("failures")
    void a_source_that_fails_is_told_in_a_few_words(String reason, Script script) {
        SERVER.script(script);

        refused(reason);
    }

    static Stream<Script> slow() {
        return Stream.of(request -> {}, ExchangeRateSourceTest::drip);
    }

    @ParameterizedTest
    @MethodSource("slow")
    void a_source_that_takes_too_long_is_given_up(Script script) {
        SERVER.script(script);

        refused(ExchangeRateSettings.asking(SERVER.url()).with("TIMEOUT", "300ms"), "no answer within 300 ms");
    }

    @Test
    void a_source_that_is_not_there_is_told_in_a_few_words() {
        assertThatThrownBy(() -> ask(ExchangeRateSettings.asking("http://127.0.0.1:1/?key=SECRET-KEY")))
                .hasRootCauseInstanceOf(ExchangeRateSource.Unusable.class)
                .hasMessageContaining("it cannot be reached")
                .hasMessageNotContaining("SECRET");
    }

    @ParameterizedTest
    @CsvSource({
        "URL, ftp://rates.example/?key=SECRET-KEY, url",
        "URL, rates.example/latest?key=SECRET-KEY, url",
        "URL, http://user:SECRET-KEY@rates.example/, url",
        "URL, http://rates.example:99999/?key=SECRET-KEY, url",
        "URL, http://rates example/?key=SECRET-KEY, url",
        "EUR_PATH, rates.EUR, eur-path",
        "BRL_PATH, $.rates.BRL, brl-path",
        "TIMEOUT, 0S, timeout",
        "TIMEOUT, 3M, timeout"
    })
    void a_wrong_setting_stops_the_start_and_is_named(String name, String value, String setting) {
        ExchangeRateConfig config = new ExchangeRateSettings().with(name, value).config();

        assertThatThrownBy(() -> new ExchangeRateSource(VERTX, config))
                .isInstanceOf(StartupFailure.class)
                .hasMessageContaining("gateway.exchange-rates." + setting)
                .hasMessageNotContaining("SECRET");
    }

    private static UsdRates ask(ExchangeRateSettings settings) {
        SERVER.askedSince();
        return Databases.await(new ExchangeRateSource(VERTX, settings.config()).ask());
    }

    private static void refused(String reason) {
        refused(ExchangeRateSettings.asking(SERVER.url()), reason);
    }

    private static void refused(ExchangeRateSettings settings, String reason) {
        assertThatThrownBy(() -> ask(settings))
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOf(ExchangeRateSource.Unusable.class)
                .hasMessageContaining(reason)
                .hasMessageNotContaining("SECRET");
    }
}
