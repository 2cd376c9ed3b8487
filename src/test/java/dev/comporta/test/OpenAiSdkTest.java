package dev.comporta.test;

import static dev.comporta.test.NativeApi.LIMA;
import static dev.comporta.test.NativeApi.PARIS;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.openai.client.OpenAIClient;
import com.openai.core.JsonValue;
import com.openai.core.ObjectMappers;
import com.openai.core.http.StreamResponse;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.models.ResponseFormatJsonSchema;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionContentPart;
import com.openai.models.chat.completions.ChatCompletionContentPartImage;
import com.openai.models.chat.completions.ChatCompletionContentPartText;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionMessage;
import com.openai.models.chat.completions.ChatCompletionMessageFunctionToolCall;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.chat.completions.ChatCompletionToolMessageParam;
import com.openai.models.completions.CompletionUsage;
import com.openai.models.embeddings.CreateEmbeddingResponse;
import com.openai.models.embeddings.EmbeddingCreateParams;
import io.quarkus.test.junit.QuarkusTest;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** OpenAI's SDK in front of every provider, each of which speaks only its own format. */
@QuarkusTest
class OpenAiSdkTest {

    private static final String IMAGE = "data:image/png;base64,iVBORw0KGgo=";

    ScriptedUpstream upstream;

    private OpenAIClient client;

    @BeforeEach
    void connect() {
        client = Gateway.sdk();
    }

    private static ChatCompletionCreateParams.Builder ask(Native provider, String model) {
        return ChatCompletionCreateParams.builder()
                .model(provider.named(model))
                .addSystemMessage("Be brief.")
                .addUserMessage("Which weather?");
    }

    private void assertAsked(Native provider, Exchange exchange, String path) {
        if (provider.api() instanceof OpenAiNative) {
            provider.assertOwn(exchange, path);
        } else {
            provider.assertTranslated(exchange, path);
        }
    }

    private static void assertUsage(CompletionUsage usage) {
        assertThat(usage.promptTokens()).isEqualTo(NativeApi.INPUT_TOKENS);
        assertThat(usage.completionTokens()).isEqualTo(NativeApi.OUTPUT_TOKENS);
        assertThat(usage.totalTokens()).isEqualTo(NativeApi.INPUT_TOKENS + NativeApi.OUTPUT_TOKENS);
    }

    @ParameterizedTest
    @EnumSource
    void a_question_is_answered(Native provider) {
        NativeApi api = provider.api();
        String model = provider.model(upstream, api.text("Clear, 世界 🌊"));

        ChatCompletion completion = client.chat()
                .completions()
                .create(ask(provider, model).maxCompletionTokens(77).build())
                .validate();

        assertThat(completion.choices().get(0).message().content()).contains("Clear, 世界 🌊");
        assertThat(completion.choices().get(0).finishReason()).isEqualTo(ChatCompletion.Choice.FinishReason.STOP);
        assertUsage(completion.usage().orElseThrow());
        Exchange asked = upstream.call(model);
        assertAsked(provider, asked, api.path(model, false));
        assertThat(api.system(asked.json())).isEqualTo("Be brief.");
        assertThat(api.said(asked.json())).isEqualTo("Which weather?");
    }

    @ParameterizedTest
    @EnumSource
    void an_answer_streams_as_it_comes(Native provider) {
        NativeApi api = provider.api();
        CompletableFuture<Void> seen = new CompletableFuture<>();
        String model = provider.model(upstream, exchange -> {
            NativeApi.Streamed answer = api.begin(exchange);
            answer.say("Clear");
            exchange.await(seen);
            answer.say(", 世界 ");
            answer.say("🌊");
            answer.end();
        });
        StringBuilder text = new StringBuilder();
        ChatCompletionAccumulator whole = ChatCompletionAccumulator.create();

        try (StreamResponse<ChatCompletionChunk> stream = client.chat()
                .completions()
                .createStreaming(ask(provider, model)
                        .streamOptions(ChatCompletionStreamOptions.builder()
                                .includeUsage(true)
                                .build())
                        .build())) {
            for (Iterator<ChatCompletionChunk> chunks = stream.stream().iterator(); chunks.hasNext(); ) {
                ChatCompletionChunk chunk = chunks.next().validate();
                whole.accumulate(chunk);
                chunk.choices().forEach(choice -> choice.delta().content().ifPresent(text::append));
                if (text.toString().equals("Clear")) {
                    seen.complete(null);
                }
            }
        }

        assertThat(text).hasToString("Clear, 世界 🌊");
        assertThat(whole.chatCompletion().choices().get(0).finishReason())
                .isEqualTo(ChatCompletion.Choice.FinishReason.STOP);
        assertUsage(whole.chatCompletion().usage().orElseThrow());
        assertAsked(provider, upstream.call(model), api.path(model, true));
    }

