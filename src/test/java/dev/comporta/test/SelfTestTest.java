package dev.comporta.test;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.junit.QuarkusTest;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;

/** The test that the gateway makes of itself. */
@QuarkusTest
class SelfTestTest {

    private static final String PATH = "/api/test/gateway";

    ScriptedUpstream upstream;

    @Test
    void asks_the_demo_model_if_nothing_else_is_said() {
        HttpResponse<byte[]> response = Gateway.get(PATH);

        assertThat(response.statusCode()).isEqualTo(200);
        JsonNode result = Json.read(response.body());
        assertThat(result.path("success").asBoolean()).isTrue();
        assertThat(result.path("message").asText()).contains("demo");
        assertThat(result.path("response").path("text").asText()).isNotEmpty();
        assertThat(result.path("response").path("provider").asText()).isEqualTo("demo");
        assertThat(result.path("response").path("model").asText()).isEqualTo("echo");
        assertThat(result.path("telemetry").path("wasCached").isBoolean()).isTrue();
        assertThat(result.path("telemetry").path("latencyMs").isIntegralNumber())
                .isTrue();
        assertThat(result.path("usage").path("totalTokens").asLong()).isPositive();
    }

    @Test
    void asks_once_with_the_callers_own_key_and_says_so_in_the_usage_log() {
        String model = upstream.model(Answers.json(Answers.completion("pong")));
        JsonNode client = Gateway.newClient();

        HttpResponse<byte[]> response =
                Gateway.get(PATH + "?model=acme/" + model, "Authorization", "Bearer " + Gateway.newKey(client));

        JsonNode result = Json.read(response.body());
        assertThat(result.path("response").toString())
                .isEqualTo("{\"text\":\"pong\",\"model\":\"" + model + "\",\"provider\":\"acme\"}");
        assertThat(result.path("usage").path("totalTokens").asLong()).isEqualTo(14);
        JsonNode usage = Gateway.usage(response);
        assertThat(usage.path("clientId").asText()).isEqualTo(client.path("id").asText());
        assertThat(usage.path("taskType").asText()).isEqualTo("self-test");
        assertThat(usage.path("endpoint").asText()).isEqualTo(Gateway.CHAT);
        upstream.call(model);
        assertThat(upstream.waiting(model)).isZero();
    }

    @Test
    void a_client_that_is_named_is_the_one_that_is_tested() {
        JsonNode client = Gateway.newClient();

        HttpResponse<byte[]> response =
                Gateway.get(PATH, "x-gateway-client-id", client.path("slug").asText());

        assertThat(Gateway.usage(response).path("clientId").asText())
                .isEqualTo(client.path("id").asText());
    }

    @Test
    void fails_as_the_call_does() {
        String model = upstream.model(Answers.error(429, "requests", "rate_limit_exceeded"));

        HttpResponse<byte[]> response = Gateway.get(PATH + "?model=acme/" + model);

        assertThat(response.statusCode()).isEqualTo(429);
        JsonNode result = Json.read(response.body());
        assertThat(result.path("success").isBoolean()).isTrue();
        assertThat(result.path("success").asBoolean()).isFalse();
        assertThat(result.path("message").asText()).isEqualTo("The scripted provider refuses.");
        assertThat(result.path("error").path("code").asText()).isEqualTo("rate_limit_exceeded");
    }

    @Test
    void says_what_is_missing() {
        HttpResponse<byte[]> response = Gateway.get(PATH + "?model=keyless/x");

        assertThat(response.statusCode()).isEqualTo(503);
        assertThat(Json.read(response.body()).path("message").asText()).contains("has no key");
    }

    @Test
    void nobody_without_a_key_makes_it() {
        HttpResponse<byte[]> response = Gateway.get(PATH, "Authorization", "Bearer wrong-key-0123456789");

        assertThat(response.statusCode()).isEqualTo(401);
        JsonNode result = Json.read(response.body());
        assertThat(result.path("success").asBoolean()).isFalse();
        assertThat(result.path("message").asText()).contains("gateway key");
    }

    @Test
    void it_is_got() {
        HttpResponse<byte[]> response = Gateway.send(
                Gateway.request(PATH).POST(HttpRequest.BodyPublishers.noBody()).build());

        assertThat(response.statusCode()).isEqualTo(405);
        assertThat(Gateway.header(response, "allow")).isEqualTo("GET");
    }
}
