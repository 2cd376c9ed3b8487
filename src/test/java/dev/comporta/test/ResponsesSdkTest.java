package dev.comporta.test;

import static dev.comporta.test.NativeApi.LIMA;
import static dev.comporta.test.NativeApi.PARIS;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.openai.client.OpenAIClient;
import com.openai.core.JsonValue;
import com.openai.core.http.StreamResponse;
import com.openai.helpers.ResponseAccumulator;
import com.openai.models.responses.EasyInputMessage;
import com.openai.models.responses.FunctionTool;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseFormatTextJsonSchemaConfig;
import com.openai.models.responses.ResponseFunctionToolCall;
import com.openai.models.responses.ResponseInputContent;
import com.openai.models.responses.ResponseInputImage;
import com.openai.models.responses.ResponseInputItem;
import com.openai.models.responses.ResponseInputText;
import com.openai.models.responses.ResponseOutputItem;
import com.openai.models.responses.ResponseStatus;
import com.openai.models.responses.ResponseStreamEvent;
import com.openai.models.responses.ResponseTextConfig;
import com.openai.models.responses.ResponseUsage;
import io.quarkus.test.junit.QuarkusTest;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** OpenAI's SDK and its newer API in front of every provider, most of which have nothing like it. */
@QuarkusTest
class ResponsesSdkTest {

    private static final String IMAGE = "data:image/png;base64,iVBORw0KGgo=";

    ScriptedUpstream upstream;

    private OpenAIClient client;

    @BeforeEach
    void connect() {
        client = Gateway.sdk();
    }

    private static ResponseCreateParams.Builder ask(Native provider, String model) {
        return ResponseCreateParams.builder()
                .model(provider.named(model))
                .instructions("Be brief.")
                .store(false)
                .input("Which weather?");
    }

    private static void assertAsked(Native provider, Exchange exchange, String path) {
        if (provider.responses() instanceof ResponsesNative) {
            provider.assertOwn(exchange, path);
        } else {
            provider.assertTranslated(exchange, path);
        }
    }

    private static void assertAnswered(Response response) {
        assertThat(text(response)).isEqualTo("Clear, 世界 🌊");
        assertThat(response.status()).contains(ResponseStatus.COMPLETED);
        ResponseUsage usage = response.usage().orElseThrow();
        assertThat(usage.inputTokens()).isEqualTo(NativeApi.INPUT_TOKENS);
        assertThat(usage.outputTokens()).isEqualTo(NativeApi.OUTPUT_TOKENS);
    }

    private static String text(Response response) {
        StringBuilder text = new StringBuilder();
        for (ResponseOutputItem item : response.output()) {
            item.message()
                    .ifPresent(message -> message.content()
                            .forEach(part -> part.outputText().ifPresent(said -> text.append(said.text()))));
        }
        return text.toString();
    }

    @ParameterizedTest
    @EnumSource
    void a_question_is_answered(Native provider) {
        NativeApi api = provider.responses();
        String model = provider.model(upstream, api.text("Clear, 世界 🌊"));

        assertAnswered(client.responses().create(ask(provider, model).build()).validate());

        Exchange asked = upstream.call(model);
        assertAsked(provider, asked, api.path(model, false));
        assertThat(api.system(asked.json())).isEqualTo("Be brief.");
        assertThat(api.said(asked.json())).isEqualTo("Which weather?");
    }

    @ParameterizedTest
    @EnumSource
    void an_answer_streams_as_it_comes(Native provider) {
        NativeApi api = provider.responses();
        CompletableFuture<Void> seen = new CompletableFuture<>();
        String model = provider.model(upstream, exchange -> {
            NativeApi.Streamed answer = api.begin(exchange);
            answer.say("Clear");
            exchange.await(seen);
            answer.say(", 世界 ");
            answer.say("🌊");
            answer.end();
        });
        ResponseAccumulator whole = ResponseAccumulator.create();

        try (StreamResponse<ResponseStreamEvent> stream =
                client.responses().createStreaming(ask(provider, model).build())) {
            for (Iterator<ResponseStreamEvent> events = stream.stream().iterator(); events.hasNext(); ) {
                ResponseStreamEvent event = events.next().validate();
                whole.accumulate(event);
                event.outputTextDelta()
                        .filter(delta -> delta.delta().equals("Clear"))
                        .ifPresent(first -> seen.complete(null));
            }
        }

        assertAnswered(whole.response());
        assertAsked(provider, upstream.call(model), api.path(model, true));
    }

    private static FunctionTool weather() {
        return FunctionTool.builder()
                .name("weather")
                .strict(false)
                .parameters(FunctionTool.Parameters.builder()
                        .putAdditionalProperty("type", JsonValue.from("object"))
                        .putAdditionalProperty("properties", JsonValue.from(Map.of("city", Map.of("type", "string"))))
                        .build())
                .build();
    }

    @ParameterizedTest
    @EnumSource
    void two_functions_are_called_at_once(Native provider) {
        NativeApi api = provider.responses();
        String model = provider.model(upstream, api.calls(PARIS, LIMA));

        Response response = client.responses()
                .create(ask(provider, model).addTool(weather()).build())
                .validate();

        assertThat(api.parameters(upstream.call(model).json())
                        .at("/properties/city/type")
                        .asText())
                .isEqualTo("string");
        answerTheCalls(provider, model, response);
    }

    @ParameterizedTest
    @EnumSource
    void two_functions_are_called_in_a_stream(Native provider) {
        NativeApi api = provider.responses();
        String model = provider.model(upstream, api.streamedCalls(PARIS, LIMA));
        ResponseAccumulator whole = ResponseAccumulator.create();

        try (StreamResponse<ResponseStreamEvent> stream = client.responses()
                .createStreaming(ask(provider, model).addTool(weather()).build())) {
            stream.stream().forEach(whole::accumulate);
        }

        upstream.call(model);
        answerTheCalls(provider, model, whole.response());
    }

