package dev.comporta.model;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import io.restassured.specification.RequestSpecification;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@QuarkusTest
class PriceResourcesTest {

    @Test
    void an_edit_is_in_the_history_with_exact_and_plain_numbers() {
        String name = "m-" + UUID.randomUUID();
        String body = """
                {"provider": "vllm", "modelName": "%s", "inputPricePerMillion": %s, "outputPricePerMillion": 100,
                 "reasoningPricePerMillion": 0.0000001,
                 "priceTiers": [{"abovePromptTokens": 1000, "input": 2, "output": 1e2}]}""";
        String id = admin().body(body.formatted(name, "1"))
                .post("/api/ai-gateway/models")
                .then()
                .statusCode(201)
                .body("reasoningPricePerMillion", notNullValue())
                .extract()
                .path("id");
        admin().body(body.formatted(name, "1.10"))
                .put("/api/ai-gateway/models/" + id)
                .then()
                .statusCode(200);

        String history = admin().get("/api/ai-gateway/models/" + id + "/prices")
                .then()
                .statusCode(200)
                .body("data", hasSize(2))
                .body("data[0].changedBy", equalTo("edit"))
                .body("data[0].validTo", nullValue())
                .body("data[0].priceTiers[0].abovePromptTokens", equalTo(1000))
                .extract()
                .asString();
        assertThat(history)
                .contains(
                        "\"inputPricePerMillion\":1.1,",
                        "\"outputPricePerMillion\":100,",
                        "\"reasoningPricePerMillion\":0.0000001,");

        String cursor = admin().get("/api/ai-gateway/models/" + id + "/prices?limit=1")
                .then()
                .body("data", hasSize(1))
                .extract()
                .path("nextCursor");
        admin().queryParam("cursor", cursor)
                .get("/api/ai-gateway/models/" + id + "/prices?limit=1")
                .then()
                .body("data", hasSize(1))
                .body("data[0].validTo", equalTo(cursor))
                .body("nextCursor", nullValue());
    }

    @ParameterizedTest
    @CsvSource({
        "not-a-uuid, limit=1, 400, id",
        "00000000-0000-0000-0000-000000000000, limit=1, 404, id",
        "00000000-0000-0000-0000-000000000000, limit=0, 400, limit",
        "00000000-0000-0000-0000-000000000000, limit=201, 400, limit",
        "00000000-0000-0000-0000-000000000000, cursor=x, 400, cursor",
    })
    void a_history_that_cannot_be_told_is_refused_by_name(String id, String query, int status, String param) {
        admin().get("/api/ai-gateway/models/" + id + "/prices?" + query)
                .then()
                .statusCode(status)
                .contentType("application/problem+json")
                .body("param", equalTo(param));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "?dryRun=yes | {} | dryRun",
                "?dryRun | {} | dryRun",
                "?dryRun= | {} | dryRun",
                "?dryRun=true | {\"models\": []} | models",
                "?dryRun=true | {\"models\": \"openai/o3\"} | models",
                "?dryRun=true | {\"models\": [{}]} | models.0",
                "?dryRun=true | {\"digest\": \"abc\"} | digest",
                "?dryRun=true | {\"digest\": 1e400} | digest",
                "?dryRun=true | {\"modells\": []} | modells",
            })
    void a_sync_that_is_not_understood_is_refused_by_name(String query, String body, String param) {
        admin().body(body)
                .post("/api/ai-gateway/models/sync" + query)
                .then()
                .statusCode(400)
                .contentType("application/problem+json")
                .body("param", containsString(param));
    }

    @Test
    void without_a_source_there_is_nothing_to_sync_with_and_no_body_is_needed_to_hear_it() throws Exception {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://localhost:" + RestAssured.port + "/api/ai-gateway/models/sync"))
                .header("Authorization", "Bearer " + setting("gateway.admin-key"))
                .POST(HttpRequest.BodyPublishers.noBody())
                .build();

        HttpResponse<String> answer = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(409);
        assertThat(answer.body()).contains("GATEWAY_PRICE_SYNC_URL");
    }

    @ParameterizedTest
    @CsvSource({"gateway.api-key, 401", "gateway.cron-key, 403"})
    void only_the_admin_key_opens_prices(String key, int status) {
        for (String path :
                List.of("/api/ai-gateway/models/" + UUID.randomUUID() + "/prices", "/api/ai-gateway/models/x/prices")) {
            as(key).get(path).then().statusCode(status);
        }
        as(key).post("/api/ai-gateway/models/sync").then().statusCode(status);
    }

    private static RequestSpecification admin() {
        return as("gateway.admin-key");
    }

    private static RequestSpecification as(String key) {
        return given().header("Authorization", "Bearer " + setting(key)).contentType(ContentType.JSON);
    }

    private static String setting(String name) {
        return ConfigProvider.getConfig().getValue(name, String.class);
    }
}