    @ParameterizedTest
    @EnumSource
    void two_tools_are_called_at_once(Native provider) {
        NativeApi api = provider.api();
        String model = provider.model(upstream, api.calls(PARIS, LIMA));

        ChatCompletion completion = client.chat()
                .completions()
                .create(ask(provider, model).addTool(SdkChatTest.weather()).build())
                .validate();

        assertThat(completion.choices().get(0).finishReason()).isEqualTo(ChatCompletion.Choice.FinishReason.TOOL_CALLS);
        assertThat(api.parameters(upstream.call(model).json())
                        .at("/properties/city/type")
                        .asText())
                .isEqualTo("string");
        answerTheCalls(provider, model, completion.choices().get(0).message());
    }

    @ParameterizedTest
    @EnumSource
    void two_tools_are_called_in_a_stream(Native provider) {
        NativeApi api = provider.api();
        String model = provider.model(upstream, api.streamedCalls(PARIS, LIMA));
        ChatCompletionAccumulator whole = ChatCompletionAccumulator.create();

        try (StreamResponse<ChatCompletionChunk> stream = client.chat()
                .completions()
                .createStreaming(
                        ask(provider, model).addTool(SdkChatTest.weather()).build())) {
            stream.stream().forEach(whole::accumulate);
        }

        ChatCompletion.Choice choice = whole.chatCompletion().choices().get(0);
        assertThat(choice.finishReason()).isEqualTo(ChatCompletion.Choice.FinishReason.TOOL_CALLS);
        upstream.call(model);
        answerTheCalls(provider, model, choice.message());
    }

    /** Sends the message back with a result for each call, and looks at what the provider gets of it. */
    private void answerTheCalls(Native provider, String model, ChatCompletionMessage message) {
        NativeApi api = provider.api();
        List<ChatCompletionMessageFunctionToolCall> calls = message.toolCalls().orElseThrow().stream()
                .map(call -> call.asFunction())
                .toList();
        assertThat(calls)
                .extracting(call -> call.function().name() + call.function().arguments())
                .containsExactly("weather" + PARIS.content(), "weather" + LIMA.content());
        assertThat(calls)
                .extracting(ChatCompletionMessageFunctionToolCall::id)
                .doesNotHaveDuplicates()
                .doesNotContain("");
        upstream.script(model, api.text("Clear and cloudy."));
        ChatCompletionCreateParams.Builder again =
                ask(provider, model).addTool(SdkChatTest.weather()).addMessage(message);
        again.addMessage(result(calls.get(0).id(), "{\"sky\":\"clear\"}"));
        again.addMessage(result(calls.get(1).id(), "{\"sky\":\"cloudy\"}"));

        ChatCompletion answer = client.chat().completions().create(again.build());

        assertThat(answer.choices().get(0).message().content()).contains("Clear and cloudy.");
        JsonNode asked = upstream.call(model).json();
        assertThat(api.called(asked))
                .extracting(call -> call.name() + call.content())
                .containsExactly("weather" + PARIS.content(), "weather" + LIMA.content());
        assertThat(api.results(asked))
                .extracting(result -> result.name() + result.content())
                .containsExactly("weather{\"sky\":\"clear\"}", "weather{\"sky\":\"cloudy\"}");
        if (provider == Native.GOOGLE) {
            assertThat(GeminiNative.seal(asked)).isEqualTo(GeminiNative.SEAL);
        } else {
            assertThat(api.called(asked)).extracting(NativeApi.ToolCall::id).containsExactly(PARIS.id(), LIMA.id());
        }
    }

    private static ChatCompletionToolMessageParam result(String id, String content) {
        return ChatCompletionToolMessageParam.builder()
                .toolCallId(id)
                .content(content)
                .build();
    }

    @Test
    void what_anthropic_thought_before_its_calls_comes_back_to_it() {
        AnthropicNative api = (AnthropicNative) Native.ANTHROPIC.api();
        String model = Native.ANTHROPIC.model(upstream, api.thoughtfulCalls(PARIS, LIMA));

        ChatCompletionMessage message = client.chat()
                .completions()
                .create(ask(Native.ANTHROPIC, model)
                        .addTool(SdkChatTest.weather())
                        .build())
                .choices()
                .get(0)
                .message();
        JsonNode said = ObjectMappers.jsonMapper().valueToTree(message);
        assertThat(said.path("reasoning_content").asText()).isEqualTo(AnthropicNative.THOUGHT);
        upstream.call(model);
        upstream.script(model, api.text("Clear."));
        // The SDK carries only what it knows into the next request.
        client.chat()
                .completions()
                .create(ask(Native.ANTHROPIC, model)
                        .addTool(SdkChatTest.weather())
                        .addMessage(message.toParam().toBuilder()
                                .putAdditionalProperty(
                                        "thinking_blocks", JsonValue.fromJsonNode(said.path("thinking_blocks")))
                                .build())
                        .addMessage(result(PARIS.id(), "clear"))
                        .addMessage(result(LIMA.id(), "cloudy"))
                        .build());

        JsonNode thought = upstream.call(model).json().at("/messages/1/content/0");
        assertThat(thought.path("type").asText()).isEqualTo("thinking");
        assertThat(thought.path("thinking").asText()).isEqualTo(AnthropicNative.THOUGHT);
        assertThat(thought.path("signature").asText()).isEqualTo(AnthropicNative.SIGNATURE);
    }

