package dev.comporta.test;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.comporta.Eventually;
import io.quarkus.test.junit.QuarkusTest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a client's policies let through, as its applications see it. */
@QuarkusTest
class PolicyTest {

    private static final String USAGE = "{\"prompt_tokens\":10,\"completion_tokens\":5,\"total_tokens\":15}";

    ScriptedUpstream upstream;

    private JsonNode client;
    private String key;
    private String model;

    @BeforeEach
    void a_client_and_a_model_of_its_own() {
        client = Gateway.newClient();
        key = "Bearer " + Gateway.newKey(client);
        model = upstream.model(Answers.json(Answers.completion("Hi", USAGE)));
        // 15 USD a call.
        Gateway.admin("POST", "/api/ai-gateway/models", """
                {"provider":"acme","modelName":"%s","inputPricePerMillion":1000000,"outputPricePerMillion":1000000,\
                "maxOutputTokens":1000,"aliases":["%s-dated"]}""".formatted(model, model));
    }

    private void policy(String rules) {
        Gateway.admin(
                "POST",
                "/api/policies",
                "{\"clientId\":\"%s\",\"name\":\"Production\",%s}"
                        .formatted(client.path("id").asText(), rules));
    }

    private HttpResponse<byte[]> call(String model, String more) {
        return Gateway.chat(
                "{\"model\":\"%s\"%s,\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}".formatted(model, more),
                "Authorization",
                key);
    }

    private static String code(HttpResponse<byte[]> response) {
        return Json.read(response.body()).at("/error/code").asText();
    }

    @Test
    void a_blocked_model_is_refused_by_name_and_policy_and_is_not_listed() {
        policy("\"blockedModels\":[\"acme/%s\"]".formatted(model));

        HttpResponse<byte[]> refused = call("acme/" + model, "");

        assertThat(refused.statusCode()).isEqualTo(403);
        assertThat(code(refused)).isEqualTo("model_blocked");
        assertThat(Json.read(refused.body()).at("/error/message").asText())
                .isEqualTo("Model acme/%s is blocked by policy \"Production\"".formatted(model));
        assertThat(Gateway.usage(refused).path("statusCode").asInt()).isEqualTo(403);
        assertThat(call("acme/" + model + "-dated", "").statusCode()).isEqualTo(403);
        assertThat(Gateway.text(Gateway.get("/v1/models", "Authorization", key)))
                .doesNotContain(model)
                .contains("demo/echo");
        assertThat(Gateway.get("/v1/models/acme/" + model, "Authorization", key).statusCode())
                .isEqualTo(404);
        assertThat(Gateway.text(Gateway.get("/v1/models"))).contains(model);
    }

    @Test
    void only_allowed_models_pass_on_every_endpoint() {
        policy("\"allowedModels\":[\"demo/*\"]");

        assertThat(call("demo/echo", "").statusCode()).isEqualTo(200);
        assertThat(code(call("acme/" + model, ""))).isEqualTo("model_blocked");
        assertThat(code(Gateway.post(
                        "/v1/images/generations",
                        "{\"model\":\"acme/%s\",\"prompt\":\"a dog\"}".formatted(model),
                        "Authorization",
                        key)))
                .isEqualTo("model_blocked");
        assertThat(code(Gateway.post("/v1/images/generations", "{\"prompt\":\"a dog\"}", "Authorization", key)))
                .isEqualTo("model_blocked");
        assertThat(code(Gateway.post(
                        "/v1/embeddings",
                        "{\"model\":\"acme/%s\",\"input\":\"a dog\"}".formatted(model),
                        "Authorization",
                        key)))
                .isEqualTo("model_blocked");
    }

    @Test
    void a_request_for_too_many_tokens_is_refused_and_one_that_does_not_say_is_told() {
        policy("\"maxTokensPerRequest\":120");

        HttpResponse<byte[]> refused = call("acme/" + model, ",\"max_tokens\":500");
        HttpResponse<byte[]> told = call("acme/" + model, "");

        assertThat(refused.statusCode()).isEqualTo(403);
        assertThat(code(refused)).isEqualTo("token_limit_exceeded");
        assertThat(Json.read(refused.body()).at("/error/message").asText()).contains("\"Production\"");
        assertThat(call("acme/" + model, ",\"max_tokens\":50").statusCode()).isEqualTo(200);
        assertThat(told.statusCode()).isEqualTo(200);
        upstream.call(model);
        long limit = upstream.call(model).json().path("max_tokens").asLong();
        assertThat(limit).isBetween(50L, 119L);
    }

    @Test
    void the_cost_of_a_day_is_limited() {
        policy("\"maxCostPerDay\":450,\"maxCostCurrency\":\"BRL\"");

        Eventually.assertSoon(() -> {
            HttpResponse<byte[]> response = call("acme/" + model, ",\"max_tokens\":5");
            assertThat(response.statusCode()).isEqualTo(403);
            assertThat(code(response)).isEqualTo("cost_limit_exceeded");
            assertThat(Json.read(response.body()).at("/error/message").asText()).contains("\"Production\"");
            assertThat(Long.parseLong(Gateway.header(response, "retry-after"))).isBetween(1L, 86_400L);
        });
    }

