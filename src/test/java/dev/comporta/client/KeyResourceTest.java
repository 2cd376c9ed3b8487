package dev.comporta.client;

import static dev.comporta.Eventually.eventually;
import static dev.comporta.client.AdminApi.admin;
import static dev.comporta.client.AdminApi.bearer;
import static dev.comporta.client.AdminApi.newClient;
import static dev.comporta.client.AdminApi.newKey;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.nullValue;

import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.store.Database;
import dev.comporta.store.Databases;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@QuarkusTest
class KeyResourceTest {

    @Inject
    ClientDirectory directory;

    @Inject
    Database database;

    @Test
    void a_new_key_opens_at_once_and_is_shown_this_once() {
        String client = newClient();

        Response created =
                admin().body(Map.of("clientId", client, "name", "chatbot")).post("/api/keys");

        String key = created.then()
                .statusCode(201)
                .header("Cache-Control", "no-store")
                .body("kind", equalTo("client"))
                .body("name", equalTo("chatbot"))
                .body("expiresAt", nullValue())
                .body("key", matchesPattern("vck_[A-Za-z0-9_-]{43}"))
                .extract()
                .path("key");
        assertThat(directory.authenticate(bearer(key)).clientSlug()).isEqualTo(client);

        Response list = admin().queryParam("clientId", client).get("/api/keys");
        list.then().statusCode(200).body("data.size()", equalTo(1)).body("nextCursor", nullValue());
        Map<String, Object> shown = list.path("data[0]");
        assertThat(shown)
                .containsOnlyKeys(
                        "id", "kind", "clientId", "name", "prefix", "createdAt", "lastUsedAt", "expiresAt", "revokedAt")
                .containsEntry("id", created.path("id"))
                .containsEntry("prefix", key.substring(0, 10));
        assertThat(list.asString()).doesNotContain(key);
    }

    @Test
    void a_revoked_key_is_dead_before_the_answer_is_there() {
        Response created = newKey(newClient());

        admin().delete("/api/keys/" + created.path("id")).then().statusCode(204);

        assertRefused(created.path("key"));
        admin().delete("/api/keys/" + created.path("id")).then().statusCode(204);
    }

    @Test
    void a_rotated_key_works_beside_the_new_one_for_the_overlap() {
        String client = newClient();
        Response old = newKey(client);

        Response rotated = admin().body(Map.of("overlapSeconds", 3600)).post("/api/keys/" + old.path("id") + "/rotate");

        rotated.then()
                .statusCode(201)
                .header("Cache-Control", "no-store")
                .body("name", equalTo("test"))
                .body("expiresAt", nullValue());
        assertThat(directory.authenticate(bearer(rotated.path("key"))).clientSlug())
                .isEqualTo(client);
        assertThat(directory.authenticate(bearer(old.path("key"))).clientSlug()).isEqualTo(client);
        assertThat(expiry(client, old)).isCloseTo(Instant.now().plusSeconds(3600), within(1, ChronoUnit.MINUTES));
    }

    @Test
    void without_a_word_the_overlap_is_a_day() {
        String client = newClient();
        Response old = newKey(client);

        admin().post("/api/keys/" + old.path("id") + "/rotate").then().statusCode(201);

        assertThat(expiry(client, old))
                .isCloseTo(Instant.now().plus(1, ChronoUnit.DAYS), within(1, ChronoUnit.MINUTES));
    }

    @Test
    void without_an_overlap_the_old_key_is_dead_at_once() {
        Response old = newKey(newClient());

        admin().body(Map.of("overlapSeconds", 0))
                .post("/api/keys/" + old.path("id") + "/rotate")
                .then()
                .statusCode(201);

        assertRefused(old.path("key"));
    }

    @Test
    void an_overlap_does_not_lengthen_the_life_of_a_key() {
        String client = newClient();
        Instant soon = Instant.now().plus(1, ChronoUnit.HOURS).truncatedTo(ChronoUnit.SECONDS);
        Response old = admin().body(Map.of("clientId", client, "name", "short", "expiresAt", soon.toString()))
                .post("/api/keys");

        admin().post("/api/keys/" + old.path("id") + "/rotate").then().statusCode(201);

        assertThat(expiry(client, old)).isEqualTo(soon);
    }

    @Test
    void a_dead_key_cannot_be_rotated() {
        Response old = newKey(newClient());
        admin().delete("/api/keys/" + old.path("id"));

        admin().post("/api/keys/" + old.path("id") + "/rotate")
                .then()
                .statusCode(409)
                .body("detail", containsString("POST /api/keys"));
    }

    @Test
    void a_key_that_has_expired_is_refused() throws InterruptedException {
        Response created = newKey(newClient());
        String key = created.path("key");

        Databases.sql(
                database,
                "UPDATE gateway_keys SET expires_at = now() - interval '1 second' WHERE id = $1",
                UUID.fromString(created.path("id")));

        eventually("the key is refused", () -> isRefused(key));
    }

