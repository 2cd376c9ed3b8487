package dev.comporta.job;

import static dev.comporta.Eventually.eventually;
import static dev.comporta.store.Databases.await;
import static dev.comporta.store.Databases.sql;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.store.Database;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import io.restassured.specification.RequestSpecification;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@DisplayName("Jobs can be run and looked at")
class JobResourceTest {

    private static final String RUN = "/api/cron/" + JobOfTheTests.NAME;
    private static final String RUNS = "/api/jobs/" + JobOfTheTests.NAME + "/runs";
    private static final String JOB = "data.find { it.name == '" + JobOfTheTests.NAME + "' }.";

    @Inject
    JobOfTheTests job;

    @Inject
    JobScheduler scheduler;

    @Inject
    Database database;

    @AfterEach
    void back() {
        job.work = () -> Future.succeededFuture("Did it.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"gateway.admin-key", "gateway.cron-key"})
    void a_job_runs_on_demand(String key) {
        Instant before = Instant.now().minusSeconds(5);

        JsonPath answer =
                as(setting(key)).post(RUN).then().statusCode(200).extract().jsonPath();

        assertThat(answer.getMap("")).containsOnlyKeys("job", "status", "summary", "durationMs", "startedAt");
        assertThat(answer.getString("job")).isEqualTo(JobOfTheTests.NAME);
        assertThat(answer.getString("status")).isEqualTo("success");
        assertThat(answer.getString("summary")).isEqualTo("Did it.");
        assertThat(answer.getLong("durationMs")).isNotNegative();
        assertThat(Instant.parse(answer.getString("startedAt"))).isAfter(before);
    }

    @Test
    void its_history_tells_what_became_of_it() {
        as(admin()).post(RUN).then().statusCode(200);
        job.work = () -> Future.failedFuture(new GatewayError(ErrorCode.PROVIDER_UNREACHABLE, "The bank is closed."));
        as(admin()).post(RUN).then().statusCode(500);

        as(admin())
                .get(RUNS + "?limit=2")
                .then()
                .statusCode(200)
                .body("data.status", equalTo(List.of("failure", "success")))
                .body("data[0].error", equalTo("The bank is closed."))
                .body("data[0].summary", nullValue())
                .body("data[0].cause", equalTo("request"))
                .body("data[0].replica", notNullValue())
                .body("data[1].summary", equalTo("Did it."))
                .body("data[1].error", nullValue())
                .body("data[1].slot", containsString(":00:00Z"))
                .body("data[1].endedAt", notNullValue());
        as(admin())
                .get("/api/jobs")
                .then()
                .statusCode(200)
                .body(JOB + "intervalSeconds", equalTo(3600))
                .body(JOB + "running", equalTo(false))
                .body(JOB + "lastRun.status", equalTo("failure"))
                .body(JOB + "lastRun.durationMs", greaterThanOrEqualTo(0))
                .body(JOB + "lastSuccessAt", notNullValue())
                .body(JOB + "nextRunAt", nullValue())
                .body("nextCursor", nullValue());
    }

    @Test
    void the_history_is_read_by_pages() {
        for (int i = 0; i < 3; i++) {
            as(admin()).post(RUN).then().statusCode(200);
        }
        JsonPath whole = as(admin()).get(RUNS + "?limit=3").jsonPath();
        JsonPath first = as(admin()).get(RUNS + "?limit=2").jsonPath();
        JsonPath second = as(admin())
                .queryParam("limit", 1)
                .queryParam("cursor", first.getString("nextCursor"))
                .get(RUNS)
                .jsonPath();

        assertThat(first.getList("data")).isEqualTo(whole.getList("data").subList(0, 2));
        assertThat(second.getList("data")).isEqualTo(whole.getList("data").subList(2, 3));
        assertThat(as(admin()).get(RUNS + "?cursor=1").jsonPath().getList("data"))
                .isEmpty();
    }

    @Test
    void a_failure_is_told_without_what_is_inside() {
        job.work = () -> Future.failedFuture(new IllegalStateException("password=secret"));

        as(admin())
                .post(RUN)
                .then()
                .statusCode(500)
                .contentType("application/problem+json")
                .body("code", equalTo("internal_error"))
                .body("detail", containsString("/api/jobs/" + JobOfTheTests.NAME + "/runs"))
                .body("detail", not(containsString("secret")));
        assertThat(as(admin()).get(RUNS).asString()).doesNotContain("secret");
    }

    @Test
    void a_run_that_takes_long_goes_on_after_the_answer() throws Exception {
        Promise<String> work = Promise.promise();
        job.work = work::future;

        as(admin()).post(RUN).then().statusCode(202).body("status", equalTo("running"));
        as(cron())
                .post(RUN)
                .then()
                .statusCode(200)
                .body("status", equalTo("already_running"))
                .body("startedAt", nullValue());
        as(admin()).get("/api/jobs").then().body(JOB + "running", equalTo(true));
        as(admin()).get(RUNS).then().body("data[0].status", equalTo("running")).body("data[0].endedAt", nullValue());

        work.complete("At last.");
        eventually("it is over", () -> "At last.".equals(as(admin()).get(RUNS).path("data[0].summary")));
        as(admin()).post(RUN).then().statusCode(200).body("status", equalTo("success"));
    }

    @Test
    void what_another_replica_runs_is_not_run_twice() {
        as(admin()).post(RUN).then().statusCode(200);
        sql(
                database,
                "UPDATE jobs SET lease_until = now() + interval '30 seconds' WHERE name = $1",
                JobOfTheTests.NAME);
        try {
            as(cron()).post(RUN).then().statusCode(200).body("status", equalTo("already_running"));
        } finally {
            sql(database, "UPDATE jobs SET lease_until = NULL WHERE name = $1", JobOfTheTests.NAME);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sync",
                "JOB-OF-THE-TESTS",
                "job-of-the-tests%20",
                "job-of-the-tests%00",
                "..%2Fjobs",
                "%27%3B%20DROP%20TABLE%20jobs%3B--",
                "%F0%9F%92%A3",
                "${jndi:x}"
            })
    void an_unknown_name_is_answered_with_the_known_ones(String name) {
        for (String path : new String[] {"/api/cron/" + name, "/api/jobs/" + name + "/runs"}) {
            RequestSpecification request = as(admin()).urlEncodingEnabled(false);
            String encoded = path.replace("$", "%24").replace("{", "%7B").replace("}", "%7D");
            (path.startsWith("/api/cron") ? request.post(encoded) : request.get(encoded))
                    .then()
                    .statusCode(404)
                    .contentType("application/problem+json")
                    .body("code", equalTo("not_found"))
                    .body("param", equalTo("name"))
                    .body("detail", containsString(JobOfTheTests.NAME));
        }
    }

    @Test
    void a_name_as_long_as_an_address_may_be_is_only_unknown() {
        as(admin()).post("/api/cron/" + "x".repeat(2000)).then().statusCode(404).body("param", equalTo("name"));
    }

    @ParameterizedTest
    @CsvSource({
        "limit, 0",
        "limit, -1",
        "limit, 201",
        "limit, many",
        "limit, 1e400",
        "limit, NaN",
        "limit, 1.5",
        "limit, 99999999999999999999",
        "cursor, 0",
        "cursor, -1",
        "cursor, x",
        "cursor, 9223372036854775808"
    })
    void a_wrong_parameter_is_named(String param, String value) {
        as(admin())
                .queryParam(param, value)
                .get(RUNS)
                .then()
                .statusCode(400)
                .contentType("application/problem+json")
                .body("code", equalTo("invalid_request"))
                .body("param", equalTo(param));
    }

    @Test
    void the_cron_key_runs_jobs_and_does_nothing_else() {
        as(cron()).get("/api/jobs").then().statusCode(403);
        as(cron()).get(RUNS).then().statusCode(403);
        as(cron()).get(RUN).then().statusCode(405);
    }

    @Test
    void no_other_key_opens_them() {
        String client = "c-" + UUID.randomUUID().toString().substring(0, 13);
        as(admin())
                .body(Map.of("name", "Client of a test", "slug", client))
                .post("/api/clients")
                .then()
                .statusCode(201);
        String clientKey = as(admin())
                .body(Map.of("clientId", client, "name", "test"))
                .post("/api/keys")
                .path("key");
        long runs = newest();

        as(clientKey).post(RUN).then().statusCode(403).contentType("application/problem+json");
        as(clientKey).get("/api/jobs").then().statusCode(403);
        as(clientKey).get(RUNS).then().statusCode(403);
        for (String key : new String[] {setting("gateway.api-key"), "wrong-key-of-some-length"}) {
            as(key).post(RUN).then().statusCode(401).contentType("application/problem+json");
            as(key).get("/api/jobs").then().statusCode(401);
        }
        given().post(RUN).then().statusCode(401);
        given().get(RUNS).then().statusCode(401);

        assertThat(newest()).isEqualTo(runs);
    }

    @Test
    void the_metrics_tell_of_it() {
        as(admin()).post(RUN).then().statusCode(200);
        await(scheduler.look());

        String metrics = given().get("/q/metrics").asString();

        assertThat(metrics)
                .containsPattern("comporta_jobs_runs_total\\{.*job=\"job-of-the-tests\",outcome=\"success\".*} [1-9]")
                .containsPattern("comporta_jobs_last_success_age_seconds\\{job=\"job-of-the-tests\".*} [0-9]");
        as(admin()).get("/api/jobs").then().body("data.name", hasItem(JobOfTheTests.NAME));
    }

    private long newest() {
        return sql(database, "SELECT coalesce(max(number), 0) AS n FROM job_runs WHERE job = $1", JobOfTheTests.NAME)
                .iterator()
                .next()
                .getLong("n");
    }

    private static RequestSpecification as(String key) {
        return given().header("Authorization", "Bearer " + key).contentType(ContentType.JSON);
    }

    private static String admin() {
        return setting("gateway.admin-key");
    }

    private static String cron() {
        return setting("gateway.cron-key");
    }

    private static String setting(String name) {
        return ConfigProvider.getConfig().getValue(name, String.class);
    }
}
