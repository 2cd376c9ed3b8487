package dev.comporta.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.openai.client.OpenAIClient;
import com.openai.core.JsonValue;
import com.openai.errors.BadRequestException;
import com.openai.errors.InternalServerException;
import com.openai.errors.NotFoundException;
import com.openai.errors.OpenAIServiceException;
import com.openai.errors.RateLimitException;
import com.openai.errors.UnauthorizedException;
import com.openai.models.FunctionDefinition;
import com.openai.models.FunctionParameters;
import com.openai.models.ResponseFormatJsonSchema;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionFunctionTool;
import com.openai.models.chat.completions.ChatCompletionMessageFunctionToolCall;
import com.openai.models.models.Model;
import io.quarkus.test.common.TestResourceScope;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whole answers through the official SDK. */
@QuarkusTest
@WithTestResource(value = UpstreamResource.class, scope = TestResourceScope.GLOBAL)
class SdkChatTest {

    ScriptedUpstream upstream;

    private OpenAIClient client;

    @BeforeEach
    void connect() {
        client = Gateway.sdk();
    }

    private static ChatCompletionCreateParams.Builder ask(String model) {
        return ChatCompletionCreateParams.builder().model("acme/" + model).addUserMessage("Hello");
    }

    @Test
    void a_chat_is_answered() {
        String model = upstream.model(Answers.json(Answers.completion("Good day, 世界 🌊")));

        ChatCompletion completion =
                client.chat().completions().create(ask(model).build());

        assertThat(completion.choices().get(0).message().content()).contains("Good day, 世界 🌊");
        assertThat(completion.usage().orElseThrow().promptTokens()).isEqualTo(9);
        assertThat(completion.usage().orElseThrow().completionTokens()).isEqualTo(5);
        JsonNode sent = upstream.call(model).json();
        assertThat(sent.path("model").asText()).isEqualTo(model);
        assertThat(sent.at("/messages/0/content").asText()).isEqualTo("Hello");
    }

    @Test
    void the_demo_provider_answers_without_any_network() {
        ChatCompletion completion = client.chat()
                .completions()
                .create(ChatCompletionCreateParams.builder()
                        .model("demo/echo")
                        .addUserMessage("Hello, Comporta")
                        .build());

        assertThat(completion.choices().get(0).message().content().orElseThrow())
                .contains("Hello, Comporta");
        assertThat(completion.usage().orElseThrow().totalTokens()).isPositive();
    }

    @Test
    void tools_are_called() {
        String model = upstream.model(Answers.json("""
                {"id":"chatcmpl-1","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,\
                "finish_reason":"tool_calls","logprobs":null,"message":{"role":"assistant","content":null,"refusal":null,\
                "tool_calls":[{"id":"call_1","type":"function","function":{"name":"weather","arguments":"{\\"city\\":\\"São Paulo\\"}"}},\
                {"id":"call_2","type":"function","function":{"name":"weather","arguments":"not JSON at all"}}]}}],\
                "usage":{"prompt_tokens":9,"completion_tokens":5,"total_tokens":14}}"""));

        ChatCompletion completion =
                client.chat().completions().create(ask(model).addTool(weather()).build());

        List<ChatCompletionMessageFunctionToolCall.Function> called =
                completion.choices().get(0).message().toolCalls().orElseThrow().stream()
                        .map(call -> call.asFunction().function())
                        .toList();
        assertThat(called)
                .extracting(ChatCompletionMessageFunctionToolCall.Function::arguments)
                .containsExactly("{\"city\":\"São Paulo\"}", "not JSON at all");
        JsonNode tool = upstream.call(model).json().at("/tools/0/function");
        assertThat(tool.path("name").asText()).isEqualTo("weather");
        assertThat(tool.at("/parameters/properties/city/type").asText()).isEqualTo("string");
    }

    static ChatCompletionFunctionTool weather() {
        return ChatCompletionFunctionTool.builder()
                .function(FunctionDefinition.builder()
                        .name("weather")
                        .parameters(FunctionParameters.builder()
                                .putAdditionalProperty("type", JsonValue.from("object"))
                                .putAdditionalProperty(
                                        "properties", JsonValue.from(Map.of("city", Map.of("type", "string"))))
                                .build())
                        .build())
                .build();
    }

    @Test
    void an_answer_follows_a_json_schema() {
        String model = upstream.model(Answers.json(Answers.completion("{\"answer\":42}")));

        ChatCompletion completion = client.chat()
                .completions()
                .create(ask(model)
                        .responseFormat(ResponseFormatJsonSchema.builder()
                                .jsonSchema(ResponseFormatJsonSchema.JsonSchema.builder()
                                        .name("answer")
                                        .strict(true)
                                        .schema(ResponseFormatJsonSchema.JsonSchema.Schema.builder()
                                                .putAdditionalProperty("type", JsonValue.from("object"))
                                                .build())
                                        .build())
                                .build())
                        .build());

        assertThat(completion.choices().get(0).message().content()).contains("{\"answer\":42}");
        JsonNode format = upstream.call(model).json().path("response_format");
        assertThat(format.path("type").asText()).isEqualTo("json_schema");
        assertThat(format.at("/json_schema/strict").asBoolean()).isTrue();
        assertThat(format.at("/json_schema/schema/type").asText()).isEqualTo("object");
    }

