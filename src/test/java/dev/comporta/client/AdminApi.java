package dev.comporta.client;

import static io.restassured.RestAssured.given;

import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import io.vertx.core.MultiMap;
import java.util.Map;
import java.util.UUID;
import org.eclipse.microprofile.config.ConfigProvider;

/** The admin API in the hands of an administrator of the tests. */
final class AdminApi {

    static final String ADMIN_KEY = setting("gateway.admin-key");
    static final String SHARED_KEY = setting("gateway.api-key");
    static final String CRON_KEY = setting("gateway.cron-key");

    private AdminApi() {}

    static RequestSpecification admin() {
        return as(ADMIN_KEY);
    }

    static RequestSpecification as(String key) {
        return given().header("Authorization", "Bearer " + key).contentType(ContentType.JSON);
    }

    /** Makes a client whose slug nobody has used before, and returns the slug. */
    static String newClient() {
        String slug = "c-" + UUID.randomUUID().toString().substring(0, 13);
        admin().body(Map.of("name", "Client of a test", "slug", slug))
                .post("/api/clients")
                .then()
                .statusCode(201);
        return slug;
    }

    /** Makes a key for a client. The answer has its {@code id} and {@code key}. */
    static Response newKey(String client) {
        Response answer =
                admin().body(Map.of("clientId", client, "name", "test")).post("/api/keys");
        answer.then().statusCode(201);
        return answer;
    }

    static MultiMap bearer(String key) {
        return MultiMap.caseInsensitiveMultiMap().add("Authorization", "Bearer " + key);
    }

    private static String setting(String name) {
        return ConfigProvider.getConfig().getOptionalValue(name, String.class).orElse("");
    }
}
