package dev.comporta.client;

import static dev.comporta.client.AdminApi.admin;
import static dev.comporta.client.AdminApi.bearer;
import static dev.comporta.client.AdminApi.newClient;
import static dev.comporta.client.AdminApi.newKey;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;

import dev.comporta.core.GatewayError;
import dev.comporta.store.Database;
import dev.comporta.store.Databases;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
class ClientResourceTest {

    @Inject
    ClientDirectory directory;

    @Inject
    Database database;

    @Test
    void a_new_client_needs_a_name_and_a_slug_and_calls_can_be_made_for_it_at_once() {
        String slug = "acme-" + UUID.randomUUID().toString().substring(0, 8);

        Response created = admin().body(Map.of("name", "Acme", "slug", slug)).post("/api/clients");

        assertThat(directory.client(slug)).isPresent();
        String id = created.then()
                .statusCode(201)
                .body("name", equalTo("Acme"))
                .body("slug", equalTo(slug))
                .body("useAiGateway", equalTo(true))
                .body("rolloutPercentage", equalTo(100))
                .body("displayCurrency", equalTo("USD"))
                .body("timeZone", equalTo("UTC"))
                .body("logPayloads", equalTo(false))
                .extract()
                .path("id");
        created.then().header("Location", endsWith("/api/clients/" + id));
        for (String name : List.of(id, id.toUpperCase(), slug, slug.toUpperCase())) {
            admin().get("/api/clients/" + name).then().statusCode(200).body("id", equalTo(id));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"%00", "a%00b"})
    void a_name_that_no_table_holds_is_the_callers_mistake(String name) {
        admin().urlEncodingEnabled(false)
                .get("/api/clients/" + name)
                .then()
                .statusCode(400)
                .contentType("application/problem+json");
    }

    @Test
    void every_setting_can_be_made_with_the_client() {
        String slug = "c-" + UUID.randomUUID().toString().substring(0, 13);
        Map<String, Object> settings = Map.of(
                "name",
                "Padaria São João",
                "slug",
                slug,
                "useAiGateway",
                false,
                "rolloutPercentage",
                25,
                "displayCurrency",
                "BRL",
                "timeZone",
                "America/Sao_Paulo",
                "logPayloads",
                true);

        admin().body(settings).post("/api/clients").then().statusCode(201);

        Map<String, Object> stored =
                admin().get("/api/clients/" + slug).then().extract().path("$");
        assertThat(stored).containsAllEntriesOf(settings);
    }

    @Test
    void a_change_keeps_what_it_does_not_mention() {
        String slug = newClient();

        admin().body(Map.of("useAiGateway", false, "displayCurrency", "EUR"))
                .put("/api/clients/" + slug)
                .then()
                .statusCode(200)
                .body("useAiGateway", equalTo(false))
                .body("displayCurrency", equalTo("EUR"))
                .body("name", equalTo("Client of a test"))
                .body("timeZone", equalTo("UTC"));
        assertThat(directory.client(slug).orElseThrow().useAiGateway()).isFalse();
    }