    @ParameterizedTest
    @CsvSource({"false, 403", "true, 200"})
    void unknown_prices_are_for_those_who_may(boolean allowed, int status) {
        String unpriced = upstream.model(Answers.json(Answers.completion("Hi", USAGE)));
        policy("\"maxCostPerDay\":450,\"maxCostCurrency\":\"USD\",\"allowUnknownPrices\":" + allowed);

        assertThat(call("acme/" + unpriced, "").statusCode()).isEqualTo(status);
    }

    @ParameterizedTest
    @ValueSource(strings = {"google/models/%s", "google/models/models/%s", "/v1beta/models/google%%2Fmodels%%2F%s"})
    void a_model_of_googles_is_not_reached_by_another_spelling(String name) {
        String gemini = upstream.model(Answers.json("{}"));
        policy("\"blockedModels\":[\"%s\"]".formatted(gemini));
        String asked = name.formatted(gemini);

        HttpResponse<byte[]> refused = asked.startsWith("/")
                ? Gateway.post(asked + ":generateContent", "{\"contents\":[]}", "Authorization", key)
                : call(asked, "");

        assertThat(refused.statusCode()).isEqualTo(403);
        assertThat(Gateway.text(refused)).contains("is blocked by policy");
    }

    @Test
    void a_price_is_found_by_every_spelling_and_what_is_switched_off_by_none() {
        String gemini = upstream.model(Answers.json("{}"));
        JsonNode row = Gateway.admin("POST", "/api/ai-gateway/models", """
                {"provider":"google","modelName":"%s","inputPricePerMillion":1,"outputPricePerMillion":1,\
                "isActive":false}""".formatted(gemini));

        assertThat(row.path("modelName").asText()).isEqualTo(gemini);
        assertThat(code(call("google/models/" + gemini, ""))).isEqualTo("model_not_found");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ft:%s:org::1", "ft:%s-dated:org::1"})
    void what_is_made_of_a_blocked_model_is_blocked(String tuned) {
        policy("\"blockedModels\":[\"acme/%s\"]".formatted(model));

        assertThat(code(call("acme/" + tuned.formatted(model), ""))).isEqualTo("model_blocked");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/v1/responses               | {'model':'acme/M','input':'x','tools':[{'type':'image_generation','model':'no-1'}]}",
                "/v1/chat/completions        | {'model':'acme/M','messages':[],'models':['no-1']}",
                "/v1/messages                | {'model':'acme/M','messages':[],'max_tokens':5,'tools':[{'type':'advisor','model':'no-1'}]}",
                "/v1/responses/compact       | {'model':'acme/M','input':'x','tools':[{'type':'image_generation','model':'no-1'}]}",
                "/v1/evals                   | {'testing_criteria':[{'type':'score_model','model':'no-1'}]}",
                "/v1/evals/eval_1/runs       | {'data_source':{'type':'completions','model':'no-1'}}",
                "/v1/evals/eval_1/runs       | {'data_source':{'type':'jsonl'}}",
                "/v1/fine_tuning/alpha/graders/run | {'grader':{'type':'score_model','model':'no-1'},'model_sample':'x'}",
                "/v1/fine_tuning/jobs        | {'model':'acme/M','method':{'reinforcement':{'grader':{'model':'no-1'}}}}",
                "/v1/batches                 | {'input_file_id':'file-1','endpoint':'/v1/responses'}"
            })
    void a_model_is_not_reached_from_inside_another_request(String path, String body) {
        policy("\"blockedModels\":[\"no-*\"]");

        HttpResponse<byte[]> refused = Gateway.post(
                path,
                body.replace('\'', '"').replace("acme/M", "acme/" + model),
                "x-gateway-key",
                key.substring("Bearer ".length()),
                "Authorization",
                "Bearer sk-of-the-callers-own",
                "x-gateway-provider",
                "acme");

        assertThat(refused.statusCode()).isEqualTo(403);
        assertThat(Gateway.text(refused)).contains("polic").contains("model");
    }

    @Test
    void people_may_talk_about_models() {
        policy("\"blockedModels\":[\"no-*\"]");

        HttpResponse<byte[]> response = call("acme/" + model, """
                ,"tools":[{"type":"function","function":{"name":"f","parameters":{"default":{"model":"no-1"}}}}],\
                "metadata":{"model":"no-1"}""");

        assertThat(response.statusCode()).isEqualTo(200);
    }

    @Test
    void a_refusal_names_nothing_that_the_client_may_not_use() {
        policy("\"allowedModels\":[\"demo/*\"]");
        Gateway.admin("POST", "/api/ai-gateway/models", """
                {"provider":"acme","modelName":"%s-off","inputPricePerMillion":1,"outputPricePerMillion":1,\
                "isActive":false}""".formatted(model));

        HttpResponse<byte[]> refused = call("acme/" + model + "-off", "");

        assertThat(code(refused)).isEqualTo("model_not_found");
        assertThat(Gateway.text(refused)).doesNotContain("acme/" + model + "\"", "acme/" + model + ",");
    }

    @Test
    void a_trial_says_what_a_call_would_hear() {
        policy("\"blockedModels\":[\"%s\"]".formatted(model));

        JsonNode decision = Gateway.admin(
                "POST",
                "/api/policies/check",
                "{\"clientId\":\"%s\",\"model\":\"%s\",\"tokens\":10}"
                        .formatted(client.path("id").asText(), "acme/" + model));

        assertThat(decision.path("allowed").asBoolean()).isFalse();
        assertThat(decision.path("policy").asText()).isEqualTo("Production");
    }
}
