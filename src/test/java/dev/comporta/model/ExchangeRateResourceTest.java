package dev.comporta.model;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;

import dev.comporta.store.Database;
import dev.comporta.store.Databases;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Map;
import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
class ExchangeRateResourceTest {

    private static final String RATES = "/api/exchange-rates/";
    private static final String GOOD = "{\"usdToEur\":0.9,\"usdToBrl\":5.4}";

    /** Of a day that nobody's calls are priced with. */
    private final LocalDate tomorrow = LocalDate.now(ZoneOffset.UTC).plusDays(1);

    @Inject
    Database database;

    @Inject
    ExchangeRates rates;

    /** Other tests of this gateway count on the configured rates. */
    @BeforeEach
    @AfterEach
    void empty() {
        Databases.sql(database, "DELETE FROM exchange_rates");
        Databases.await(rates.reload());
    }

    @Test
    void without_any_rates_the_configured_ones_are_shown_as_what_they_are() {
        admin().get(RATES)
                .then()
                .statusCode(200)
                .body("current.source", equalTo("fallback"))
                .body("current.date", equalTo(rates.today().toString()))
                .body("data.size()", equalTo(0))
                .body("nextCursor", nullValue());
    }

    @Test
    void an_administrator_fixes_the_rates_of_today_and_takes_them_back() {
        String today = rates.today().toString();

        admin().body("{\"usdToEur\":0.870000000001,\"usdToBrl\":1e-1}")
                .put(RATES + today)
                .then()
                .statusCode(200)
                .body("rateDate", equalTo(today))
                .body("source", equalTo("manual"))
                .body(containsString("\"usdToEur\":0.870000000001,\"usdToBrl\":0.1,"));
        assertThat(rates.current().usdToEur()).hasToString("0.870000000001");
        assertThat(rates.current().source()).isEqualTo("manual");
        admin().body("{\"usdToEur\":100,\"usdToBrl\":200.10}")
                .put(RATES + today)
                .then()
                .statusCode(200)
                .body(containsString("\"usdToEur\":100,\"usdToBrl\":200.1,"));
        admin().get(RATES)
                .then()
                .body("current.source", equalTo("manual"))
                .body("data.rateDate", contains(today))
                .body(containsString("\"usdToEur\":100,\"usdToBrl\":200.1,"));

        admin().delete(RATES + today).then().statusCode(204);
        assertThat(rates.current().source()).isEqualTo("fallback");
        admin().delete(RATES + today).then().statusCode(404).body("param", equalTo("date"));
    }

