package dev.comporta.test;

import static dev.comporta.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.junit.QuarkusTest;
import java.net.http.HttpResponse;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@QuarkusTest
@DisplayName("When the caller hangs up")
class HangUpTest {

    private static final String RESPONSE = """
            {"id":"%s","object":"response","created_at":1,"background":true,"status":"%s","model":"m","error":null,\
            "output":[],"usage":%s}""";
    private static final String USED = """
            {"input_tokens":11,"output_tokens":7,"total_tokens":18,"input_tokens_details":{"cached_tokens":0},\
            "output_tokens_details":{"reasoning_tokens":3}}""";

    ScriptedUpstream upstream;

    @Test
    void a_provider_that_bills_to_the_end_is_heard_out_and_the_usage_is_what_it_says() throws Exception {
        CompletableFuture<Void> left = new CompletableFuture<>();
        String model = upstream.model(exchange -> exchange.eventStream()
                .event(Answers.content("Hello"))
                .await(left)
                .event(Answers.content(" nobody"))
                .event(Answers.chunk("{}", "\"stop\""))
                .event("{\"id\":\"c1\",\"choices\":[],\"usage\":" + Answers.USAGE + "}")
                .event("[DONE]")
                .end());
        String conversation = hangUpOn("draining/" + model);
        untilTheGatewayKnows();
        left.complete(null);

        JsonNode usage = Gateway.usageOf(conversation);
        assertThat(usage.path("status").asText()).isEqualTo("cancelled");
        assertThat(usage.path("statusCode").asInt()).isEqualTo(499);
        assertThat(usage.path("usageSource").asText()).isEqualTo("drained");
        assertThat(usage.path("inputTokens").asInt()).isEqualTo(9);
        assertThat(usage.path("outputTokens").asInt()).isEqualTo(5);
    }

    @Test
    void a_provider_that_goes_on_for_too_long_is_cut_off_after_all_and_the_usage_is_counted() throws Exception {
        String model = upstream.model(exchange ->
                exchange.eventStream().event(Answers.content("Hello there")).stall());
        String conversation = hangUpOn("draining/" + model);

        JsonNode usage = Gateway.usageOf(conversation);
        assertThat(usage.path("status").asText()).isEqualTo("cancelled");
        assertThat(usage.path("usageSource").asText()).isEqualTo("estimated");
        assertThat(usage.path("outputTokens").asInt()).isEqualTo(2);
        assertThat(upstream.call(model).awaitGone()).isPositive();
    }

    @Test
    void a_whole_answer_is_heard_out_too() throws Exception {
        CompletableFuture<Void> left = new CompletableFuture<>();
        String model = upstream.model(exchange -> {
            exchange.await(left);
            exchange.whole(200, Answers.completion("Hello").getBytes(), "content-type: application/json");
        });
        String conversation = Gateway.newConversation();
        try (RawCaller caller = new RawCaller(64 << 10)) {
            caller.chat(Gateway.question("draining/" + model), "x-gateway-conversation-id: " + conversation);
            upstream.call(model);
        }
        untilTheGatewayKnows();
        left.complete(null);

        JsonNode usage = Gateway.usageOf(conversation);
        assertThat(usage.path("status").asText()).isEqualTo("cancelled");
        assertThat(usage.path("usageSource").asText()).isEqualTo("drained");
        assertThat(usage.path("outputTokens").asInt()).isEqualTo(5);
    }

    private static void untilTheGatewayKnows() throws InterruptedException {
        eventually(
                "the gateway heard a provider out",
                () -> Gateway.text(Gateway.get("/q/metrics"))
                        .lines()
                        .anyMatch(line -> line.startsWith("comporta_calls_draining") && !line.endsWith(" 0.0")));
    }

    private String hangUpOn(String model) throws Exception {
        String conversation = Gateway.newConversation();
        try (RawCaller caller = new RawCaller(64 << 10)) {
            caller.chat(Gateway.streamedQuestion(model), "x-gateway-conversation-id: " + conversation);
            caller.readUntil("Hello");
        }
        return conversation;
    }

    @Test
    void a_background_response_is_asked_after_until_it_is_over_and_billed_once() {
        String id = "resp_" + System.nanoTime();
        CompletableFuture<Void> asked = new CompletableFuture<>();
        upstream.script(id, exchange -> {
            boolean first = asked.complete(null);
            String answer =
                    first ? RESPONSE.formatted(id, "in_progress", "null") : RESPONSE.formatted(id, "completed", USED);
            exchange.whole(200, answer.getBytes(), "content-type: application/json");
        });
        String model = upstream.model(Answers.json(RESPONSE.formatted(id, "queued", "null")));
        String conversation = Gateway.newConversation();

        HttpResponse<byte[]> response = Gateway.post(
                "/v1/responses",
                "{\"model\":\"openai/%s\",\"input\":\"Hello\",\"background\":true}".formatted(model),
                "x-gateway-conversation-id",
                conversation);

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(Gateway.text(response)).contains("queued");
        assertThat(upstream.call(id).request().header("authorization"))
                .isEqualTo("Bearer " + UpstreamResource.OPENAI_KEY);
        JsonNode usage = Gateway.usageOf(conversation);
        assertThat(usage.path("usageSource").asText()).isEqualTo("exact");
        assertThat(usage.path("status").asText()).isEqualTo("success");
        assertThat(usage.path("inputTokens").asInt()).isEqualTo(11);
        assertThat(usage.path("outputTokens").asInt()).isEqualTo(7);
    }

    @Test
    void a_background_response_that_nobody_listens_to_is_billed_all_the_same() throws Exception {
        String id = "resp_" + System.nanoTime();
        upstream.script(id, Answers.json(RESPONSE.formatted(id, "completed", USED)));
        String model = upstream.model(exchange -> exchange.eventStream()
                .chunk(
                        "event: response.created\ndata: {\"type\":\"response.created\",\"sequence_number\":0,\"response\":"
                                + RESPONSE.formatted(id, "in_progress", "null") + "}\n\n")
                .chunk(
                        "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\","
                                + "\"sequence_number\":1,\"item_id\":\"i\",\"output_index\":0,\"content_index\":0,\"delta\":\"Hello\"}\n\n")
                .stall());
        String conversation = Gateway.newConversation();
        try (RawCaller caller = new RawCaller(64 << 10)) {
            caller.post(
                    "/v1/responses",
                    "{\"model\":\"openai/%s\",\"input\":\"Hello\",\"background\":true,\"stream\":true}"
                            .formatted(model),
                    "x-gateway-conversation-id: " + conversation);
            caller.readUntil("Hello");
        }

        JsonNode usage = Gateway.usageOf(conversation);
        assertThat(usage.path("status").asText()).isEqualTo("cancelled");
        assertThat(usage.path("usageSource").asText()).isEqualTo("drained");
        assertThat(usage.path("inputTokens").asInt()).isEqualTo(11);
        assertThat(usage.path("outputTokens").asInt()).isEqualTo(7);
    }
}
