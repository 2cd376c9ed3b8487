package dev.comporta.policy;

import static dev.comporta.policy.PolicyApi.CRON_KEY;
import static dev.comporta.policy.PolicyApi.POLICIES;
import static dev.comporta.policy.PolicyApi.SHARED_KEY;
import static dev.comporta.policy.PolicyApi.admin;
import static dev.comporta.policy.PolicyApi.as;
import static dev.comporta.policy.PolicyApi.check;
import static dev.comporta.policy.PolicyApi.create;
import static dev.comporta.policy.PolicyApi.id;
import static dev.comporta.policy.PolicyApi.keyOf;
import static dev.comporta.policy.PolicyApi.newClient;
import static dev.comporta.policy.PolicyApi.refused;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;

import dev.comporta.store.Database;
import dev.comporta.store.Databases;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@QuarkusTest
class PolicyResourceTest {

    @Inject
    Policies policies;

    @Inject
    Database database;

    private String client;

    @BeforeEach
    void make_a_client() {
        client = newClient();
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
        String own = keyOf(client);

        assertThat(as(own).get(POLICIES).<List<String>>path("data.id")).containsExactly(id);
        assertThat(as(own).get(POLICIES + "?clientId=" + client).<List<String>>path("data.id"))
                .containsExactly(id);
        as(own).get(POLICIES + "/" + id).then().statusCode(200);
        as(own).get(POLICIES + "?clientId=" + other).then().statusCode(403).body("param", equalTo("clientId"));
        as(own).get(POLICIES + "?clientId=" + UUID.randomUUID()).then().statusCode(403);
        as(own).get(POLICIES + "/" + theirs).then().statusCode(404);
        assertThat(as(own).get(POLICIES + "?cursor=" + new UUID(0, 0)).<List<String>>path("data.id"))
                .containsExactly(id);
    }

    @Test
    void only_an_administrator_writes() {
        String id = id(create(client, "P", ""));
        List<String> before = stored();
        String body = "{\"clientId\":\"%s\",\"name\":\"Q\",\"model\":\"a/b\"}".formatted(client);

        for (String key : List.of(keyOf(client), CRON_KEY)) {
            as(key).body(body).post(POLICIES).then().statusCode(403);
            as(key).body(body).put(POLICIES + "/" + id).then().statusCode(403);
            as(key).delete(POLICIES + "/" + id).then().statusCode(403);
            as(key).body(body).post(POLICIES + "/check").then().statusCode(403);
        }
        as(CRON_KEY).get(POLICIES).then().statusCode(403);
        as(SHARED_KEY).get(POLICIES).then().statusCode(401);
        given().get(POLICIES).then().statusCode(401);
        assertThat(stored()).isEqualTo(before);
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
}