    @Test
    void a_key_of_a_client_that_was_deleted_by_plain_sql_is_refused() throws InterruptedException {
        String client = newClient();
        String key = newKey(client).path("key");

        Databases.sql(database, "UPDATE clients SET deleted_at = now() WHERE slug = $1", client);

        eventually("the key is refused", () -> isRefused(key));
    }

    @Test
    void the_last_use_is_written_later_and_all_at_once() {
        String client = newClient();
        Response used = newKey(client);
        Response unused = newKey(client);
        Instant before = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        directory.authenticate(bearer(used.path("key")));
        assertThat(this.<String>shown(client, used, "lastUsedAt")).isNull();

        Databases.await(directory.flush());

        assertThat(Instant.parse(shown(client, used, "lastUsedAt"))).isBetween(before, Instant.now());
        assertThat(this.<String>shown(client, unused, "lastUsedAt")).isNull();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    {"clientId":"demo"}                                                  | 400 | name
                    {"clientId":"demo","name":""}                                        | 400 | name
                    {"name":"x"}                                                         | 400 | clientId
                    {"name":"x","kind":"shared","clientId":"demo"}                       | 400 | clientId
                    {"name":"x","kind":"cron"}                                           | 400 | kind
                    {"name":"x","kind":"root"}                                           | 400 | kind
                    {"clientId":"demo","name":"x","expiresAt":"2020-01-01T00:00:00Z"}    | 400 | expiresAt
                    {"clientId":"demo","name":"x","expiresAt":"tomorrow"}                | 400 | expiresAt
                    {"clientId":"demo","name":"x","expires":"2099-01-01T00:00:00Z"}      | 400 | expires
                    {"name":"x","kind":"shared"}                                         | 409 | kind
                    {"name":"x","kind":"admin"}                                          | 409 | kind
                    """)
    void what_cannot_be_is_refused_and_the_field_named(String body, int status, String param) {
        admin().body(body)
                .post("/api/keys")
                .then()
                .statusCode(status)
                .contentType("application/problem+json")
                .body("param", equalTo(param));
    }

    @Test
    void what_is_not_there_is_not_found() {
        admin().body(Map.of("clientId", "nobody", "name", "x"))
                .post("/api/keys")
                .then()
                .statusCode(404)
                .body("code", equalTo("client_not_found"));
        admin().queryParam("clientId", "nobody").get("/api/keys").then().statusCode(404);
        for (String id : List.of(UUID.randomUUID().toString(), "no-uuid")) {
            admin().delete("/api/keys/" + id).then().statusCode(404).body("code", equalTo("not_found"));
            admin().post("/api/keys/" + id + "/rotate").then().statusCode(404);
        }
    }

    @Test
    void an_overlap_is_at_most_thirty_days() {
        String id = newKey(newClient()).path("id");

        for (int seconds : new int[] {-1, 30 * 86_400 + 1}) {
            admin().body(Map.of("overlapSeconds", seconds))
                    .post("/api/keys/" + id + "/rotate")
                    .then()
                    .statusCode(400)
                    .body("param", equalTo("overlapSeconds"));
        }
    }

    @Test
    void pages_show_the_newest_key_first() {
        String client = newClient();
        String first = newKey(client).path("id");
        String second = newKey(client).path("id");
        String third = newKey(client).path("id");

        Response page = admin().queryParams("clientId", client, "limit", 2).get("/api/keys");
        assertThat(page.<List<String>>path("data.id")).containsExactlyInAnyOrder(third, second);

        Response rest = admin().queryParams("clientId", client, "limit", 2, "cursor", page.path("nextCursor"))
                .get("/api/keys");
        assertThat(rest.<List<String>>path("data.id")).containsExactly(first);
        assertThat(rest.<String>path("nextCursor")).isNull();

        admin().queryParam("cursor", "garbage")
                .get("/api/keys")
                .then()
                .statusCode(400)
                .body("param", equalTo("cursor"));
    }

    private Instant expiry(String client, Response created) {
        return Instant.parse(shown(client, created, "expiresAt"));
    }

    private <T> T shown(String client, Response created, String field) {
        return admin().queryParam("clientId", client)
                .get("/api/keys")
                .path("data.find { it.id == '%s' }.%s".formatted(created.path("id"), field));
    }

    private void assertRefused(String key) {
        assertThat(isRefused(key)).isTrue();
    }

    private boolean isRefused(String key) {
        try {
            directory.authenticate(bearer(key));
            return false;
        } catch (GatewayError refusal) {
            assertThat(refusal.code()).isEqualTo(ErrorCode.INVALID_API_KEY);
            return true;
        }
    }
}