    @ParameterizedTest
    @EnumSource
    void an_image_is_looked_at(Native provider) {
        NativeApi api = provider.api();
        String model = provider.model(upstream, api.text("A pixel."));

        client.chat()
                .completions()
                .create(ChatCompletionCreateParams.builder()
                        .model(provider.named(model))
                        .addUserMessageOfArrayOfContentParts(List.of(
                                ChatCompletionContentPart.ofText(ChatCompletionContentPartText.builder()
                                        .text("What is this?")
                                        .build()),
                                ChatCompletionContentPart.ofImageUrl(ChatCompletionContentPartImage.builder()
                                        .imageUrl(ChatCompletionContentPartImage.ImageUrl.builder()
                                                .url(IMAGE)
                                                .build())
                                        .build())))
                        .build());

        JsonNode asked = upstream.call(model).json();
        assertThat(api.said(asked)).isEqualTo("What is this?");
        assertThat(api.image(asked)).isEqualTo(IMAGE);
    }

    @ParameterizedTest
    @EnumSource
    void an_answer_follows_a_schema(Native provider) {
        NativeApi api = provider.api();
        String model = provider.model(upstream, api.text("{\"sky\":\"clear\"}"));

        ChatCompletion completion = client.chat()
                .completions()
                .create(ask(provider, model)
                        .responseFormat(ResponseFormatJsonSchema.builder()
                                .jsonSchema(ResponseFormatJsonSchema.JsonSchema.builder()
                                        .name("weather")
                                        .strict(true)
                                        .schema(ResponseFormatJsonSchema.JsonSchema.Schema.builder()
                                                .putAdditionalProperty("type", JsonValue.from("object"))
                                                .putAdditionalProperty(
                                                        "properties",
                                                        JsonValue.from(Map.of("sky", Map.of("type", "string"))))
                                                .putAdditionalProperty("required", JsonValue.from(List.of("sky")))
                                                .build())
                                        .build())
                                .build())
                        .build());

        assertThat(completion.choices().get(0).message().content()).contains("{\"sky\":\"clear\"}");
        assertThat(api.schema(upstream.call(model).json())
                        .at("/properties/sky/type")
                        .asText()
                        .toLowerCase(Locale.ROOT))
                .isEqualTo("string");
    }

    // Embeddings

    @ParameterizedTest
    @EnumSource(names = {"OPENAI", "MISTRAL", "GOOGLE"})
    void texts_become_vectors(Native provider) {
        for (EmbeddingCreateParams.EncodingFormat format :
                List.of(EmbeddingCreateParams.EncodingFormat.FLOAT, EmbeddingCreateParams.EncodingFormat.BASE64)) {
            assertEmbedded(provider, EmbeddingCreateParams.builder().encodingFormat(format));
        }
    }

    /** The SDK asks for base64 without being told to. */
    @ParameterizedTest
    @EnumSource(names = {"OPENAI", "MISTRAL", "GOOGLE"})
    void texts_become_vectors_as_the_sdk_likes_them(Native provider) {
        assertEmbedded(provider, EmbeddingCreateParams.builder());
    }

    private void assertEmbedded(Native provider, EmbeddingCreateParams.Builder params) {
        String model = provider.model(upstream, exchange -> Embedded.answer(provider, exchange));

        CreateEmbeddingResponse response = client.embeddings()
                .create(params.model(provider.named(model))
                        .inputOfArrayOfStrings(List.of("sea", "sky"))
                        .build());

        assertThat(response.data())
                .extracting(each -> each.embedding())
                .containsExactly(List.of(0.5f, -1.25f), List.of(3f, 0.0625f));
        Exchange asked = upstream.call(model);
        assertAsked(
                provider,
                asked,
                provider == Native.GOOGLE ? "/models/" + model + ":batchEmbedContents" : "/embeddings");
        assertThat(Embedded.inputs(provider, asked.json())).containsExactly("sea", "sky");
    }
}
