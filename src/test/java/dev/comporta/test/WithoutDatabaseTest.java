package dev.comporta.test;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A database that was never reached is the gateway's trouble: nobody is told that a key is wrong. */
@QuarkusTest
@TestProfile(WithoutDatabaseTest.Unreachable.class)
class WithoutDatabaseTest {

    public static final class Unreachable implements QuarkusTestProfile {

        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    // Port 1 is nobody's.
                    "gateway.database.url", "postgresql://127.0.0.1:1/comporta",
                    "gateway.database.startup-timeout", "10M",
                    "gateway.data-dir", "target/test-data-without-database");
        }
    }

    @Test
    void a_call_is_asked_to_come_again_whatever_it_presents() {
        for (HttpResponse<byte[]> response : List.of(
                Gateway.chat(Gateway.question("demo/echo")),
                Gateway.chat(Gateway.question("demo/echo"), "Authorization", "Bearer vck_this-key-was-never-issued"),
                Gateway.get("/v1/models"))) {
            assertThat(response.statusCode()).isEqualTo(503);
            assertThat(Gateway.header(response, "x-gateway-error-source")).isEqualTo("gateway");
            assertThat(Gateway.requestId(response)).isNotEmpty();
            JsonNode error = Json.read(response.body()).path("error");
            assertThat(error.path("code").asText()).isEqualTo("accounting_unavailable");
            assertThat(error.path("type").asText()).isEqualTo("server_error");
            assertThat(error.path("param").isNull()).isTrue();
        }
    }

    @Test
    void the_request_log_is_asked_to_come_again_too() {
        HttpResponse<byte[]> response = Gateway.get("/api/audit", "Authorization", "Bearer " + Gateway.ADMIN_KEY);

        assertThat(response.statusCode()).isEqualTo(503);
        assertThat(Json.read(response.body()).path("code").asText()).isEqualTo("accounting_unavailable");
    }

    @Test
    void it_is_alive_but_not_ready() {
        assertThat(Gateway.get("/q/health/live").statusCode()).isEqualTo(200);
        assertThat(Gateway.get("/q/health/ready").statusCode()).isEqualTo(503);
    }
}
