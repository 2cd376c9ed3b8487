package dev.comporta.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two gateways on one database: started at the same moment, and of one mind about who may call. */
class ReplicasIT {

    private static final String ADMIN_KEY = "the-admin-key-of-the-replica-tests";

    /** "Within about a second", and some air for a busy machine. */
    private static final Duration AT_ONCE = Duration.ofSeconds(2);

    @TempDir
    Path home;

    @Test
    void a_key_that_is_revoked_anywhere_is_refused_everywhere() throws Exception {
        try (PostgresServer database = PostgresServer.start(Files.createDirectory(home.resolve("database")));
                GatewayProcess one = replica(database, "one");
                GatewayProcess two = replica(database, "two")) {
            one.awaitReady();
            two.awaitReady();

            JsonObject first = newKey(one);
            refusedOnceRevoked("DELETE /api/keys on the other replica", first, two, () -> {
                String path = "/api/keys/" + first.getString("id");
                assertThat(one.delete(path, "Authorization", "Bearer " + ADMIN_KEY)
                                .statusCode())
                        .isEqualTo(204);
            });
            assertThat(call(one, first)).isEqualTo(401);

            JsonObject second = newKey(two);
            refusedOnceRevoked(
                    "plain SQL",
                    second,
                    one,
                    () -> database.execute(
                            "UPDATE gateway_keys SET revoked_at = now() WHERE id = '" + second.getString("id") + "'"));
            Poll.until("the other one refuses it too", AT_ONCE, () -> call(two, second) == 401);
        }
    }

    private GatewayProcess replica(PostgresServer database, String name) {
        return GatewayProcess.in(home.resolve(name))
                .database(database)
                .env("GATEWAY_ADMIN_KEY", ADMIN_KEY)
                .start();
    }

    private interface Revocation {
        void run() throws Exception;
    }

    private static void refusedOnceRevoked(String way, JsonObject key, GatewayProcess replica, Revocation revocation)
            throws Exception {
        Poll.until("the new key opens " + replica.uri("/"), AT_ONCE, () -> call(replica, key) == 200);
        revocation.run();
        long revoked = System.nanoTime();
        Poll.until("the revoked key is refused", AT_ONCE, () -> call(replica, key) == 401);
        Proof.tell(
                "a key revoked by %s is refused after %d ms",
                way, Duration.ofNanos(System.nanoTime() - revoked).toMillis());
    }

    private static JsonObject newKey(GatewayProcess gateway) throws IOException, InterruptedException {
        var answer = gateway.post(
                "/api/keys",
                "{\"kind\":\"client\",\"clientId\":\"demo\",\"name\":\"for a moment\"}",
                "Authorization",
                "Bearer " + ADMIN_KEY);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        return new JsonObject(answer.body());
    }

    private static int call(GatewayProcess gateway, JsonObject key) throws IOException, InterruptedException {
        return gateway.get("/v1/models", "Authorization", "Bearer " + key.getString("key"))
                .statusCode();
    }
}
