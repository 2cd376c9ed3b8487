package dev.comporta.policy;

import static dev.comporta.policy.PolicyApi.POLICIES;
import static dev.comporta.policy.PolicyApi.admin;
import static dev.comporta.policy.PolicyApi.check;
import static dev.comporta.policy.PolicyApi.create;
import static dev.comporta.policy.PolicyApi.id;
import static dev.comporta.policy.PolicyApi.newClient;
import static dev.comporta.policy.PolicyApi.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import dev.comporta.store.Database;
import dev.comporta.store.Databases;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is wrong is refused, the field is named, and nothing changes: so one client and policy serve all of these. */
@QuarkusTest
class PolicyInputTest {

    private static String client;
    private static String policy;

    @Inject
    Database database;

    @BeforeEach
    void make_a_client_with_a_policy() {
        if (client == null) {
            client = newClient();
            policy = id(create(client, "P", ",\"blockedModels\":[\"gpt-4\"],\"maxCostPerDay\":5"));
        }
    }

    private List<String> stored() {
        List<String> rows = new ArrayList<>();
        Databases.sql(database, "SELECT policies::text AS row FROM policies ORDER BY id")
                .forEach(row -> rows.add(row.getString("row")));
        return rows;
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            "name":null                                  | name
            "name":""                                    | name
            "name":"  "                                  | name
            "name":"a\\u0000b"                           | name
            "name":"a\\nb"                               | name
            "name":"\\ud800"                             | name
            "name":5                                     | name
            "name":true                                  | name
            "name":["P"]                                 | name
            "name":{"x":1}                               | name
            "description":"a\\u0000b"                    | description
            "description":1.5                            | description
            "allowedModels":"gpt-4"                      | allowedModels
            "allowedModels":""                           | allowedModels
            "allowedModels":[""]                         | allowedModels
            "allowedModels":["gpt 4"]                    | allowedModels
            "allowedModels":["gpt-4\\t"]                 | allowedModels
            "allowedModels":["\\u00a0"]                  | allowedModels
            "allowedModels":["\\ud800"]                  | allowedModels
            "allowedModels":[null]                       | allowedModels
            "allowedModels":[7]                          | allowedModels.0
            "allowedModels":["a",["b"]]                  | allowedModels.1
            "blockedModels":{"gpt-4":true}               | blockedModels
            "blockedModels":["gpt-4", "a b"]             | blockedModels
            "blockedModels":["\\u0000"]                  | blockedModels
            "maxCostPerDay":0                            | maxCostPerDay
            "maxCostPerDay":-1                           | maxCostPerDay
            "maxCostPerDay":-0.0                         | maxCostPerDay
            "maxCostPerDay":1e15                         | maxCostPerDay
            "maxCostPerDay":1e400                        | maxCostPerDay
            "maxCostPerDay":1e999999999                  | maxCostPerDay
            "maxCostPerDay":1e-7                         | maxCostPerDay
            "maxCostPerDay":1e-999999999                 | maxCostPerDay
            "maxCostPerDay":"10"                         | maxCostPerDay
            "maxCostPerDay":""                           | maxCostPerDay
            "maxCostPerDay":"NaN"                        | maxCostPerDay
            "maxCostPerDay":"Infinity"                   | maxCostPerDay
            "maxCostPerDay":true                         | maxCostPerDay
            "maxCostPerDay":{}                           | maxCostPerDay
            "maxCostPerDay":[10]                         | maxCostPerDay
            "maxCostCurrency":"JPY"                      | maxCostCurrency
            "maxCostCurrency":"usd"                      | maxCostCurrency
            "maxCostCurrency":""                         | maxCostCurrency
            "maxCostCurrency":1                          | maxCostCurrency
            "maxTokensPerRequest":0                      | maxTokensPerRequest
            "maxTokensPerRequest":-1                     | maxTokensPerRequest
            "maxTokensPerRequest":1.5                    | maxTokensPerRequest
            "maxTokensPerRequest":1e400                  | maxTokensPerRequest
            "maxTokensPerRequest":9223372036854775808    | maxTokensPerRequest
            "maxTokensPerRequest":"100"                  | maxTokensPerRequest
            "maxTokensPerRequest":""                     | maxTokensPerRequest
            "maxTokensPerRequest":true                   | maxTokensPerRequest
            "allowUnknownPrices":"true"                  | allowUnknownPrices
            "allowUnknownPrices":""                      | allowUnknownPrices
            "allowUnknownPrices":1                       | allowUnknownPrices
            "isActive":"false"                           | isActive
            "isActive":0                                 | isActive
            "isActive":0.5                               | isActive
            "active":true                                | active
            "maxTokenPerRequest":5                       | maxTokenPerRequest
            "clientId":"x"                               | clientId
            "clientId":""                                | clientId
            "clientId":"1-1-1-1-1"                       | clientId
            "clientId":7                                 | clientId
            """)
    void what_cannot_be_is_refused_and_the_field_named_and_nothing_changes(String field, String param) {
        List<String> before = stored();
        String name = field.startsWith("\"name\"") ? "" : "\"name\":\"Q\",";
        String clientId = field.startsWith("\"clientId\"") ? "" : "\"clientId\":\"" + client + "\",";
        String body = "{" + clientId + name + field + "}";

        for (Response refused :
                List.of(admin().body(body).post(POLICIES), admin().body(body).put(POLICIES + "/" + policy))) {
            refused(refused, param);
        }
        assertThat(stored()).isEqualTo(before);
    }

    @Test
    void what_is_too_long_is_refused_and_the_field_named_and_nothing_changes() {
        String pattern = "\"" + "x".repeat(201) + "\"";
        String patterns = String.join(",", Collections.nCopies(201, "\"x\""));
        List<String> before = stored();
        refused(create(client, "x".repeat(101), ""), "name");
        refused(create(client, "P", ",\"description\":\"%s\"".formatted("x".repeat(2001))), "description");
        refused(create(client, "P", ",\"allowedModels\":[%s]".formatted(pattern)), "allowedModels");
        refused(create(client, "P", ",\"blockedModels\":[%s]".formatted(pattern)), "blockedModels");
        refused(create(client, "P", ",\"allowedModels\":[%s]".formatted(patterns)), "allowedModels");
        refused(create(client, "P", ",\"blockedModels\":[%s]".formatted(patterns)), "blockedModels");

        assertThat(stored()).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "null", "[]", "5", "\"x\"", "{", "{\"name\":NaN}", "{} {}"})
    void a_body_that_is_no_object_is_the_callers_mistake(String body) {
        for (String path : List.of(POLICIES, POLICIES + "/check")) {
            admin().body(body).post(path).then().statusCode(400).contentType("application/problem+json");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"6f1c2d3e-0000-4000-8000-0123456789ab", "x", "%00", "1-1"})
    void a_policy_that_is_not_there_is_not_found(String id) {
        RequestSpecification admin = admin().urlEncodingEnabled(false);
        for (Response answer : List.of(
                admin.get(POLICIES + "/" + id),
                admin.delete(POLICIES + "/" + id),
                admin.body("{\"name\":\"P\"}").put(POLICIES + "/" + id))) {
            answer.then()
                    .statusCode(404)
                    .contentType("application/problem+json")
                    .body("param", equalTo("id"));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "limit=0, limit",
        "limit=201, limit",
        "limit=-1, limit",
        "limit=x, limit",
        "limit=99999999999999999999, limit",
        "cursor=x, cursor",
        "cursor=%00, cursor",
        "clientId=x, clientId",
        "clientId=default, clientId"
    })
    void a_list_is_asked_for_with_sense(String query, String param) {
        refused(admin().urlEncodingEnabled(false).get(POLICIES + "?" + query), param);
    }

    @Test
    void the_list_of_a_client_that_is_not_there_is_not_found() {
        admin().get(POLICIES + "?clientId=" + UUID.randomUUID())
                .then()
                .statusCode(404)
                .body("param", equalTo("clientId"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            "tokens":5                                          | model
            "model":""                                          | model
            "model":null                                        | model
            "model":7                                           | model
            "model":["a/b"]                                     | model
            "model":"a/b","tokens":-1                           | tokens
            "model":"a/b","tokens":"5"                          | tokens
            "model":"a/b","tokens":5.5                          | tokens
            "model":"a/b","tokens":1e400                        | tokens
            "model":"a/b","tokens":true                         | tokens
            "model":"a/b","cost":5                              | cost
            "model":"a/b","clientId":null                       | clientId
            "model":"a/b","clientId":"x"                        | clientId
            """)
    void a_trial_of_what_cannot_be_names_the_field(String fields, String param) {
        refused(check(client, "," + fields), param);
    }

    @Test
    void a_trial_for_a_client_that_is_not_there_names_it() {
        check(UUID.randomUUID().toString(), ",\"model\":\"a/b\"")
                .then()
                .statusCode(404)
                .body("param", equalTo("clientId"));
    }
}
