package dev.comporta.budget;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.oneOf;

import dev.comporta.store.Database;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import io.vertx.core.json.JsonObject;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
class BudgetResourceTest {

    private static final String CONFIG = "/api/budget/config";
    private static final String USAGE = "/api/budget/current-usage";
    private static final String DAILY = """
            {"budgetType":"usd","budgetLimit":10,"budgetPeriod":"daily"}""";

    @Inject
    Database database;

    private BudgetRows rows;
    private UUID client;

    @BeforeEach
    void a_client() {
        rows = new BudgetRows(database);
        client = rows.client();
    }

    @Test
    void a_new_budget_has_sensible_defaults_and_knows_what_its_period_has_used_already() {
        rows.use(BudgetRows.usage(client, Instant.now(), 10, "2.5"));

        ValidatableResponse answer = post(DAILY).statusCode(201);

        answer.body("clientId", equalTo(client.toString()))
                .body("budgetType", equalTo("usd"))
                .body("budgetLimit", equalTo(10))
                .body("budgetPeriod", equalTo("daily"))
                .body("currentUsage", equalTo(2.5f))
                .body("usagePercentage", equalTo(25.0f))
                .body("periodStartDate", notNullValue())
                .body("nextResetAt", notNullValue())
                .body("alertThreshold80", equalTo(true))
                .body("alertThreshold90", equalTo(true))
                .body("alertThreshold100", equalTo(true))
                .body("pauseAtLimit", equalTo(true))
                .body("isPaused", equalTo(false))
                .body("notificationEmail", nullValue())
                .body("notificationWebhook", nullValue())
                .body("webhookSecretSet", equalTo(false));
        assertThat(config()).isEqualTo(answer.extract().asString());
    }

    @Test
    void the_client_can_be_named_in_the_body() {
        admin().body(new JsonObject(DAILY).put("clientId", client.toString()).encode())
                .post(CONFIG)
                .then()
                .statusCode(201)
                .body("clientId", equalTo(client.toString()));
    }

    @Test
    void everything_can_be_set_and_the_secret_is_never_shown() {
        String settings = """
                {"budgetType":"brl","budgetLimit":1234.000000000001,"budgetPeriod":"monthly","alertThreshold80":false,
                "alertThreshold90":false,"alertThreshold100":false,"pauseAtLimit":false,"isPaused":true,
                "notificationEmail":"billing+ai@example.com","notificationWebhook":"https://example.com:8443/hook?x=1",
                "webhookSecret":"s3cret-of-the-hook"}""";

        String answer = post(settings).statusCode(201).extract().asString();

        Map<String, Object> expected = new JsonObject(settings).getMap();
        expected.remove("webhookSecret");
        assertThat(new JsonObject(answer).getMap()).containsAllEntriesOf(expected);
        assertThat(answer).contains("\"budgetLimit\":1234.000000000001,").contains("\"webhookSecretSet\":true");
        assertThat(answer + config()).doesNotContain("s3cret-of-the-hook");
        assertThat(rows.one("SELECT webhook_secret FROM client_budgets WHERE client_id = $1", client)
                        .getString(0))
                .isEqualTo("s3cret-of-the-hook");
    }

    @Test
    void a_change_keeps_what_it_does_not_mention() {
        post("""
                {"budgetType":"usd","budgetLimit":10,"budgetPeriod":"daily","alertThreshold90":false,
                "notificationEmail":"a@example.com","notificationWebhook":"https://example.com/","webhookSecret":"x"}""").statusCode(201);

        post("{\"budgetLimit\":20}")
                .statusCode(200)
                .body("budgetLimit", equalTo(20))
                .body("budgetPeriod", equalTo("daily"))
                .body("alertThreshold90", equalTo(false))
                .body("notificationEmail", equalTo("a@example.com"))
                .body("webhookSecretSet", equalTo(true));
    }

    @Test
    void what_is_null_or_empty_is_taken_away_where_it_may_be_missing() {
        post("""
                {"budgetType":"usd","budgetLimit":10,"budgetPeriod":"daily",
                "notificationEmail":"a@example.com","notificationWebhook":"https://example.com/","webhookSecret":"x"}""").statusCode(201);

        post("{\"notificationEmail\":null,\"notificationWebhook\":\"\",\"webhookSecret\":null}")
                .statusCode(200)
                .body("notificationEmail", nullValue())
                .body("notificationWebhook", nullValue())
                .body("webhookSecretSet", equalTo(false));
    }

    @Test
    void a_budget_that_was_read_can_be_sent_back_whole() {
        post(DAILY).statusCode(201);
        JsonObject read = new JsonObject(config());

        JsonObject after =
                new JsonObject(post(read.encode()).statusCode(200).extract().asString());

        read.remove("updatedAt");
        after.remove("updatedAt");
        assertThat(after).isEqualTo(read);
    }

