package dev.comporta.test;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.comporta.core.ErrorCode;
import dev.comporta.pipeline.GatewayConfig;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every way in which the gateway says no: status, type, code, param, who it was, and which call. */
@QuarkusTest
class ErrorContractTest {

    ScriptedUpstream upstream;

    @Inject
    SwitchableGateway gateway;

    private interface Provoked {
        HttpResponse<byte[]> by(ErrorContractTest test) throws Exception;
    }

    /**
     * @param param the field or header to blame, or null
     * @param source who refuses: {@code gateway} or {@code provider}
     */
    record Refusal(ErrorCode code, @Nullable String param, String source, Provoked provoked) {

        @Override
        public String toString() {
            return code.code();
        }
    }

    static List<Refusal> refusals() {
        return List.of(
                new Refusal(ErrorCode.INVALID_REQUEST, "model", "gateway", test -> Gateway.chat("{\"messages\":[]}")),
                new Refusal(
                        ErrorCode.INVALID_REQUEST,
                        "stream",
                        "gateway",
                        test -> Gateway.chat("{\"model\":\"acme/x\",\"stream\":\"yes\"}")),
                new Refusal(
                        ErrorCode.INVALID_REQUEST,
                        "x-gateway-metadata",
                        "gateway",
                        test -> Gateway.chat(Gateway.question("acme/x"), "x-gateway-metadata", "[1]")),
                new Refusal(ErrorCode.INVALID_JSON, null, "gateway", test -> Gateway.chat("{\"model\":\"acme/x\",")),
                new Refusal(
                        ErrorCode.INVALID_MODEL,
                        "model",
                        "gateway",
                        test -> Gateway.chat(Gateway.question("google/../../x"))),
                new Refusal(
                        ErrorCode.UNSUPPORTED_DIALECT,
                        "model",
                        "gateway",
                        test -> Gateway.post("/v1/embeddings", "{\"model\":\"anthropic/claude-new\",\"input\":\"x\"}")),
                new Refusal(
                        ErrorCode.UNSUPPORTED_PARAMETER,
                        "n",
                        "gateway",
                        test -> Gateway.chat(
                                "{\"model\":\"anthropic/claude-new\",\"n\":2,\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}")),
                new Refusal(
                        ErrorCode.INVALID_API_KEY,
                        null,
                        "gateway",
                        test -> Gateway.chat(
                                Gateway.question("acme/x"), "Authorization", "Bearer vck_this-key-was-never-issued")),
                new Refusal(
                        ErrorCode.INVALID_API_KEY,
                        null,
                        "gateway",
                        test -> Gateway.chat(Gateway.question("acme/x"), "Authorization", "")),
                new Refusal(
                        ErrorCode.CLIENT_MISMATCH,
                        "x-gateway-client-id",
                        "gateway",
                        test -> Gateway.chat(
                                Gateway.question("acme/x"),
                                "Authorization",
                                "Bearer " + Gateway.newKey(Gateway.newClient()),
                                "x-gateway-client-id",
                                "default")),
                new Refusal(ErrorCode.GATEWAY_NOT_ENABLED, null, "gateway", ErrorContractTest::whereItIsOff),
                new Refusal(ErrorCode.FORBIDDEN, null, "gateway", test -> Gateway.get("/v1/organization/users")),
                new Refusal(
                        ErrorCode.CLIENT_NOT_FOUND,
                        "x-gateway-client-id",
                        "gateway",
                        test -> Gateway.chat(Gateway.question("acme/x"), "x-gateway-client-id", "nobody-is-called-so")),
                new Refusal(ErrorCode.MODEL_NOT_FOUND, "model", "gateway", ErrorContractTest::switchedOff),
                new Refusal(
                        ErrorCode.MODEL_NOT_FOUND,
                        "model",
                        "gateway",
                        test -> Gateway.get("/v1/models/openai/no-such-model")),
                new Refusal(ErrorCode.FORBIDDEN, null, "gateway", test -> Gateway.get("/v1/nothing/here")),
                new Refusal(ErrorCode.METHOD_NOT_ALLOWED, null, "gateway", test -> Gateway.get("/v1/embeddings")),
                new Refusal(
                        ErrorCode.REQUEST_TOO_LARGE,
                        null,
                        "gateway",
                        test -> Gateway.chat(" ".repeat(4 << 20) + Gateway.question("acme/x"))),
                new Refusal(
                        ErrorCode.UNSUPPORTED_MEDIA_TYPE,
                        null,
                        "gateway",
                        test -> Gateway.post("/v1/batches", "{}", "Content-Encoding", "gzip")),
                new Refusal(
                        ErrorCode.PROVIDER_FAILED,
                        null,
                        "gateway",
                        test -> test.answeredBy("acme", exchange -> exchange.whole(200, new byte[] {'?'}))),
                new Refusal(
                        ErrorCode.PROVIDER_UNREACHABLE,
                        null,
                        "gateway",
                        test -> Gateway.chat(Gateway.question("dead/x"))),
                new Refusal(
                        ErrorCode.PROVIDER_REFUSED_KEY,
                        null,
                        "provider",
                        test -> test.answeredBy(
                                "acme", Answers.error(401, "invalid_request_error", "invalid_api_key"))),
                new Refusal(
                        ErrorCode.PROVIDER_KEY_MISSING,
                        null,
                        "gateway",
                        test -> Gateway.chat(Gateway.question("keyless/x"))),
                new Refusal(
                        ErrorCode.PROVIDER_TIMEOUT, null, "gateway", test -> test.answeredBy("slow", Exchange::stall)));
    }

