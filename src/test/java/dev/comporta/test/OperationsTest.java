package dev.comporta.test;

import static dev.comporta.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.junit.QuarkusTest;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What an operator and a curious client look at. */
@QuarkusTest
class OperationsTest {

    ScriptedUpstream upstream;

    ScriptedSockets sockets;

    @Test
    void models_come_in_openais_shape_with_what_the_registry_knows() {
        HttpResponse<byte[]> response = Gateway.get("/v1/models");

        assertThat(response.statusCode()).isEqualTo(200);
        JsonNode list = Json.read(response.body());
        assertThat(list.path("object").asText()).isEqualTo("list");
        JsonNode echo = null;
        for (JsonNode model : list.path("data")) {
            assertThat(model.path("id").asText()).isNotEmpty();
            assertThat(model.path("object").asText()).isEqualTo("model");
            assertThat(model.path("created").isIntegralNumber()).isTrue();
            assertThat(model.path("owned_by").asText()).isNotEmpty();
            if (model.path("id").asText().equals("demo/echo")) {
                echo = model;
            }
        }
        assertThat(echo).isNotNull();
        assertThat(echo.at("/pricing/input_per_million").asText()).isEqualTo("0.15");
        assertThat(Json.read(Gateway.get("/v1/models/demo/echo").body())).isEqualTo(echo);
        assertThat(Json.read(Gateway.get("/v1/models/demo%2Fecho").body())).isEqualTo(echo);
    }

    @Test
    void models_are_for_callers_with_a_key() {
        assertThat(Gateway.get("/v1/models", "Authorization", "").statusCode()).isEqualTo(401);
        assertThat(Gateway.get("/v1/models/demo/echo", "Authorization", "Bearer vck_this-key-was-never-issued")
                        .statusCode())
                .isEqualTo(401);
    }

    @Test
    void it_is_alive_and_ready() {
        for (String probe : new String[] {"/q/health/live", "/q/health/ready"}) {
            HttpResponse<byte[]> response = Gateway.get(probe);

            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(Json.read(response.body()).path("status").asText()).isEqualTo("UP");
        }
    }

    @Test
    void metrics_count_calls_by_bounded_names() {
        String model = upstream.model(Answers.json(Answers.completion("Hi")));
        Gateway.chat(Gateway.question("acme/" + model));
        Gateway.chat(Gateway.question("demo/echo"));

        String metrics = Gateway.text(Gateway.get("/q/metrics"));

        assertThat(metrics)
                .contains(
                        "gen_ai_server_request_duration_seconds_bucket{",
                        "gen_ai_server_time_to_first_token_seconds_count{",
                        "gen_ai_client_token_usage_tokens_total{",
                        "gen_ai_token_type=\"input\"",
                        "gen_ai_token_type=\"output\"",
                        "comporta_gateway_overhead_seconds_bucket{",
                        "comporta_usage_journal_depth",
                        "gen_ai_request_model=\"echo\"",
                        "gen_ai_request_model=\"other\"",
                        "gen_ai_provider_name=\"acme\"")
                .doesNotContain(model);
    }

    @Test
    void the_journal_drains() throws InterruptedException {
        Gateway.usage(Gateway.chat(Gateway.question("demo/echo")));

        eventually(
                "The journal is empty",
                () -> Gateway.text(Gateway.get("/q/metrics")).contains("comporta_usage_journal_depth 0.0"));
    }

    @Test
    void the_access_log_has_a_line_for_each_call_whatever_its_way() throws Exception {
        LogOfTheTests log = LogOfTheTests.fromHere();
        Gateway.post("/api/ai/request", "{\"model\":\"demo/echo\",\"prompt\":\"Hello\"}");
        Gateway.get("/api/test/gateway");
        Gateway.get("/v1/realtime?model=demo/echo");
        String model = sockets.model(session -> session.writeTextMessage("{}"));
        try (SocketCaller caller = new SocketCaller(
                "/v1/realtime?model=live/" + model, List.of(), "Authorization", "Bearer " + Gateway.SHARED_KEY)) {
            caller.hear();
        }

        for (String line : new String[] {
            "POST /api/ai/request 200 ", "GET /api/test/gateway 200 ", "GET /v1/realtime 400 ", "GET /v1/realtime 101 "
        }) {
            eventually("There is a line " + line, () -> log.text().contains(line));
        }
        assertThat(log.text().split("GET /v1/realtime ", -1)).as("each once").hasSize(3);
    }
}
