package dev.comporta.client;

import static dev.comporta.Eventually.eventually;
import static dev.comporta.client.AdminApi.bearer;
import static dev.comporta.client.AdminApi.newClient;
import static dev.comporta.client.AdminApi.newKey;
import static org.assertj.core.api.Assertions.assertThat;

import dev.comporta.store.Database;
import dev.comporta.store.Databases;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.MultiMap;
import jakarta.inject.Inject;
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
}
