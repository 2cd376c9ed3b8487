package dev.comporta.client;

import static dev.comporta.client.AdminApi.as;
import static dev.comporta.client.AdminApi.newClient;
import static dev.comporta.client.AdminApi.newKey;
import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.Header;
import io.restassured.http.Headers;
import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.util.Map;
import org.junit.jupiter.api.Test;

@QuarkusTest
class AdminAuthenticationTest {

    @Inject
    ClientDirectory directory;

    @Test
    void without_a_key_that_opens_the_admin_api_the_answer_says_what_to_send() {
        assertUnauthorized(given().get("/api/clients"));
        assertUnauthorized(given().header("Authorization", "Basic YTpi").get("/api/clients"));
        assertUnauthorized(given().header("x-api-key", AdminApi.ADMIN_KEY).get("/api/clients"));
        assertUnauthorized(as("wrong-key-of-some-length").get("/api/clients"));
        assertUnauthorized(as(GatewayKey.generate().secret().reveal()).get("/api/clients"));
        assertUnauthorized(as(AdminApi.SHARED_KEY).get("/api/clients"));
        assertUnauthorized(as("wrong-key-of-some-length").body("{}").post("/api/clients"));
        assertUnauthorized(given().get("/api/there-is-nothing-here"));
    }

    @Test
    void two_authorizations_are_none() {
        Header right = new Header("Authorization", "Bearer " + AdminApi.ADMIN_KEY);

        assertUnauthorized(given().headers(new Headers(right, right)).get("/api/clients"));
    }

    @Test
    void each_key_has_its_role() {
        as(AdminApi.ADMIN_KEY).get("/api/tests/who-am-i").then().statusCode(200).body("roles", contains("admin"));
        as(AdminApi.CRON_KEY).get("/api/tests/who-am-i").then().statusCode(200).body("roles", contains("cron"));
    }

    @Test
    void a_client_key_tells_whose_it_is() {
        String client = newClient();
        String id = directory.client(client).orElseThrow().id().toString();

        as(newKey(client).path("key"))
                .get("/api/tests/who-am-i")
                .then()
                .statusCode(200)
                .body("roles", contains("client"))
                .body("name", equalTo(id))
                .body("clientId", equalTo(id));
    }

    @Test
    void a_key_with_another_role_may_not_administer() {
        String clientKey = newKey(newClient()).path("key");

        for (String key : new String[] {clientKey, AdminApi.CRON_KEY}) {
            for (Response answer : new Response[] {
                as(key).get("/api/clients"),
                as(key).body(Map.of("name", "X", "slug", "x")).post("/api/clients"),
                as(key).get("/api/keys"),
                as(key).body(Map.of("name", "X", "clientId", "demo")).post("/api/keys")
            }) {
                answer.then()
                        .statusCode(403)
                        .contentType("application/problem+json")
                        .body("status", equalTo(403))
                        .body("code", equalTo("forbidden"));
            }
        }
    }

    private static ValidatableResponse assertUnauthorized(Response answer) {
        return answer.then()
                .statusCode(401)
                .contentType("application/problem+json")
                .header("WWW-Authenticate", "Bearer")
                .body("type", equalTo("about:blank"))
                .body("title", equalTo("Unauthorized"))
                .body("status", equalTo(401))
                .body("code", equalTo("invalid_api_key"))
                .body("detail", containsString("Authorization: Bearer"));
    }
}
