package dev.comporta.client;

import static dev.comporta.Eventually.eventually;
import static dev.comporta.client.AdminApi.as;
import static dev.comporta.client.AdminApi.bearer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import dev.comporta.store.Database;
import dev.comporta.store.Databases;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.SqlConnection;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A gateway whose environment gives no key: the stored ones open. */
@QuarkusTest
@TestProfile(StoredKeysTest.NothingGiven.class)
class StoredKeysTest {

    public static class NothingGiven implements QuarkusTestProfile {

        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("gateway.admin-key", "", "gateway.api-key", "", "gateway.cron-key", "");
        }
    }

    @Inject
    ClientDirectory directory;

    @Inject
    Database database;

    private KeyView stored;
    private String admin;

    /** Each test begins with one admin key, of which it knows the text. */
    @BeforeEach
    void oneAdminKey() {
        Databases.sql(database, "DELETE FROM gateway_keys WHERE kind <> 'client'");
        GatewayKey key = GatewayKey.generate();
        stored = Databases.await(
                KeyTable.insert(database.pool(), key, KeyKind.ADMIN, null, "test", null, Instant.now()));
        admin = key.secret().reveal();
        Databases.await(directory.catchUp());
    }

    @Test
    void a_stored_admin_key_administers_and_is_no_key_of_the_data_plane() {
        as(admin).get("/api/clients").then().statusCode(200);

        assertThat(isAccepted(admin)).isFalse();
    }

    @Test
    void a_stored_shared_key_serves_every_client_and_does_not_administer() {
        Response created =
                as(admin).body(Map.of("kind", "shared", "name", "all")).post("/api/keys");
        created.then().statusCode(201).body("kind", equalTo("shared")).body("clientId", equalTo(null));
        String shared = created.path("key");

        assertThat(directory
                        .authenticate(bearer(shared).add("x-gateway-client-id", "demo"))
                        .clientSlug())
                .isEqualTo("demo");
        assertThat(directory.authenticate(bearer(shared)).keyId()).isEqualTo(UUID.fromString(created.path("id")));
        as(shared).get("/api/clients").then().statusCode(401);
    }

    @Test
    void the_last_admin_key_cannot_be_revoked() {
        as(admin)
                .delete("/api/keys/" + stored.id())
                .then()
                .statusCode(409)
                .contentType("application/problem+json")
                .body("detail", containsString("last admin key"));
        as(admin).get("/api/clients").then().statusCode(200);
    }

    @Test
    void an_admin_key_that_has_expired_does_not_count_as_another_one() {
        Databases.sql(database, """
                INSERT INTO gateway_keys (kind, name, key_hash, key_prefix, expires_at)
                VALUES ('admin', 'old', $1, 'vck_', now() - interval '1 hour')
                """, Buffer.buffer(GatewayKey.generate().hash()));

        as(admin).delete("/api/keys/" + stored.id()).then().statusCode(409);
    }

    @Test
    void an_administrator_changes_its_key_by_making_another_first() {
        String next = as(admin)
                .body(Map.of("kind", "admin", "name", "next"))
                .post("/api/keys")
                .path("key");

        as(next).delete("/api/keys/" + stored.id()).then().statusCode(204);

        as(admin).get("/api/clients").then().statusCode(401);
        as(next).get("/api/clients").then().statusCode(200);
    }

    @Test
    void an_administrator_may_rotate_its_own_key() {
        String next = as(admin)
                .body(Map.of("overlapSeconds", 0))
                .post("/api/keys/" + stored.id() + "/rotate")
                .path("key");

        as(admin).get("/api/clients").then().statusCode(401);
        as(next).get("/api/clients").then().statusCode(200);
    }

    @Test
    void two_administrators_who_revoke_each_others_key_do_not_lock_everybody_out() throws InterruptedException {
        Response other =
                as(admin).body(Map.of("kind", "admin", "name", "other")).post("/api/keys");
        SqlConnection first = Databases.await(database.pool().getConnection());
        CompletableFuture<Response> second;
        try {
            Databases.await(first.begin());
            Databases.await(KeyTable.lockAdminKeys(first));
            Databases.await(KeyTable.revoke(first, UUID.fromString(other.path("id")), Instant.now()));

            second = CompletableFuture.supplyAsync(() -> as(admin).delete("/api/keys/" + stored.id()));
            eventually("the second one waits for the first", () -> second.isDone() || somebodyWaits());
            Databases.await(first.transaction().commit());
        } finally {
            Databases.await(first.close());
        }

        second.join().then().statusCode(409).body("detail", containsString("last admin key"));
    }

    private boolean somebodyWaits() {
        return Databases.sql(database, "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
                        .size()
                > 0;
    }

    private boolean isAccepted(String key) {
        try {
            directory.authenticate(bearer(key));
            return true;
        } catch (RuntimeException refused) {
            return false;
        }
    }
}