    @Test
    void three_choices_with_logprobs() {
        String choice = """
                {"index":%d,"finish_reason":"stop","logprobs":{"content":[{"token":"a","logprob":-0.25,"bytes":[97],\
                "top_logprobs":[]}],"refusal":null},"message":{"role":"assistant","content":"answer %d","refusal":null}}""";
        String model = upstream.model(Answers.json(
                """
                {"id":"chatcmpl-1","object":"chat.completion","created":1,"model":"m","choices":[%s,%s,%s],"usage":%s}""".formatted(choice.formatted(0, 0), choice.formatted(1, 1), choice.formatted(2, 2), Answers.USAGE)));

        ChatCompletion completion = client.chat()
                .completions()
                .create(ask(model).n(3).logprobs(true).build());

        assertThat(completion.choices())
                .extracting(each -> each.message().content().orElseThrow())
                .containsExactly("answer 0", "answer 1", "answer 2");
        assertThat(completion
                        .choices()
                        .get(2)
                        .logprobs()
                        .orElseThrow()
                        .content()
                        .orElseThrow()
                        .get(0)
                        .logprob())
                .isEqualTo(-0.25);
        JsonNode sent = upstream.call(model).json();
        assertThat(sent.path("n").asInt()).isEqualTo(3);
        assertThat(sent.path("logprobs").asBoolean()).isTrue();
    }

    @Test
    void models_are_listed_and_found() {
        List<Model> models = client.models().list().autoPager().stream().toList();

        assertThat(models).extracting(Model::id).contains("openai/gpt-4o-mini", "demo/echo");
        Model one = client.models().retrieve("demo/echo");
        assertThat(one.ownedBy()).isEqualTo("demo");
    }

    // Errors come out as the SDK's own exceptions

    private <E extends OpenAIServiceException> E failure(Class<E> type, String model) {
        return catchThrowableOfType(
                type, () -> client.chat().completions().create(ask(model).build()));
    }

    @Test
    void a_bad_request_is_400() {
        String model = upstream.model(Answers.json(400, """
                {"error":{"message":"Too long","type":"invalid_request_error","param":"messages","code":"context_length_exceeded"}}"""));

        BadRequestException refused = failure(BadRequestException.class, model);

        assertThat(refused.code()).contains("context_length_exceeded");
        assertThat(refused.param()).contains("messages");
        assertThat(refused.type()).contains("invalid_request_error");
    }

    @Test
    void a_wrong_gateway_key_is_401() {
        UnauthorizedException refused = catchThrowableOfType(
                UnauthorizedException.class,
                () -> Gateway.sdk("vck_this-key-was-never-issued")
                        .chat()
                        .completions()
                        .create(ask("whatever").build()));

        assertThat(refused.code()).contains("invalid_api_key");
    }

    @Test
    void a_model_that_the_provider_does_not_know_is_404() {
        NotFoundException refused = failure(NotFoundException.class, "no-script-was-written-for-this-one");

        assertThat(refused.code()).contains("model_not_found");
        assertThat(refused.headers().values("x-gateway-error-source")).containsExactly("provider");
    }

    @Test
    void a_rate_limit_is_429_and_says_when_to_come_back() {
        String model = upstream.model(Answers.error(
                429,
                "requests",
                "rate_limit_exceeded",
                "retry-after: 7",
                "x-ratelimit-remaining-requests: 0",
                "x-request-id: req_1"));

        RateLimitException refused = failure(RateLimitException.class, model);

        assertThat(refused.code()).contains("rate_limit_exceeded");
        assertThat(refused.headers().values("retry-after")).containsExactly("7");
        assertThat(refused.headers().values("x-ratelimit-remaining-requests")).containsExactly("0");
        assertThat(refused.headers().values("x-request-id")).containsExactly("req_1");
    }

    @Test
    void a_failure_of_the_provider_is_500() {
        String model = upstream.model(Answers.error(500, "server_error", "boom"));

        InternalServerException failed = failure(InternalServerException.class, model);

        assertThat(failed.statusCode()).isEqualTo(500);
        assertThat(failed.code()).contains("boom");
    }

    @Test
    void the_sdk_asks_again_where_it_should() {
        String model = upstream.model(exchange -> {
            throw new AssertionError("replaced below");
        });
        upstream.script(model, exchange -> {
            upstream.script(model, Answers.json(Answers.completion("at the second try")));
            exchange.whole(
                    429,
                    Answers.errorBody("Slow down", "requests", "rate_limit_exceeded")
                            .getBytes(StandardCharsets.UTF_8),
                    "content-type: application/json",
                    "retry-after-ms: 1");
        });
        OpenAIClient patient = client.withOptions(options -> options.maxRetries(1));

        ChatCompletion completion =
                patient.chat().completions().create(ask(model).build());

        assertThat(completion.choices().get(0).message().content()).contains("at the second try");
        assertThat(upstream.waiting(model)).isEqualTo(2);
    }
}
