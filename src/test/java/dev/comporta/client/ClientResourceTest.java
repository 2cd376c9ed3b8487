package dev.comporta.client;

import static io.restassured.RestAssured.given;

import io.quarkus.test.junit.QuarkusTest;
import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.Test;

@QuarkusTest
class ClientResourceTest {
    @Test
    void x() {
        System.out.println(
                "AUTH PROACTIVE " + ConfigProvider.getConfig().getValue("quarkus.http.auth.proactive", String.class));
        System.out.println("SOURCES ");
        ConfigProvider.getConfig()
                .getConfigSources()
                .forEach(s -> System.out.println(s.getOrdinal() + " " + s.getName()));
        for (String path : new String[] {"/api/clients", "/api/keys", "/api/nope", "/v1/x"}) {
            System.out.println(path);
            System.out.println(given().get(path).then().extract().response().asPrettyString());
            System.out.println(given().get(path).then().extract().headers());
            System.out.println(given().header("Authorization", "Bearer admin-key-of-the-tests-0123456789")
                    .get(path)
                    .then()
                    .extract()
                    .response()
                    .asPrettyString());
        }
        for (String body : new String[] {
            "{}",
            "{\"name\":\"x\",\"slug\":\"A b\"}",
            "{vck_ab",
            "",
            "[]",
            "\"x\"",
            "{\"name\":{}}",
            "{\"nam\":\"x\"}",
            "{\"rolloutPercentage\":\"vck\"}"
        }) {
            System.out.println(body);
            System.out.println(given().contentType("application/json")
                    .body(body)
                    .header("Authorization", "Bearer admin-key-of-the-tests-0123456789")
                    .post("/api/clients")
                    .then()
                    .extract()
                    .response()
                    .asPrettyString());
        }
        System.out.println(given().contentType("text/plain")
                .body("x")
                .header("Authorization", "Bearer admin-key-of-the-tests-0123456789")
                .post("/api/clients")
                .then()
                .extract()
                .response()
                .asPrettyString());
        System.out.println(given().header("Authorization", "Bearer admin-key-of-the-tests-0123456789")
                .patch("/api/clients")
                .then()
                .extract()
                .response()
                .asPrettyString());
        System.out.println(given().header("Authorization", "Bearer cron-key-of-the-tests-0123456789")
                .get("/api/clients")
                .then()
                .extract()
                .response()
                .asPrettyString());
        System.out.println(given().header("Authorization", "Bearer admin-key-of-the-tests-0123456789")
                .get("/api/clients?limit=0")
                .then()
                .extract()
                .response()
                .asPrettyString());
        System.out.println(given().header("Authorization", "Bearer admin-key-of-the-tests-0123456789")
                .get("/api/clients?limit=x")
                .then()
                .extract()
                .response()
                .asPrettyString());
        System.out.println(given().contentType("application/json")
                .body("{\"name\":\"x\",\"kind\":\"shared\"}")
                .header("Authorization", "Bearer admin-key-of-the-tests-0123456789")
                .post("/api/keys")
                .then()
                .extract()
                .response()
                .asPrettyString());
        System.out.println(given().contentType("application/json")
                .body("{\"name\":\"x\",\"clientId\":\"demo\"}")
                .header("Authorization", "Bearer admin-key-of-the-tests-0123456789")
                .post("/api/keys")
                .then()
                .extract()
                .response()
                .asPrettyString());
    }
}