    private HttpResponse<byte[]> answeredBy(String provider, ScriptedUpstream.Script script) {
        return Gateway.chat(Gateway.question(provider + "/" + upstream.model(script)));
    }

    private HttpResponse<byte[]> whereItIsOff() {
        JsonNode client = Gateway.newClient();
        Gateway.admin("PUT", "/api/clients/" + client.path("id").asText(), "{\"useAiGateway\":false}");
        gateway.directMode = GatewayConfig.DirectMode.FORBID;
        try {
            return Gateway.chat(
                    Gateway.question("demo/echo"),
                    "x-gateway-client-id",
                    client.path("slug").asText());
        } finally {
            gateway.directMode = GatewayConfig.DirectMode.ALLOW;
        }
    }

    private HttpResponse<byte[]> switchedOff() {
        String name = "off-" + UUID.randomUUID();
        JsonNode model = Gateway.admin(
                "POST", "/api/ai-gateway/models", "{\"provider\":\"acme\",\"modelName\":\"%s\"}".formatted(name));
        Gateway.admin("DELETE", "/api/ai-gateway/models/" + model.path("id").asText(), "");
        return Gateway.chat(Gateway.question("acme/" + name));
    }

    @ParameterizedTest(name = "{index} {0}")
    @MethodSource("refusals")
    void a_refusal_has_one_shape(Refusal refusal) throws Exception {
        HttpResponse<byte[]> response = refusal.provoked.by(this);

        assertThat(response.statusCode()).isEqualTo(refusal.code.status());
        assertThat(Gateway.header(response, "content-type")).isEqualTo("application/json");
        assertThat(Gateway.header(response, "x-gateway-error-source")).isEqualTo(refusal.source);
        assertThat(UUID.fromString(Gateway.requestId(response))).isNotNull();
        JsonNode body = Json.read(response.body());
        assertThat(body.fieldNames()).toIterable().containsExactly("error");
        JsonNode error = body.path("error");
        assertThat(error.fieldNames()).toIterable().containsExactlyInAnyOrder("message", "type", "param", "code");
        assertThat(error.path("message").asText()).isNotBlank();
        assertThat(error.path("type").asText()).isEqualTo(refusal.code.type());
        assertThat(error.path("code").asText()).isEqualTo(refusal.code.code());
        assertThat(error.path("param").textValue()).isEqualTo(refusal.param);
    }

