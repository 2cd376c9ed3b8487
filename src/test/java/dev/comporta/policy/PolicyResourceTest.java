package dev.comporta.policy;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;

import dev.comporta.store.Database;
import dev.comporta.store.Databases;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
class PolicyResourceTest {

    private static final String POLICIES = "/api/policies";

    @Inject
    Policies policies;

    @Inject
    Database database;

    private String client;

    @BeforeEach
    void make_a_client() {
        client = newClient();
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

    private static String newClient() {
        return admin().body(Map.of("name", "Client of a test", "slug", "p-" + System.nanoTime()))
                .post("/api/clients")
                .path("id");
    }

    private static String keyOf(String client) {
        return admin().body(Map.of("clientId", client, "name", "test"))
                .post("/api/keys")
                .path("key");
    }

    private static Response create(String client, String name, String more) {
        return admin().body("""
                {"clientId":"%s","name":"%s"%s}""".formatted(client, name, more)).post(POLICIES);
    }

    private static String id(Response created) {
        created.then().statusCode(201);
        return created.path("id");
    }

    private List<String> stored() {
        List<String> rows = new ArrayList<>();
        Databases.sql(database, "SELECT policies::text AS row FROM policies WHERE client_id = $1 ORDER BY id", uuid())
                .forEach(row -> rows.add(row.getString("row")));
        return rows;
    }

    private UUID uuid() {
        return UUID.fromString(client);
    }

    @Test
    void a_name_is_enough_and_the_rest_is_open() {
        Response created = create(client, "Production", "");

        created.then()
                .statusCode(201)
                .header("Location", endsWith(POLICIES + "/" + created.path("id")))
                .body("clientId", equalTo(client))
                .body("name", equalTo("Production"))
                .body("description", nullValue())
                .body("allowedModels", equalTo(List.of()))
                .body("blockedModels", equalTo(List.of()))
                .body("maxCostPerDay", nullValue())
                .body("maxCostCurrency", equalTo("USD"))
                .body("maxTokensPerRequest", nullValue())
                .body("allowUnknownPrices", equalTo(false))
                .body("isActive", equalTo(true));
        assertThat(created.<Map<String, Object>>path("$")).doesNotContainKey("active");
        assertThat(admin().get(POLICIES + "/" + created.path("id")).asString()).isEqualTo(created.asString());
    }

    @Test
    void a_write_is_in_force_before_its_answer_whatever_notices_do() {
        Databases.sql(database, "ALTER TABLE policies DISABLE TRIGGER policies_changed");
        try {
            String id = id(create(client, "P", ",\"blockedModels\":[\"gpt-4\"]"));
            assertThat(policies.mayUse(uuid(), "openai", "gpt-4")).isFalse();

            admin().body(Map.of("name", "P", "blockedModels", List.of("o3")))
                    .put(POLICIES + "/" + id)
                    .then()
                    .statusCode(200);
            assertThat(policies.mayUse(uuid(), "openai", "gpt-4")).isTrue();
            assertThat(policies.mayUse(uuid(), "openai", "o3")).isFalse();

            admin().delete(POLICIES + "/" + id).then().statusCode(204);
            assertThat(policies.mayUse(uuid(), "openai", "o3")).isTrue();
        } finally {
            Databases.sql(database, "ALTER TABLE policies ENABLE TRIGGER policies_changed");
        }
    }

    @Test
    void a_policy_is_replaced_whole_and_can_be_sent_back_as_it_was_read() {
        String id = id(create(client, "P", """
                ,"description":"For São Paulo","allowedModels":["openai/*"],"blockedModels":["*-pro","*-pro"],
                "maxCostPerDay":12.50,"maxCostCurrency":"BRL","maxTokensPerRequest":9223372036854775807,
                "allowUnknownPrices":true,"isActive":false"""));
        String read = admin().get(POLICIES + "/" + id).asString();
        assertThat(read).contains("\"maxCostPerDay\":12.5,", "\"maxTokensPerRequest\":9223372036854775807,");

        admin().body(read).put(POLICIES + "/" + id).then().statusCode(200);
        assertThat(withoutTimes(admin().get(POLICIES + "/" + id).asString())).isEqualTo(withoutTimes(read));

        admin().body(Map.of("name", "Q"))
                .put(POLICIES + "/" + id)
                .then()
                .statusCode(200)
                .body("name", equalTo("Q"))
                .body("clientId", equalTo(client))
                .body("description", nullValue())
                .body("allowedModels", equalTo(List.of()))
                .body("maxCostPerDay", nullValue())
                .body("maxTokensPerRequest", nullValue())
                .body("allowUnknownPrices", equalTo(false))
                .body("isActive", equalTo(true));
    }

    private static String withoutTimes(String policy) {
        return policy.replaceAll("\"updatedAt\":\"[^\"]*\"", "");
    }

    @ParameterizedTest
    @CsvSource({"0.000001, 0.000001", "1e3, 1000", "1200.00, 1200", "999999999999999.999999, 999999999999999.999999"})
    void amounts_are_exact_and_written_plainly(String sent, String read) {
        assertThat(create(client, "P", ",\"maxCostPerDay\":" + sent).asString())
                .contains("\"maxCostPerDay\":" + read + ",");
    }

    @Test
    void a_name_is_taken_once_for_each_client_while_its_policy_exists() {
        String id = id(create(client, "Production", ""));
        String other = id(create(client, "Other", ""));
        id(create(newClient(), "Production", ""));

        create(client, "Production", "").then().statusCode(409).body("param", equalTo("name"));
        admin().body(Map.of("name", "Production"))
                .put(POLICIES + "/" + other)
                .then()
                .statusCode(409)
                .body("code", equalTo("conflict"))
                .body("param", equalTo("name"));

        admin().delete(POLICIES + "/" + id).then().statusCode(204);
        create(client, "Production", "").then().statusCode(201);
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
        String id = id(create(client, "P", ",\"blockedModels\":[\"gpt-4\"],\"maxCostPerDay\":5"));
        List<String> before = stored();
        String name = field.startsWith("\"name\"") ? "" : "\"name\":\"Q\",";
        String clientId = field.startsWith("\"clientId\"") ? "" : "\"clientId\":\"" + client + "\",";
        String body = "{" + clientId + name + field + "}";

        for (Response refused :
                List.of(admin().body(body).post(POLICIES), admin().body(body).put(POLICIES + "/" + id))) {
            refused.then()
                    .statusCode(400)
                    .contentType("application/problem+json")
                    .body("code", equalTo("invalid_request"))
                    .body("param", equalTo(param));
        }
        assertThat(stored()).isEqualTo(before);
    }

    @Test
    void what_is_too_long_is_refused_and_the_field_named_and_nothing_changes() {
        String pattern = "\"" + "x".repeat(201) + "\"";
        String patterns = String.join(",", java.util.Collections.nCopies(201, "\"x\""));
        refused(create(client, "x".repeat(101), ""), "name");
        refused(create(client, "P", ",\"description\":\"%s\"".formatted("x".repeat(2001))), "description");
        refused(create(client, "P", ",\"allowedModels\":[%s]".formatted(pattern)), "allowedModels");
        refused(create(client, "P", ",\"blockedModels\":[%s]".formatted(pattern)), "blockedModels");
        refused(create(client, "P", ",\"allowedModels\":[%s]".formatted(patterns)), "allowedModels");
        refused(create(client, "P", ",\"blockedModels\":[%s]".formatted(patterns)), "blockedModels");

        assertThat(stored()).isEmpty();
    }

    private static void refused(Response answer, String param) {
        answer.then().statusCode(400).contentType("application/problem+json").body("param", equalTo(param));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "null", "[]", "5", "\"x\"", "{", "{\"name\":NaN}", "{} {}"})
    void a_body_that_is_no_object_is_the_callers_mistake(String body) {
        for (String path : List.of(POLICIES, POLICIES + "/check")) {
            admin().body(body).post(path).then().statusCode(400).contentType("application/problem+json");
        }
    }

