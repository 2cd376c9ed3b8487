package dev.comporta.client;

import static dev.comporta.Eventually.eventually;
import static dev.comporta.client.AdminApi.admin;
import static dev.comporta.client.AdminApi.bearer;
import static dev.comporta.client.AdminApi.newClient;
import static dev.comporta.client.AdminApi.newKey;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.comporta.core.GatewayError;
import dev.comporta.store.Database;
import dev.comporta.store.Databases;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.vertx.core.MultiMap;
import jakarta.inject.Inject;
import java.util.Map;
import org.junit.jupiter.api.Test;

@QuarkusTest
class ClientDirectoryTest {

    @Inject
    ClientDirectory directory;

    @Inject
    Database database;

    @Test
    void a_switch_turned_by_plain_sql_holds_for_the_next_calls() throws InterruptedException {
        String client = newClient();
        MultiMap headers = bearer(newKey(client).path("key"));
        assertThat(directory.authenticate(headers).gatewayEnabled()).isTrue();

        Databases.sql(database, "UPDATE clients SET use_ai_gateway = false WHERE slug = $1", client);

        eventually("the client is off", () -> !directory.authenticate(headers).gatewayEnabled());
    }

    @Test
    void a_client_made_by_plain_sql_can_be_named() throws InterruptedException {
        String slug = "sql-" + System.nanoTime();
        Databases.sql(database, "INSERT INTO clients (name, slug) VALUES ('Made by SQL', $1)", slug);

        eventually("the client is known", () -> directory.client(slug).isPresent());

        assertThat(directory
                        .authenticate(bearer(AdminApi.SHARED_KEY).add("x-gateway-client-id", slug))
                        .clientSlug())
                .isEqualTo(slug);
    }

    @Test
    void whoever_writes_through_the_admin_api_does_not_depend_on_a_notice() {
        silence("DISABLE");
        try {
            String client = newClient();
            Response created = newKey(client);
            String key = created.path("key");
            assertThat(directory.authenticate(bearer(key)).clientSlug()).isEqualTo(client);

            String next = admin().body(Map.of("overlapSeconds", 0))
                    .post("/api/keys/" + created.path("id") + "/rotate")
                    .path("key");
            assertThatThrownBy(() -> directory.authenticate(bearer(key))).isInstanceOf(GatewayError.class);

            admin().body(Map.of("useAiGateway", false)).put("/api/clients/" + client);
            assertThat(directory.authenticate(bearer(next)).gatewayEnabled()).isFalse();

            admin().delete("/api/clients/" + client);
            assertThatThrownBy(() -> directory.authenticate(bearer(next))).isInstanceOf(GatewayError.class);
        } finally {
            silence("ENABLE");
        }
    }

    private void silence(String verb) {
        Databases.sql(database, "ALTER TABLE clients %s TRIGGER clients_changed".formatted(verb));
        Databases.sql(database, "ALTER TABLE gateway_keys %s TRIGGER gateway_keys_changed".formatted(verb));
    }
}