    /**
     * What no call here can bring about: a clash of two writes and a missing row, which only the admin API has; a
     * defect; a heap full of bodies; a database that was never reached, which {@link WithoutDatabaseTest} shows; a body
     * that stops coming, which {@link EveryEndpointTest} shows, because this client listens only after it has sent; and
     * what budgets and policies refuse, which {@link BudgetTest} and {@link PolicyTest} show.
     */
    private static final Set<ErrorCode> NOT_HERE = EnumSet.of(
            ErrorCode.CONFLICT,
            ErrorCode.NOT_FOUND,
            ErrorCode.INTERNAL,
            ErrorCode.REQUEST_TIMEOUT,
            ErrorCode.OVERLOADED,
            ErrorCode.ACCOUNTING_UNAVAILABLE,
            ErrorCode.MODEL_BLOCKED,
            ErrorCode.TOKEN_LIMIT_EXCEEDED,
            ErrorCode.COST_LIMIT_EXCEEDED,
            ErrorCode.PRICE_UNKNOWN,
            ErrorCode.BUDGET_EXCEEDED,
            ErrorCode.BUDGET_RESERVED);

    @ParameterizedTest
    @EnumSource
    void every_code_has_its_case(ErrorCode code) {
        assertThat(refusals().stream().anyMatch(refusal -> refusal.code == code))
                .isNotEqualTo(NOT_HERE.contains(code));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v1/organization",
                "/v1/organization/admin_api_keys",
                "/v1/organization/projects/p/service_accounts",
                "/v1/organization/../organization/users"
            })
    void the_providers_administration_is_out_of_reach(String path) throws Exception {
        for (String method : List.of("GET", "POST", "DELETE")) {
            try (RawCaller caller = new RawCaller()) {
                Wire.Message answer =
                        caller.head(method, path, "Content-Length: 0").answer();

                assertThat(answer.status()).isEqualTo(403);
                assertThat(answer.text()).contains("\"forbidden\"");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v1",
                "/v1/",
                "/v1/skills",
                "/v1/chat/completions/x/y",
                "/v1/chat/completions/../x",
                "/v1//files",
                "/v1/files/",
                "/v1/realtime/client_secrets"
            })
    void what_is_not_in_the_list_is_403_in_json(String path) throws Exception {
        try (RawCaller caller = new RawCaller()) {
            Wire.Message answer = caller.head("POST", path, "Content-Length: 2")
                    .send(new byte[] {'{', '}'})
                    .answer();

            assertThat(answer.status()).isEqualTo(403);
            assertThat(answer.header("content-type")).isEqualTo("application/json");
            assertThat(Json.read(answer.body()).at("/error/type").asText()).isEqualTo("invalid_request_error");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"%zz", "%", "a%2", "openai/gpt%00", "%2e%2e%2f%2e%2e%2fetc"})
    void a_model_whose_name_is_nonsense_is_the_callers_mistake(String name) throws Exception {
        try (RawCaller caller = new RawCaller()) {
            Wire.Message answer = caller.head("GET", "/v1/models/" + name).answer();

            assertThat(answer.status()).isBetween(400, 404);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "\"model\"",
                "{\"model\":\"acme/x\"} {}",
                "{\"model\":\"acme/x\",}",
                "{'model':'acme/x'}",
                "{\"model\":NaN}"
            })
    void a_body_that_is_not_one_json_object_is_400(String body) {
        HttpResponse<byte[]> response = Gateway.chat(body);

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(Json.read(response.body()).at("/error/code").asText()).isIn("invalid_json", "invalid_request");
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-16", "UTF-16LE", "UTF-32", "UTF-32BE", "UTF-8"})
    void a_body_that_is_not_plain_utf_8_is_400(String encoding) throws Exception {
        // With a byte order mark, which JSON must not have either.
        HttpResponse<byte[]> response =
                Gateway.send(Gateway.chatRequest(("\uFEFF" + Gateway.question("acme/x")).getBytes(encoding)));

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(Json.read(response.body()).at("/error/code").asText()).isEqualTo("invalid_json");
    }

    @ParameterizedTest
    @ValueSource(ints = {150, 5_000, 1_000_000})
    void a_body_as_deep_as_the_sea_is_answered(int depth) {
        String model = upstream.model(Answers.json(Answers.completion("Hi")));
        String deep = "[".repeat(depth) + "]".repeat(depth);

        HttpResponse<byte[]> response = Gateway.chat("{\"model\":\"acme/%s\",\"deep\":%s}".formatted(model, deep));

        assertThat(response.statusCode()).isEqualTo(depth < 200 ? 200 : 400);
    }

    // Too large

    @Test
    void a_declared_length_that_is_too_large_is_refused_before_the_body_comes() throws Exception {
        try (RawCaller caller = new RawCaller()) {
            Wire.Message answer = caller.head("POST", Gateway.CHAT, "Content-Length: " + (4 << 20) + "1")
                    .answer();

            assertThat(answer.status()).isEqualTo(413);
            assertThat(answer.header("connection")).isEqualToIgnoringCase("close");
        }
    }

    @Test
    void a_wrong_key_is_refused_before_the_body_comes() throws Exception {
        try (RawCaller caller = new RawCaller()) {
            String head =
                    "POST %s HTTP/1.1\r\nHost: gateway.test\r\nAuthorization: Bearer wrong\r\nContent-Length: %d\r\n\r\n"
                            .formatted(Gateway.CHAT, 3 << 20);

            Wire.Message answer =
                    caller.send(head.getBytes(StandardCharsets.US_ASCII)).answer();

            assertThat(answer.status()).isEqualTo(401);
            assertThat(answer.text()).contains("\"invalid_api_key\"");
        }
    }

    @Test
    void chunks_that_are_too_many_are_refused() throws Exception {
        try (RawCaller caller = new RawCaller()) {
            caller.head("POST", Gateway.CHAT, "Transfer-Encoding: chunked");
            byte[] chunk = ("100000\r\n" + " ".repeat(1 << 20) + "\r\n").getBytes(StandardCharsets.US_ASCII);
            for (int i = 0; i < 4; i++) {
                caller.send(chunk);
            }
            caller.send("1\r\n \r\n".getBytes(StandardCharsets.US_ASCII));

            Wire.Message answer = caller.answer();

            assertThat(answer.status()).isEqualTo(413);
            assertThat(answer.text()).contains("\"request_too_large\"");
            caller.send("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(caller.in().read()).isNegative();
        }
    }

    @Test
    void a_caller_that_reads_only_after_it_has_sent_everything_learns_that_it_was_too_much() throws Exception {
        for (int megabytes : new int[] {5, 30}) {
            try (RawCaller caller = new RawCaller()) {
                caller.head("POST", Gateway.CHAT, "Content-Length: " + (megabytes << 20));
                byte[] megabyte = new byte[1 << 20];
                for (int i = 0; i < megabytes; i++) {
                    caller.send(megabyte);
                }

                assertThat(caller.answer().status()).isEqualTo(413);
                assertThat(caller.in().read()).isNegative();
            }
        }
    }

    @Test
    void a_caller_that_asks_first_is_told_to_go_on() throws Exception {
        String model = upstream.model(Answers.json(Answers.completion("Hi")));
        String body = Gateway.question("acme/" + model);
        try (RawCaller caller = new RawCaller()) {
            caller.head("POST", Gateway.CHAT, "Expect: 100-continue", "Content-Length: " + body.length());
            assertThat(caller.answerHead().status()).isEqualTo(100);
            assertThat(caller.send(body.getBytes(StandardCharsets.UTF_8))
                            .answer()
                            .status())
                    .isEqualTo(200);
        }
        assertThat(upstream.call(model).request().names()).doesNotContain("expect");
    }

    @Test
    void after_a_refusal_the_connection_serves_on() throws Exception {
        try (RawCaller caller = new RawCaller()) {
            for (int i = 0; i < 3; i++) {
                assertThat(caller.chat("{\"messages\":[]}").answer().status()).isEqualTo(400);
                assertThat(caller.chat(Gateway.question("demo/echo")).answer().status())
                        .isEqualTo(200);
            }
        }
    }

    // What the provider says about itself

    @Test
    void the_gateways_own_key_refused_is_not_the_callers_401() {
        HttpResponse<byte[]> response = answeredBy(
                "acme",
                Answers.json(
                        401,
                        Answers.errorBody(
                                "Incorrect API key provided: " + UpstreamResource.ACME_KEY,
                                "invalid_request_error",
                                "invalid_api_key")));

        assertThat(response.statusCode()).isEqualTo(502);
        assertThat(Gateway.text(response)).contains("provider_refused_key").doesNotContain(UpstreamResource.ACME_KEY);
        assertThat(Gateway.header(response, "x-gateway-provider-status")).isEqualTo("401");
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 403, 429, 500})
    void a_provider_that_repeats_the_gateways_key_is_not_repeated(int status) {
        HttpResponse<byte[]> response = answeredBy(
                "acme",
                exchange -> exchange.whole(
                        status,
                        Answers.errorBody(
                                        "Not with " + exchange.request().header("authorization"),
                                        "invalid_request_error",
                                        "no")
                                .getBytes(StandardCharsets.UTF_8),
                        "content-type: application/json"));

        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(Gateway.text(response)).doesNotContain(UpstreamResource.ACME_KEY);
        assertThat(Json.read(response.body()).at("/error/message").asText()).isNotBlank();
    }

    @Test
    void an_error_in_another_shape_becomes_openais() {
        HttpResponse<byte[]> mistral = answeredBy(
                "mistral",
                Answers.json(
                        422,
                        "{\"object\":\"error\",\"message\":\"Bad\",\"type\":\"t\",\"param\":null,\"code\":\"1\"}"));
        HttpResponse<byte[]> google = answeredBy(
                "acme", Answers.json(400, "[{\"error\":{\"code\":400,\"message\":\"Bad\",\"status\":\"INVALID\"}}]"));

        assertThat(mistral.statusCode()).isEqualTo(422);
        assertThat(Json.read(mistral.body()).at("/error/message").asText()).isEqualTo("Bad");
        assertThat(google.statusCode()).isEqualTo(400);
        assertThat(Json.read(google.body()).at("/error/message").asText()).isEqualTo("Bad");
    }

    @Test
    void a_refusal_is_recorded_with_its_code() {
        HttpResponse<byte[]> response = Gateway.chat(Gateway.question("keyless/x"));

        JsonNode usage = Gateway.usage(response);
        assertThat(usage.path("status").asText()).isEqualTo("error");
        assertThat(usage.path("statusCode").asInt()).isEqualTo(503);
        assertThat(usage.at("/errorDetails/code").asText()).isEqualTo("provider_key_missing");
        assertThat(usage.path("requestedModel").asText()).isEqualTo("keyless/x");
        assertThat(usage.path("totalTokens").asLong()).isZero();
    }

    @Test
    void a_model_that_is_switched_off_brings_close_names() {
        HttpResponse<byte[]> response = switchedOff();

        assertThat(Json.read(response.body()).at("/error/message").asText()).contains("switched off");
    }

    @Test
    void a_wrong_method_is_answered_with_the_right_ones() throws Exception {
        HttpRequest request = Gateway.request(Gateway.CHAT).DELETE().build();

        HttpResponse<byte[]> response = Gateway.send(request);

        assertThat(response.statusCode()).isEqualTo(405);
        assertThat(Gateway.header(response, "allow")).isEqualTo("GET, POST");
    }
}