    @Test
    void a_client_that_was_read_can_be_sent_back_whole() {
        String slug = newClient();
        Map<String, Object> read =
                admin().get("/api/clients/" + slug).then().extract().path("$");
        read.put("rolloutPercentage", 0);

        admin().body(read)
                .put("/api/clients/" + read.get("id"))
                .then()
                .statusCode(200)
                .body("rolloutPercentage", equalTo(0))
                .body("slug", equalTo(slug));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    {"slug":"x"}                                    | name
                    {"name":"","slug":"x"}                          | name
                    {"name":"X"}                                    | slug
                    {"name":"X","slug":"Has Capitals"}              | slug
                    {"name":"X","slug":"-begins-with-hyphen"}       | slug
                    {"name":"X","slug":"6f1c2d3e-0000-4000-8000-0123456789ab"} | slug
                    {"name":"X","slug":"x","rolloutPercentage":101} | rolloutPercentage
                    {"name":"X","slug":"x","rolloutPercentage":-1}  | rolloutPercentage
                    {"name":"X","slug":"x","rolloutPercentage":"a"} | rolloutPercentage
                    {"name":"X","slug":"x","displayCurrency":"JPY"} | displayCurrency
                    {"name":"X","slug":"x","timeZone":"+03:00"}     | timeZone
                    {"name":"X","slug":"x","timeZone":"Brasilia"}   | timeZone
                    {"name":"X","slug":"x","useAIGateway":true}     | useAIGateway
                    {"name":{},"slug":"x"}                          | name
                    """)
    void what_cannot_be_is_refused_and_the_field_named(String body, String param) {
        admin().body(body)
                .post("/api/clients")
                .then()
                .statusCode(400)
                .contentType("application/problem+json")
                .body("code", equalTo("invalid_request"))
                .body("param", equalTo(param))
                .body("detail", containsString(param));
    }

    @Test
    void a_change_is_held_to_the_same_rules() {
        String slug = newClient();

        admin().body(Map.of("timeZone", "Brasilia"))
                .put("/api/clients/" + slug)
                .then()
                .statusCode(400)
                .body("param", equalTo("timeZone"));
    }

    @Test
    void a_slug_is_taken_once_and_for_all() {
        String slug = newClient();
        String other = newClient();
        Map<String, String> same = Map.of("name", "Another", "slug", slug);

        admin().body(same)
                .post("/api/clients")
                .then()
                .statusCode(409)
                .body("code", equalTo("conflict"))
                .body("param", equalTo("slug"));
        admin().body(Map.of("slug", slug))
                .put("/api/clients/" + other)
                .then()
                .statusCode(409)
                .body("code", equalTo("conflict"));

        admin().delete("/api/clients/" + slug).then().statusCode(204);
        admin().body(same).post("/api/clients").then().statusCode(409);
    }

    @Test
    void a_deleted_client_is_gone_its_keys_are_dead_and_its_row_stays() {
        String slug = newClient();
        String key = newKey(slug).path("key");
        assertThat(directory.authenticate(bearer(key)).clientSlug()).isEqualTo(slug);

        admin().delete("/api/clients/" + slug).then().statusCode(204);

        assertThatThrownBy(() -> directory.authenticate(bearer(key))).isInstanceOf(GatewayError.class);
        assertThat(directory.client(slug)).isEmpty();
        admin().get("/api/clients/" + slug).then().statusCode(404).body("code", equalTo("client_not_found"));
        admin().body(Map.of("name", "Back")).put("/api/clients/" + slug).then().statusCode(404);
        admin().delete("/api/clients/" + slug).then().statusCode(404);
        assertThat(Databases.sql(database, """
                                SELECT 1 FROM clients JOIN gateway_keys ON client_id = clients.id
                                WHERE slug = $1 AND deleted_at IS NOT NULL AND revoked_at IS NOT NULL
                                """, slug).size()).isEqualTo(1);
    }

    @Test
    void the_default_client_stays_and_keeps_its_slug() {
        admin().delete("/api/clients/default").then().statusCode(409).body("code", equalTo("conflict"));
        admin().body(Map.of("slug", "other"))
                .put("/api/clients/default")
                .then()
                .statusCode(409)
                .body("param", equalTo("slug"));
        admin().body(Map.of("slug", "default"))
                .put("/api/clients/default")
                .then()
                .statusCode(200);
    }

    @Test
    void pages_lead_through_every_client_once() {
        String first = newClient();
        String second = newClient();

        List<String> seen = new ArrayList<>();
        String cursor = null;
        do {
            Response page = list(2, cursor);
            List<String> slugs = page.path("data.slug");
            assertThat(slugs).hasSizeBetween(1, 2);
            seen.addAll(slugs);
            cursor = page.path("nextCursor");
        } while (cursor != null);

        assertThat(seen)
                .contains("default", first, second)
                .doesNotHaveDuplicates()
                .isSorted();
    }

    private static Response list(int limit, @Nullable String cursor) {
        var request = admin().queryParam("limit", limit);
        if (cursor != null) {
            request.queryParam("cursor", cursor);
        }
        return request.get("/api/clients");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "201", "many"})
    void a_page_has_a_sensible_size(String limit) {
        admin().queryParam("limit", limit)
                .get("/api/clients")
                .then()
                .statusCode(400)
                .contentType("application/problem+json")
                .body("code", equalTo("invalid_request"));
    }
}
