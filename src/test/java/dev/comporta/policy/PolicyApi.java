package dev.comporta.policy;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;

import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.util.Map;
import org.eclipse.microprofile.config.ConfigProvider;

/** The policies' API in the hands of the tests. */
final class PolicyApi {

    static final String POLICIES = "/api/policies";
    static final String CRON_KEY = setting("gateway.cron-key");
    static final String SHARED_KEY = setting("gateway.api-key");

    private PolicyApi() {}

    static RequestSpecification admin() {
        return as(setting("gateway.admin-key"));
    }

    static RequestSpecification as(String key) {
        return given().header("Authorization", "Bearer " + key).contentType(ContentType.JSON);
    }

    static String newClient() {
        return admin().body(Map.of("name", "Client of a test", "slug", "p-" + System.nanoTime()))
                .post("/api/clients")
                .path("id");
    }

    static String keyOf(String client) {
        return admin().body(Map.of("clientId", client, "name", "test"))
                .post("/api/keys")
                .path("key");
    }

    /** @param more fields, each with a comma before */
    static Response create(String client, String name, String more) {
        return admin().body("""
                {"clientId":"%s","name":"%s"%s}""".formatted(client, name, more)).post(POLICIES);
    }

    static String id(Response created) {
        created.then().statusCode(201);
        return created.path("id");
    }

    static Response check(String client, String more) {
        return admin().body("{\"clientId\":\"%s\"%s}".formatted(client, more)).post(POLICIES + "/check");
    }

    static void refused(Response answer, String param) {
        answer.then()
                .statusCode(400)
                .contentType("application/problem+json")
                .body("code", equalTo("invalid_request"))
                .body("param", equalTo(param));
    }

    private static String setting(String name) {
        return ConfigProvider.getConfig().getValue(name, String.class);
    }
}