    @Test
    void what_anthropic_thought_before_its_calls_comes_back_to_it() {
        AnthropicNative api = (AnthropicNative) Native.ANTHROPIC.api();
        String model = Native.ANTHROPIC.model(upstream, api.thoughtfulCalls(PARIS, LIMA));

        Response response = client.responses()
                .create(ask(Native.ANTHROPIC, model).addTool(weather()).build());

        upstream.call(model);
        JsonNode thought = answerTheCalls(Native.ANTHROPIC, model, response).at("/messages/1/content/0");
        assertThat(thought.path("thinking").asText()).isEqualTo(AnthropicNative.THOUGHT);
        assertThat(thought.path("signature").asText()).isEqualTo(AnthropicNative.SIGNATURE);
    }

    /** Sends back what came, with a result for each call; returns what the provider gets of it. */
    private JsonNode answerTheCalls(Native provider, String model, Response response) {
        NativeApi api = provider.responses();
        List<ResponseInputItem> input = new ArrayList<>();
        input.add(ResponseInputItem.ofEasyInputMessage(EasyInputMessage.builder()
                .role(EasyInputMessage.Role.USER)
                .content("Which weather?")
                .build()));
        List<ResponseFunctionToolCall> calls = new ArrayList<>();
        for (ResponseOutputItem item : response.output()) {
            item.reasoning().ifPresent(reasoning -> input.add(ResponseInputItem.ofReasoning(reasoning)));
            item.functionCall().ifPresent(call -> {
                input.add(ResponseInputItem.ofFunctionCall(call));
                calls.add(call);
            });
        }
        assertThat(calls)
                .extracting(call -> call.name() + call.arguments())
                .containsExactly("weather" + PARIS.content(), "weather" + LIMA.content());
        input.add(result(calls.get(0), "{\"sky\":\"clear\"}"));
        input.add(result(calls.get(1), "{\"sky\":\"cloudy\"}"));
        upstream.script(model, api.text("Clear and cloudy."));

        Response answer = client.responses()
                .create(ask(provider, model)
                        .addTool(weather())
                        .inputOfResponse(input)
                        .build());

        assertThat(text(answer)).isEqualTo("Clear and cloudy.");
        JsonNode asked = upstream.call(model).json();
        assertThat(api.called(asked))
                .extracting(call -> call.name() + call.content())
                .containsExactly("weather" + PARIS.content(), "weather" + LIMA.content());
        assertThat(api.results(asked))
                .extracting(result -> result.name() + result.content())
                .containsExactly("weather{\"sky\":\"clear\"}", "weather{\"sky\":\"cloudy\"}");
        if (api instanceof ResponsesNative) {
            assertThat(asked.at("/input/1/encrypted_content").asText()).isEqualTo(ResponsesNative.THOUGHT);
        }
        if (provider == Native.GOOGLE) {
            assertThat(GeminiNative.seal(asked)).isEqualTo(GeminiNative.SEAL);
        } else {
            assertThat(api.called(asked)).extracting(NativeApi.ToolCall::id).containsExactly(PARIS.id(), LIMA.id());
        }
        return asked;
    }

    private static ResponseInputItem result(ResponseFunctionToolCall call, String output) {
        return ResponseInputItem.ofFunctionCallOutput(ResponseInputItem.FunctionCallOutput.builder()
                .callId(call.callId())
                .output(output)
                .build());
    }

    @ParameterizedTest
    @EnumSource
    void an_image_is_looked_at(Native provider) {
        NativeApi api = provider.responses();
        String model = provider.model(upstream, api.text("A pixel."));

        client.responses()
                .create(ask(provider, model)
                        .inputOfResponse(List.of(ResponseInputItem.ofEasyInputMessage(EasyInputMessage.builder()
                                .role(EasyInputMessage.Role.USER)
                                .contentOfResponseInputMessageContentList(List.of(
                                        ResponseInputContent.ofInputText(ResponseInputText.builder()
                                                .text("What is this?")
                                                .build()),
                                        ResponseInputContent.ofInputImage(ResponseInputImage.builder()
                                                .imageUrl(IMAGE)
                                                .detail(ResponseInputImage.Detail.AUTO)
                                                .build())))
                                .build())))
                        .build());

        JsonNode asked = upstream.call(model).json();
        assertThat(api.said(asked)).isEqualTo("What is this?");
        assertThat(api.image(asked)).isEqualTo(IMAGE);
    }

    @ParameterizedTest
    @EnumSource
    void an_answer_follows_a_schema(Native provider) {
        NativeApi api = provider.responses();
        String model = provider.model(upstream, api.text("{\"sky\":\"clear\"}"));

        Response response = client.responses()
                .create(ask(provider, model)
                        .text(ResponseTextConfig.builder()
                                .format(ResponseFormatTextJsonSchemaConfig.builder()
                                        .name("weather")
                                        .schema(ResponseFormatTextJsonSchemaConfig.Schema.builder()
                                                .putAdditionalProperty("type", JsonValue.from("object"))
                                                .putAdditionalProperty(
                                                        "properties",
                                                        JsonValue.from(Map.of("sky", Map.of("type", "string"))))
                                                .putAdditionalProperty("required", JsonValue.from(List.of("sky")))
                                                .build())
                                        .build())
                                .build())
                        .build());

        assertThat(text(response)).isEqualTo("{\"sky\":\"clear\"}");
        assertThat(api.schema(upstream.call(model).json())
                        .at("/properties/sky/type")
                        .asText()
                        .toLowerCase(Locale.ROOT))
                .isEqualTo("string");
    }
}
