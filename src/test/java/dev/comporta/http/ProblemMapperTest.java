package dev.comporta.http;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
class ProblemMapperTest {

    @ConfigProperty(name = "gateway.admin-key")
    String adminKey;

    @ParameterizedTest
    @ValueSource(strings = {"{", "{\"name\"}", "nonsense", "[]", "\"text\""})
    void a_body_that_is_no_object_is_told_apart_from_one_that_breaks_a_rule(String body) {
        assertProblem(admin().body(body).post("/api/clients"), 400, "invalid_json", "Bad Request")
                .body("detail", containsString("line 1"))
                .body("detail", not(containsString("nonsense")));
    }

    @Test
    void a_body_that_is_not_there_is_named() {
        assertProblem(admin().post("/api/clients"), 400, "invalid_request", "Bad Request")
                .body("param", equalTo("body"));
    }

    @Test
    void what_is_not_served_says_so() {
        assertProblem(admin().get("/api/nothing"), 404, "not_found", "Not Found");
        assertProblem(admin().patch("/api/clients"), 405, "method_not_allowed", "Method Not Allowed");
        assertProblem(
                admin().contentType(ContentType.TEXT).body("x").post("/api/clients"),
                415,
                "invalid_request",
                "Unsupported Media Type");
    }

    @Test
    void an_unexpected_failure_tells_nothing_but_that() {
        assertProblem(admin().get("/api/tests/who-am-i/failure"), 500, "internal_error", "Internal Server Error")
                .body("detail", equalTo("The gateway failed; its log says why."))
                .body("stack", nullValue());
    }

    private RequestSpecification admin() {
        return given().header("Authorization", "Bearer " + adminKey).contentType(ContentType.JSON);
    }

    private static ValidatableResponse assertProblem(Response answer, int status, String code, String title) {
        return answer.then()
                .statusCode(status)
                .contentType("application/problem+json")
                .body("type", equalTo("about:blank"))
                .body("title", equalTo(title))
                .body("status", equalTo(status))
                .body("code", equalTo(code));
    }
}