    @Test
    void another_unit_or_period_is_counted_at_once() {
        post(DAILY).statusCode(201);
        rows.use(BudgetRows.usage(client, Instant.now(), 700, "2"));

        post("{\"budgetType\":\"tokens\",\"budgetLimit\":1000}").statusCode(200).body("currentUsage", equalTo(700));
        post("{\"budgetType\":\"eur\",\"budgetPeriod\":\"weekly\"}")
                .statusCode(200)
                .body("currentUsage", equalTo(1.84f))
                .body("budgetLimit", equalTo(1000));
    }

    @Test
    void a_pause_by_hand_is_lifted_by_hand() {
        post(DAILY).statusCode(201);

        post("{\"isPaused\":true}").statusCode(200).body("isPaused", equalTo(true));
        post("{\"isPaused\":false}").statusCode(200).body("isPaused", equalTo(false));
    }

    @Test
    void a_budget_that_is_used_up_goes_on_only_with_a_reason() {
        post(DAILY).statusCode(201);
        rows.use(BudgetRows.usage(client, Instant.now(), 1, "10"));
        assertThat(new JsonObject(config()).getBoolean("isPaused")).isTrue();

        problem(post("{\"isPaused\":false,\"alertThreshold80\":false}"), 409, "isPaused")
                .body("code", equalTo("conflict"))
                .body("detail", containsString("raise budgetLimit above 10"));
        assertThat(new JsonObject(config()).getBoolean("alertThreshold80")).isTrue();

        post("{\"budgetLimit\":10.5,\"isPaused\":false}").statusCode(200).body("isPaused", equalTo(false));
        post("{\"budgetLimit\":10}").statusCode(200).body("isPaused", equalTo(true));
        post("{\"pauseAtLimit\":false,\"isPaused\":false}").statusCode(200).body("isPaused", equalTo(false));
    }

    @Test
    void sending_back_a_paused_budget_with_a_higher_limit_lets_it_go_on() {
        post(DAILY).statusCode(201);
        rows.use(BudgetRows.usage(client, Instant.now(), 1, "10"));
        JsonObject read = new JsonObject(config());

        post(read.put("budgetLimit", 11).encode()).statusCode(200).body("isPaused", equalTo(false));
    }

    @Test
    void a_deleted_budget_is_gone() {
        post(DAILY).statusCode(201);

        admin().queryParam("clientId", client).delete(CONFIG).then().statusCode(204);

        for (String path : new String[] {CONFIG, USAGE}) {
            problem(admin().queryParam("clientId", client).get(path).then(), 404, "clientId")
                    .body("code", equalTo("not_found"));
        }
        problem(admin().queryParam("clientId", client).delete(CONFIG).then(), 404, "clientId");
        assertThat(rows.sql("SELECT FROM budget_ledgers WHERE client_id = $1", client))
                .isEmpty();
        post(DAILY).statusCode(201);
    }

    @Test
    void current_usage_says_how_much_is_used_held_and_left() {
        post(DAILY).statusCode(201);
        UUID policy = rows.policy(client, "brl", "40");
        rows.open(policy, Instant.now());
        UUID budget = rows.one("SELECT id FROM client_budgets WHERE client_id = $1", client)
                .getUUID(0);
        rows.sql("""
                SELECT comporta_lease($1, 1, gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 1.5, 0, '1 minute')
                """, budget);
        rows.use(BudgetRows.usage(client, Instant.now(), 1, "2.25"));

        admin().queryParam("clientId", client)
                .get(USAGE)
                .then()
                .statusCode(200)
                .body("clientId", equalTo(client.toString()))
                .body("budgetType", equalTo("usd"))
                .body("used", equalTo(2.25f))
                .body("held", equalTo(1.5f))
                .body("limit", equalTo(10))
                .body("percentage", equalTo(22.5f))
                .body("remaining", equalTo(7.75f))
                .body("daysRemaining", equalTo(1))
                .body("projection.atPeriodEnd", notNullValue())
                .body("projection.percentage", notNullValue())
                .body("projection.basis", oneOf("elapsed", "used"))
                .body("enforced", equalTo(true))
                .body("isPaused", equalTo(false))
                .body("exhaustedAt", nullValue())
                .body("limits", not(empty()))
                .body("limits[0].policyName", equalTo("Production"))
                .body("limits[0].currency", equalTo("brl"))
                .body("limits[0].used", equalTo(11.25f))
                .body("limits[0].limit", equalTo(40));
    }