    @Test
    void the_last_ninety_days_and_those_to_come_are_shown_newest_first() {
        LocalDate today = rates.today();
        LocalDate first = today.minusDays(89);
        for (LocalDate day : new LocalDate[] {first.minusDays(1), first, tomorrow}) {
            admin().body(GOOD).put(RATES + day).then().statusCode(200);
        }

        admin().get(RATES)
                .then()
                .body("data.rateDate", contains(tomorrow.toString(), first.toString()))
                .body("current.date", equalTo(first.toString()))
                .body("current.source", equalTo("manual (stored)"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"usdToEur":-0.9,"usdToBrl":5.4}             | usdToEur
            {"usdToEur":0,"usdToBrl":5.4}                | usdToEur
            {"usdToEur":0.9,"usdToBrl":-0.0}             | usdToBrl
            {"usdToEur":0.9,"usdToBrl":1e400}            | usdToBrl
            {"usdToEur":0.9,"usdToBrl":1e99999999999}    | usdToBrl
            {"usdToEur":1e-400,"usdToBrl":5.4}           | usdToEur
            {"usdToEur":0.9,"usdToBrl":1000000}          | usdToBrl
            {"usdToEur":0.0000000000001,"usdToBrl":5.4}  | usdToEur
            {"usdToEur":"0.9","usdToBrl":5.4}            | usdToEur
            {"usdToEur":"","usdToBrl":5.4}               | usdToEur
            {"usdToEur":true,"usdToBrl":5.4}             | usdToEur
            {"usdToEur":[0.9],"usdToBrl":5.4}            | usdToEur
            {"usdToEur":{},"usdToBrl":5.4}               | usdToEur
            {"usdToEur":null,"usdToBrl":5.4}             | usdToEur
            {"usdToEur":"NaN","usdToBrl":5.4}            | usdToEur
            {"usdToEur":0.9}                             | usdToBrl
            {}                                           | usdToBrl
            {"usdToEur":0.9,"usdToBrl":5.4,"usdToJpy":1} | usdToJpy
            {"usdToEur":0.9,"usdToBrl":5.4,"source":"x"} | source
            null                                         | body
            """)
    void what_is_no_rate_is_refused_and_the_field_named(String body, String param) {
        admin().body(body)
                .put(RATES + tomorrow)
                .then()
                .statusCode(400)
                .contentType("application/problem+json")
                .body("code", equalTo("invalid_request"))
                .body("param", equalTo(param))
                .body("detail", containsString(param));

        assertNothingStored();
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"usdToEur\":NaN,\"usdToBrl\":5.4}", "{\"usdToEur\":0.9,", "[]", "7", "\"x\""})
    void what_is_no_object_is_refused(String body) {
        admin().body(body).put(RATES + tomorrow).then().statusCode(400).contentType("application/problem+json");

        assertNothingStored();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "today",
                "2026-13-01",
                "2026-02-30",
                "2026-11-20T00:00:00Z",
                "1999-12-31",
                "9999-12-31",
                "+999999999-12-31",
                "-1",
                "20261120",
                "%00",
                "a%00b"
            })
    void what_is_no_day_is_refused_and_named(String date) {
        for (String answer : new String[] {
            admin().urlEncodingEnabled(false)
                    .body(GOOD)
                    .put(RATES + date)
                    .then()
                    .statusCode(400)
                    .extract()
                    .asString(),
            admin().urlEncodingEnabled(false)
                    .delete(RATES + date)
                    .then()
                    .statusCode(400)
                    .extract()
                    .asString()
        }) {
            assertThat(answer).contains("\"param\":\"date\"").contains("\"code\":\"invalid_request\"");
        }
        assertNothingStored();
    }

    @Test
    void rates_can_be_written_for_a_week_ahead_and_no_further() {
        admin().body(GOOD)
                .put(RATES + rates.today().plusDays(9))
                .then()
                .statusCode(400)
                .body("param", equalTo("date"));
        admin().body(GOOD).put(RATES + rates.today().plusDays(6)).then().statusCode(200);

        assertThat(rates.current().source()).isEqualTo("fallback");
    }

    @Test
    void a_client_reads_the_rates_and_changes_none() {
        String clientKey = clientKey();

        as(clientKey).get(RATES).then().statusCode(200).body("current.source", equalTo("fallback"));
        as(clientKey).body(GOOD).put(RATES + tomorrow).then().statusCode(403).body("code", equalTo("forbidden"));
        as(clientKey).delete(RATES + tomorrow).then().statusCode(403);
        for (String opensNothing : new String[] {setting("gateway.api-key"), "vck_unknown"}) {
            as(opensNothing).get(RATES).then().statusCode(401);
            as(opensNothing).body(GOOD).put(RATES + tomorrow).then().statusCode(401);
        }
        as(setting("gateway.cron-key")).get(RATES).then().statusCode(403);
        as(setting("gateway.cron-key")).body(GOOD).put(RATES + tomorrow).then().statusCode(403);

        assertNothingStored();
    }

    private void assertNothingStored() {
        assertThat(Databases.sql(database, "SELECT 1 FROM exchange_rates").size())
                .isZero();
    }

    private static String clientKey() {
        String slug = "rates-" + System.nanoTime();
        admin().body(Map.of("name", "Of a test", "slug", slug))
                .post("/api/clients")
                .then()
                .statusCode(201);
        return admin().body(Map.of("clientId", slug, "name", "test"))
                .post("/api/keys")
                .then()
                .statusCode(201)
                .extract()
                .path("key");
    }

    private static RequestSpecification admin() {
        return as(setting("gateway.admin-key"));
    }

    private static RequestSpecification as(String key) {
        return given().header("Authorization", "Bearer " + key).contentType(ContentType.JSON);
    }

    private static String setting(String name) {
        return ConfigProvider.getConfig().getValue(name, String.class);
    }
}
