package dev.comporta.test;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.junit.QuarkusTest;
import java.math.BigDecimal;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One call without an SDK. */
@QuarkusTest
class AiRequestTest {

    private static final String PATH = "/api/ai/request";
    private static final String USAGE = """
            {"prompt_tokens":100,"completion_tokens":7,"total_tokens":107,"prompt_tokens_details":{"cached_tokens":40},\
            "completion_tokens_details":{"reasoning_tokens":3}}""";

    ScriptedUpstream upstream;

    private static HttpResponse<byte[]> ask(String body, String... headers) {
        return Gateway.send(Gateway.request(PATH, headers)
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build());
    }

    private static JsonNode failure(HttpResponse<byte[]> response, int status, String code) {
        assertThat(response.statusCode()).isEqualTo(status);
        JsonNode answer = Json.read(response.body());
        assertThat(answer.path("success").isBoolean()).isTrue();
        assertThat(answer.path("success").asBoolean()).isFalse();
        assertThat(answer.size()).isEqualTo(2);
        assertThat(answer.path("error").path("code").asText()).isEqualTo(code);
        return answer.path("error");
    }

    @Test
    void a_prompt_is_answered_with_what_it_used_and_cost() {
        String model = upstream.model(Answers.json(Answers.completion("Good day", USAGE)));
        Gateway.admin("POST", "/api/ai-gateway/models", """
                {"provider":"acme","modelName":"%s","inputPricePerMillion":0.01,"outputPricePerMillion":0.1,\
                "cachedInputPricePerMillion":0.005}""".formatted(model));

        HttpResponse<byte[]> response = ask("""
                {"model":"acme/%s","prompt":"Hello","maxTokens":50,"temperature":0.70,"taskType":null}""".formatted(model));

        assertThat(response.statusCode()).isEqualTo(200);
        JsonNode answer = Json.read(response.body());
        assertThat(answer.path("success").asBoolean()).isTrue();
        assertThat(answer.path("content").asText()).isEqualTo("Good day");
        assertThat(answer.path("provider").asText()).isEqualTo("acme");
        assertThat(answer.path("model").asText()).isEqualTo(model);
        assertThat(answer.path("usage").toString())
                .isEqualTo("{\"inputTokens\":100,\"outputTokens\":7,\"totalTokens\":107,\"cachedTokens\":40,"
                        + "\"reasoningTokens\":3}");
        // 60 fresh and 40 cached tokens in, 7 out.
        BigDecimal usd = new BigDecimal("0.0000015");
        assertThat(answer.path("estimatedCostUsd").decimalValue()).isEqualByComparingTo(usd);
        assertThat(answer.path("estimatedCostEur").decimalValue())
                .isEqualByComparingTo(usd.multiply(new BigDecimal("0.92")));
        assertThat(answer.path("estimatedCostBrl").decimalValue())
                .isEqualByComparingTo(usd.multiply(new BigDecimal("5.00")));
        assertThat(Gateway.text(response)).contains("\"estimatedCostUsd\":0.0000015,");
        assertThat(answer.path("cached").asBoolean()).isFalse();
        assertThat(answer.path("cached").isBoolean()).isTrue();
        assertThat(answer.path("latencyMs").isIntegralNumber()).isTrue();
        assertThat(answer.path("requestId").asText()).isEqualTo(Gateway.requestId(response));
        assertThat(upstream.call(model).json()).isEqualTo(Json.read("""
                        {"model":"%s","messages":[{"role":"user","content":"Hello"}],"max_tokens":50,"temperature":0.70}""".formatted(model)));
    }

    @Test
    void messages_pass_as_they_are_and_an_unknown_price_is_null() {
        String model = upstream.model(Answers.json(Answers.completion("Hi")));
        String messages = "[{\"role\":\"system\",\"content\":\"Be brief\"},{\"role\":\"user\",\"content\":[{\"type\":"
                + "\"text\",\"text\":\"Hello\"}],\"x\":1.50}]";

        HttpResponse<byte[]> response =
                ask("{\"model\":\"acme/" + model + "\",\"messages\":" + messages + ",\"prompt\":null}");

        JsonNode answer = Json.read(response.body());
        assertThat(answer.path("success").asBoolean()).isTrue();
        assertThat(answer.path("estimatedCostUsd").isNull()).isTrue();
        assertThat(answer.path("estimatedCostEur").isNull()).isTrue();
        assertThat(answer.path("estimatedCostBrl").isNull()).isTrue();
        assertThat(upstream.call(model).request().text())
                .isEqualTo("{\"model\":\"" + model + "\",\"messages\":" + messages + "}");
    }