    @Test
    void a_policy_needs_a_client_that_exists_and_stays_with_it() {
        String id = id(create(client, "P", ""));
        String gone = newClient();
        admin().delete("/api/clients/" + gone).then().statusCode(204);

        refused(admin().body(Map.of("name", "P")).post(POLICIES), "clientId");
        for (String unknown : List.of(UUID.randomUUID().toString(), gone)) {
            create(unknown, "P", "")
                    .then()
                    .statusCode(404)
                    .body("code", equalTo("client_not_found"))
                    .body("param", equalTo("clientId"));
        }
        refused(admin().body(Map.of("name", "P", "clientId", newClient())).put(POLICIES + "/" + id), "clientId");
        admin().get(POLICIES + "/" + id).then().body("clientId", equalTo(client));
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
        "limit=, limit",
        "limit=99999999999999999999, limit",
        "cursor=x, cursor",
        "cursor=, cursor",
        "cursor=%00, cursor",
        "clientId=x, clientId",
        "clientId=, clientId",
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

    @Test
    void pages_lead_through_the_policies_of_a_client_once_and_in_order() {
        List<String> made = new ArrayList<>();
        for (String name : List.of("C", "A", "B", "E", "D")) {
            made.add(id(create(client, name, "")));
        }
        id(create(newClient(), "A", ""));

        List<String> seen = new ArrayList<>();
        String cursor = null;
        do {
            Response page = page(cursor);
            page.then().statusCode(200);
            List<String> ids = page.path("data.id");
            assertThat(ids).hasSizeBetween(1, 2);
            seen.addAll(ids);
            cursor = page.path("nextCursor");
        } while (cursor != null);

        assertThat(seen).containsExactlyInAnyOrderElementsOf(made).isSorted();
        assertThat(admin().get(POLICIES).<List<String>>path("data.id")).isNotEmpty();
    }

    private Response page(@Nullable String cursor) {
        RequestSpecification request = admin().queryParam("clientId", client).queryParam("limit", 2);
        return (cursor == null ? request : request.queryParam("cursor", cursor)).get(POLICIES);
    }

    @Test
    void a_client_key_reads_the_policies_of_its_own_client_and_nothing_else() {
        String id = id(create(client, "P", ""));
        String other = newClient();
        String theirs = id(create(other, "P", ""));
        RequestSpecification own = as(keyOf(client));

        assertThat(own.get(POLICIES).<List<String>>path("data.id")).containsExactly(id);
        assertThat(own.get(POLICIES + "?clientId=" + client).<List<String>>path("data.id"))
                .containsExactly(id);
        own.get(POLICIES + "/" + id).then().statusCode(200);
        own.get(POLICIES + "?clientId=" + other).then().statusCode(403).body("param", equalTo("clientId"));
        own.get(POLICIES + "?clientId=" + UUID.randomUUID()).then().statusCode(403);
        own.get(POLICIES + "/" + theirs).then().statusCode(404);
        assertThat(own.get(POLICIES + "?cursor=" + new UUID(0, 0)).<List<String>>path("data.id"))
                .containsExactly(id);
    }

    @Test
    void only_an_administrator_writes() {
        String id = id(create(client, "P", ""));
        List<String> before = stored();
        String body = "{\"clientId\":\"%s\",\"name\":\"Q\",\"model\":\"a/b\"}".formatted(client);

        for (String key : List.of(keyOf(client), setting("gateway.cron-key"))) {
            as(key).body(body).post(POLICIES).then().statusCode(403);
            as(key).body(body).put(POLICIES + "/" + id).then().statusCode(403);
            as(key).delete(POLICIES + "/" + id).then().statusCode(403);
            as(key).body(body).post(POLICIES + "/check").then().statusCode(403);
        }
        as(setting("gateway.cron-key")).get(POLICIES).then().statusCode(403);
        as(setting("gateway.api-key")).get(POLICIES).then().statusCode(401);
        given().get(POLICIES).then().statusCode(401);
        assertThat(stored()).isEqualTo(before);
    }

    private static Response check(String client, String more) {
        return admin().body("{\"clientId\":\"%s\"%s}".formatted(client, more)).post(POLICIES + "/check");
    }

    @Test
    void a_request_can_be_tried_before_it_is_made() {
        id(create(client, "Production", ",\"blockedModels\":[\"gpt-4*\"],\"maxTokensPerRequest\":1000"));

        check(client, ",\"model\":\"openai/GPT-4o\"")
                .then()
                .statusCode(200)
                .body("allowed", equalTo(false))
                .body("policy", equalTo("Production"))
                .body("reason", equalTo("Policy \"Production\" blocks gpt-4*."));
        check(client, ",\"model\":\"openai/o3\",\"tokens\":1001")
                .then()
                .statusCode(200)
                .body("allowed", equalTo(false))
                .body("policy", equalTo("Production"));
        check(client, ",\"model\":\"openai/o3\",\"tokens\":1000")
                .then()
                .statusCode(200)
                .body("allowed", equalTo(true))
                .body("policy", nullValue());
        check(newClient(), ",\"model\":\"openai/gpt-4o\",\"tokens\":9999")
                .then()
                .body("allowed", equalTo(true));
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