    @Test
    void amounts_are_written_in_plain_digits() {
        post("{\"budgetType\":\"usd\",\"budgetLimit\":1e2,\"budgetPeriod\":\"daily\"}")
                .statusCode(201);
        rows.use(BudgetRows.usage(client, Instant.now(), 1, "0.000000000001"));

        String usage = admin().queryParam("clientId", client).get(USAGE).asString();

        assertThat(usage).contains("\"used\":0.000000000001,").contains("\"limit\":100,");
        assertThat(config()).contains("\"budgetLimit\":100,");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            {"budgetLimit":-1}                          | budgetLimit
            {"budgetLimit":0}                           | budgetLimit
            {"budgetLimit":1e15}                        | budgetLimit
            {"budgetLimit":1e400}                       | budgetLimit
            {"budgetLimit":1e999999999}                 | budgetLimit
            {"budgetLimit":1e-13}                       | budgetLimit
            {"budgetLimit":1e-999999999}                | budgetLimit
            {"budgetLimit":0.1234567890123}             | budgetLimit
            {"budgetLimit":"NaN"}                       | budgetLimit
            {"budgetLimit":"10"}                        | budgetLimit
            {"budgetLimit":true}                        | budgetLimit
            {"budgetLimit":[1]}                         | budgetLimit
            {"budgetLimit":{}}                          | budgetLimit
            {"budgetLimit":null}                        | budgetLimit
            {"budgetType":"tokens","budgetLimit":10.5}  | budgetLimit
            {"budgetType":"jpy"}                        | budgetType
            {"budgetType":"USD"}                        | budgetType
            {"budgetType":""}                           | budgetType
            {"budgetType":5}                            | budgetType
            {"budgetType":null}                         | budgetType
            {"budgetPeriod":"yearly"}                   | budgetPeriod
            {"budgetPeriod":7}                          | budgetPeriod
            {"budgetPeriod":null}                       | budgetPeriod
            {"alertThreshold80":"yes"}                  | alertThreshold80
            {"alertThreshold80":1}                      | alertThreshold80
            {"alertThreshold90":null}                   | alertThreshold90
            {"alertThreshold100":80}                    | alertThreshold100
            {"pauseAtLimit":"true"}                     | pauseAtLimit
            {"pauseAtLimit":null}                       | pauseAtLimit
            {"isPaused":0}                              | isPaused
            {"isPaused":null}                           | isPaused
            {"notificationEmail":"nobody"}              | notificationEmail
            {"notificationEmail":"a@b@example.com"}     | notificationEmail
            {"notificationEmail":"a@example.com, b@example.com"} | notificationEmail
            {"notificationEmail":"a@example.com\\r\\nBcc: b@example.com"} | notificationEmail
            {"notificationEmail":"a\\n@example.com"}    | notificationEmail
            {"notificationEmail":"a@example.com\\n"}    | notificationEmail
            {"notificationEmail":"A <a@example.com>"}   | notificationEmail
            {"notificationEmail":5}                     | notificationEmail
            {"notificationWebhook":"ftp://example.com"} | notificationWebhook
            {"notificationWebhook":"example.com/hook"}  | notificationWebhook
            {"notificationWebhook":"https://"}          | notificationWebhook
            {"notificationWebhook":"https:///x"}        | notificationWebhook
            {"notificationWebhook":"https://me:pw@example.com"} | notificationWebhook
            {"notificationWebhook":"https://me@example.com"} | notificationWebhook
            {"notificationWebhook":"https://example.com:99999/"} | notificationWebhook
            {"notificationWebhook":"https://example.com/\\r\\nx"} | notificationWebhook
            {"notificationWebhook":"javascript:alert(1)"} | notificationWebhook
            {"notificationWebhook":false}               | notificationWebhook
            {"webhookSecret":"a\\nb"}                   | webhookSecret
            {"webhookSecret":7}                         | webhookSecret
            {"budgetlimit":5}                           | budgetlimit
            {"clientId":"me"}                           | clientId
            {"clientId":null}                           | clientId
            {"clientId":"00000000-0000-0000-0000-000000000001"} | clientId
            """)
    void what_cannot_be_is_refused_the_field_named_and_nothing_changed(String change, String param) {
        problem(post(DAILY.replace("}", ",") + change.substring(1)), 400, param);
        assertThat(rows.sql("SELECT FROM client_budgets WHERE client_id = $1", client))
                .isEmpty();

        post(DAILY).statusCode(201);
        if (change.equals("{\"budgetType\":\"tokens\",\"budgetLimit\":10.5}")) {
            post("{\"budgetLimit\":10.5}").statusCode(200);
            change = "{\"budgetType\":\"tokens\"}";
        }
        String before = config();
        problem(post(change), 400, param).body("detail", not(containsString("pw@")));
        assertThat(config()).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(strings = {"budgetType", "budgetLimit", "budgetPeriod"})
    void a_new_budget_needs(String field) {
        JsonObject body = new JsonObject(DAILY);
        body.remove(field);

        problem(post(body.encode()), 400, field);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "5", "null", "{", "{\"budgetLimit\":NaN}", "{\"budgetLimit\":Infinity}"})
    void a_body_that_is_no_object_is_refused(String body) {
        post(body).statusCode(400).contentType("application/problem+json");
    }

    @ParameterizedTest
    @ValueSource(longs = {255, 2001})
    void a_giant_text_is_refused(long length) {
        String name = "x".repeat((int) length);
        problem(post("{\"notificationEmail\":\"" + name + "@example.com\"}"), 400, "notificationEmail");
        problem(post("{\"webhookSecret\":\"" + name + "xx\"}"), 400, "webhookSecret");
    }

    @ParameterizedTest
    @CsvSource({
        "GET, 400",
        "POST, 400",
        "DELETE, 400",
    })
    void the_client_must_be_named(String method, int status) {
        problem(admin().body(DAILY).request(method, CONFIG).then(), status, "clientId");
    }

    @ParameterizedTest
    @ValueSource(strings = {"acme", "", "0", "00000000-0000-0000-0000-00000000000g", "%00", "1-1-1-1-1"})
    void a_client_is_named_by_its_id(String id) {
        for (String path : new String[] {CONFIG, USAGE}) {
            problem(
                    admin().urlEncodingEnabled(false)
                            .get(path + "?clientId=" + id)
                            .then(),
                    400,
                    "clientId");
        }
        problem(
                admin().urlEncodingEnabled(false)
                        .body(DAILY)
                        .post(CONFIG + "?clientId=" + id)
                        .then(),
                400,
                "clientId");
        problem(
                admin().urlEncodingEnabled(false)
                        .delete(CONFIG + "?clientId=" + id)
                        .then(),
                400,
                "clientId");
    }

    @Test
    void a_client_that_is_not_there_has_no_budget() {
        UUID deleted = rows.client();
        rows.sql("UPDATE clients SET deleted_at = now() WHERE id = $1", deleted);

        for (UUID id : new UUID[] {UUID.randomUUID(), deleted}) {
            for (String path : new String[] {CONFIG, USAGE}) {
                problem(admin().queryParam("clientId", id).get(path).then(), 404, "clientId")
                        .body("code", equalTo("client_not_found"));
            }
            problem(admin().queryParam("clientId", id).body(DAILY).post(CONFIG).then(), 404, "clientId");
            problem(admin().queryParam("clientId", id).delete(CONFIG).then(), 404, "clientId");
        }
    }

    @Test
    void a_client_key_reads_its_own_budget_and_no_other_and_writes_none() {
        post(DAILY).statusCode(201);
        String key = admin().body(Map.of("clientId", client.toString(), "name", "test"))
                .post("/api/keys")
                .path("key");
        UUID other = rows.client();
        admin().queryParam("clientId", other).body(DAILY).post(CONFIG).then().statusCode(201);

        for (String path : new String[] {CONFIG, USAGE}) {
            as(key).get(path).then().statusCode(200).body("clientId", equalTo(client.toString()));
            as(key).queryParam("clientId", client).get(path).then().statusCode(200);
            problem(as(key).queryParam("clientId", other).get(path).then(), 403, "clientId");
            problem(as(key).queryParam("clientId", UUID.randomUUID()).get(path).then(), 403, "clientId");
        }
        String before = config();
        as(key).queryParam("clientId", client)
                .body("{\"budgetLimit\":1000000}")
                .post(CONFIG)
                .then()
                .statusCode(403);
        as(key).queryParam("clientId", client).delete(CONFIG).then().statusCode(403);
        assertThat(config()).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(strings = {"reset-budget-periods", "check-budget-alerts"})
    void its_jobs_can_be_run_by_hand(String job) {
        post(DAILY).statusCode(201);

        admin().post("/api/cron/" + job).then().statusCode(200).body("job", equalTo(job));
    }

    @Test
    void without_a_key_nothing_is_told() {
        given().queryParam("clientId", client).get(CONFIG).then().statusCode(401);
        given().queryParam("clientId", client).get(USAGE).then().statusCode(401);
    }

    private ValidatableResponse post(String body) {
        return admin().queryParam("clientId", client).body(body).post(CONFIG).then();
    }

    private String config() {
        return admin().queryParam("clientId", client)
                .get(CONFIG)
                .then()
                .statusCode(200)
                .extract()
                .asString();
    }

    private static ValidatableResponse problem(ValidatableResponse answer, int status, String param) {
        return answer.statusCode(status).contentType("application/problem+json").body("param", equalTo(param));
    }

    private static RequestSpecification admin() {
        return as(ConfigProvider.getConfig().getValue("gateway.admin-key", String.class));
    }

    private static RequestSpecification as(String key) {
        return given().header("Authorization", "Bearer " + key).contentType(ContentType.JSON);
    }
}