    @Test
    void what_it_is_for_is_recorded_and_the_provider_does_not_hear_it() {
        String model = upstream.model(Answers.json(Answers.completion("Hi")));
        String conversation = Gateway.newConversation();

        ask(
                """
                {"model":"acme/%s","prompt":"Hello","teamId":"blue ü","projectId":"p","taskType":"summary",\
                "metadata":{"ticket":7,"tags":["a"]}}""".formatted(model),
                "x-gateway-conversation-id",
                conversation,
                "x-gateway-team-id",
                "red",
                "x-gateway-app-id",
                "app",
                "x-gateway-metadata",
                "{\"other\":1}");

        JsonNode usage = Gateway.usageOf(conversation);
        assertThat(usage.path("teamId").asText()).isEqualTo("blue ü");
        assertThat(usage.path("projectId").asText()).isEqualTo("p");
        assertThat(usage.path("appId").asText()).isEqualTo("app");
        assertThat(usage.path("taskType").asText()).isEqualTo("summary");
        assertThat(usage.path("metadata")).isEqualTo(Json.read("{\"ticket\":7,\"tags\":[\"a\"]}"));
        assertThat(usage.path("endpoint").asText()).isEqualTo(PATH);
        assertThat(usage.path("apiType").asText()).isEqualTo("chat.completions");
        Exchange exchange = upstream.call(model);
        assertThat(exchange.request().text()).doesNotContain("metadata", "blue");
        assertThat(exchange.request().names()).noneMatch(name -> name.startsWith("x-gateway"));
    }

    @Test
    void the_limit_is_called_what_the_model_calls_it() {
        String answer = Answers.completion("Hi");
        upstream.script("gpt-5-scripted", Answers.json(answer));

        ask("{\"model\":\"acme/gpt-5-scripted\",\"prompt\":\"Hello\",\"maxTokens\":9}");

        assertThat(upstream.call("gpt-5-scripted")
                        .json()
                        .path("max_completion_tokens")
                        .asInt())
                .isEqualTo(9);
    }

    @Test
    void an_error_of_the_provider_keeps_its_status_and_its_words() {
        String model = upstream.model(Answers.error(429, "requests", "rate_limit_exceeded", "retry-after: 7"));

        HttpResponse<byte[]> response = ask("{\"model\":\"acme/" + model + "\",\"prompt\":\"Hello\"}");

        JsonNode error = failure(response, 429, "rate_limit_exceeded");
        assertThat(error.path("message").asText()).isEqualTo("The scripted provider refuses.");
        assertThat(Gateway.header(response, "retry-after")).isEqualTo("7");
        assertThat(Gateway.header(response, "x-gateway-error-source")).isEqualTo("provider");
    }

    @ParameterizedTest
    @ValueSource(strings = {"wrong-key-0123456789", ""})
    void without_a_valid_key_nothing_is_asked(String key) {
        HttpResponse<byte[]> response = ask(
                "{\"model\":\"acme/x\",\"prompt\":\"Hello\"}", "Authorization", key.isEmpty() ? "" : "Bearer " + key);

        failure(response, 401, "invalid_api_key");
    }

    @Test
    void the_admin_key_is_no_gateway_key() {
        failure(
                ask("{\"model\":\"acme/x\",\"prompt\":\"Hello\"}", "Authorization", "Bearer " + Gateway.ADMIN_KEY),
                401,
                "invalid_api_key");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[]", "7", "{\"model\":\"acme/x\",\"prompt\":\"x\"} x", "null"})
    void what_is_no_json_object_is_refused(String body) {
        failure(ask(body), 400, "invalid_json");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'prompt':'x'} | model",
                "{'model':7,'prompt':'x'} | model",
                "{'model':'acme/x'} | prompt",
                "{'model':'acme/x','prompt':'x','messages':[{'role':'user'}]} | prompt",
                "{'model':'acme/x','prompt':7} | prompt",
                "{'model':'acme/x','messages':[]} | messages",
                "{'model':'acme/x','messages':'x'} | messages",
                "{'model':'acme/x','messages':[7]} | messages",
                "{'model':'acme/x','prompt':'x','maxTokens':0} | maxTokens",
                "{'model':'acme/x','prompt':'x','maxTokens':1.5} | maxTokens",
                "{'model':'acme/x','prompt':'x','maxTokens':'9'} | maxTokens",
                "{'model':'acme/x','prompt':'x','maxTokens':99999999999} | maxTokens",
                "{'model':'acme/x','prompt':'x','temperature':'hot'} | temperature",
                "{'model':'acme/x','prompt':'x','teamId':7} | teamId",
                "{'model':'acme/x','prompt':'x','metadata':[]} | metadata",
                "{'model':'acme/x','prompt':'x','max_tokens':5} | max_tokens",
                "{'model':'acme/x','prompt':'x','stream':true} | stream"
            })
    void a_field_that_makes_no_sense_is_named(String body, String field) {
        JsonNode error = failure(ask(body.replace('\'', '"')), 400, "invalid_request");

        assertThat(error.path("param").asText()).isEqualTo(field);
    }

    @Test
    void a_refusal_is_a_row_of_the_usage_log() {
        String conversation = Gateway.newConversation();
        HttpResponse<byte[]> response = ask("{}", "x-gateway-conversation-id", conversation);

        JsonNode usage = Gateway.usage(response);
        assertThat(usage.path("status").asText()).isEqualTo("error");
        assertThat(usage.path("statusCode").asInt()).isEqualTo(400);
    }

    @Test
    void an_unknown_model_or_a_body_that_is_too_long_is_told_in_the_same_form() {
        failure(ask("{\"model\":\"../x\",\"prompt\":\"Hello\"}"), 400, "invalid_model");
        failure(ask("{\"model\":\"acme/x\",\"prompt\":\"" + "x".repeat(5 << 20) + "\"}"), 413, "request_too_large");
    }

    @Test
    void it_is_posted() {
        HttpResponse<byte[]> response = Gateway.get(PATH);

        failure(response, 405, "method_not_allowed");
        assertThat(Gateway.header(response, "allow")).isEqualTo("POST");
    }
}
