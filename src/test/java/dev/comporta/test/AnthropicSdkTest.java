package dev.comporta.test;

import static dev.comporta.test.NativeApi.LIMA;
import static dev.comporta.test.NativeApi.PARIS;
import static org.assertj.core.api.Assertions.assertThat;

import com.anthropic.client.AnthropicClient;
import com.anthropic.core.JsonValue;
import com.anthropic.core.http.StreamResponse;
import com.anthropic.helpers.MessageAccumulator;
import com.anthropic.models.messages.Base64ImageSource;
import com.anthropic.models.messages.ContentBlockParam;
import com.anthropic.models.messages.ImageBlockParam;
import com.anthropic.models.messages.JsonOutputFormat;
import com.anthropic.models.messages.Message;
import com.anthropic.models.messages.MessageCountTokensParams;
import com.anthropic.models.messages.MessageCreateParams;
import com.anthropic.models.messages.OutputConfig;
import com.anthropic.models.messages.RawMessageStreamEvent;
import com.anthropic.models.messages.StopReason;
import com.anthropic.models.messages.TextBlockParam;
import com.anthropic.models.messages.ThinkingConfigEnabled;
import com.anthropic.models.messages.Tool;
import com.anthropic.models.messages.ToolResultBlockParam;
import com.anthropic.models.messages.ToolUseBlock;
import com.fasterxml.jackson.databind.JsonNode;
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

/** Anthropic's SDK in front of every provider, each of which speaks only its own format. */
@QuarkusTest
class AnthropicSdkTest {

    ScriptedUpstream upstream;

    private AnthropicClient client;

    @BeforeEach
    void connect() {
        client = Gateway.anthropicSdk();
    }

    private static MessageCreateParams.Builder ask(Native provider, String model) {
        return MessageCreateParams.builder()
                .model(provider.named(model))
                .maxTokens(2048)
                .systemOfTextBlockParams(List.of(
                        TextBlockParam.builder().text("Be brief.").build(),
                        TextBlockParam.builder().text("Be kind.").build()))
                .addUserMessage("Which weather?");
    }

    private void assertAsked(Native provider, Exchange exchange, String path) {
        if (provider == Native.ANTHROPIC) {
            provider.assertOwn(exchange, path);
        } else {
            provider.assertTranslated(exchange, path);
        }
    }

    private static String text(Message message) {
        StringBuilder text = new StringBuilder();
        message.content().forEach(block -> block.text().ifPresent(said -> text.append(said.text())));
        return text.toString();
    }

    @ParameterizedTest
    @EnumSource
    void a_question_is_answered(Native provider) {
        NativeApi api = provider.api();
        String model = provider.model(upstream, api.text("Clear, 世界 🌊"));

        Message message = client.messages().create(ask(provider, model).build()).validate();

        assertThat(text(message)).isEqualTo("Clear, 世界 🌊");
        assertThat(message.stopReason()).contains(StopReason.END_TURN);
        assertThat(message.usage().inputTokens()).isEqualTo(NativeApi.INPUT_TOKENS);
        assertThat(message.usage().outputTokens()).isEqualTo(NativeApi.OUTPUT_TOKENS);
        Exchange asked = upstream.call(model);
        assertAsked(provider, asked, api.path(model, false));
        assertThat(api.system(asked.json())).matches("Be brief.\\s*Be kind.");
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
        MessageAccumulator whole = MessageAccumulator.create();

        try (StreamResponse<RawMessageStreamEvent> stream =
                client.messages().createStreaming(ask(provider, model).build())) {
            for (Iterator<RawMessageStreamEvent> events = stream.stream().iterator(); events.hasNext(); ) {
                RawMessageStreamEvent event = events.next().validate();
                whole.accumulate(event);
                event.contentBlockDelta()
                        .flatMap(delta -> delta.delta().text())
                        .filter(delta -> delta.text().equals("Clear"))
                        .ifPresent(first -> seen.complete(null));
                // Other providers tell at the end how much they have read.
                event.messageDelta()
                        .filter(delta -> provider != Native.ANTHROPIC)
                        .ifPresent(
                                delta -> assertThat(delta.usage().inputTokens()).contains(NativeApi.INPUT_TOKENS));
            }
        }

        assertThat(text(whole.message())).isEqualTo("Clear, 世界 🌊");
        assertThat(whole.message().stopReason()).contains(StopReason.END_TURN);
        assertThat(whole.message().usage().outputTokens()).isEqualTo(NativeApi.OUTPUT_TOKENS);
        assertAsked(provider, upstream.call(model), api.path(model, true));
    }

    private static Tool weather() {
        return Tool.builder()
                .name("weather")
                .inputSchema(Tool.InputSchema.builder()
                        .properties(Tool.InputSchema.Properties.builder()
                                .putAdditionalProperty("city", JsonValue.from(Map.of("type", "string")))
                                .build())
                        .required(List.of("city"))
                        .build())
                .build();
    }

    @ParameterizedTest
    @EnumSource
    void two_tools_are_called_at_once(Native provider) {
        NativeApi api = provider.api();
        String model = provider.model(upstream, api.calls(PARIS, LIMA));

        Message message = client.messages()
                .create(ask(provider, model).addTool(weather()).build())
                .validate();

        assertThat(api.parameters(upstream.call(model).json())
                        .at("/properties/city/type")
                        .asText())
                .isEqualTo("string");
        answerTheCalls(provider, model, message);
    }

    @ParameterizedTest
    @EnumSource
    void two_tools_are_called_in_a_stream(Native provider) {
        NativeApi api = provider.api();
        String model = provider.model(upstream, api.streamedCalls(PARIS, LIMA));
        MessageAccumulator whole = MessageAccumulator.create();

        try (StreamResponse<RawMessageStreamEvent> stream = client.messages()
                .createStreaming(ask(provider, model).addTool(weather()).build())) {
            stream.stream().forEach(whole::accumulate);
        }

        upstream.call(model);
        answerTheCalls(provider, model, whole.message());
    }

    /**
     * Sends the message back with a result for each call, and looks at what the provider gets of it, which it returns.
     */
    private JsonNode answerTheCalls(Native provider, String model, Message message) {
        NativeApi api = provider.api();
        assertThat(message.stopReason()).contains(StopReason.TOOL_USE);
        List<ToolUseBlock> calls = message.content().stream()
                .flatMap(block -> block.toolUse().stream())
                .toList();
        assertThat(calls)
                .extracting(call -> call.name() + call._input().convert(JsonNode.class))
                .containsExactly("weather" + PARIS.content(), "weather" + LIMA.content());
        assertThat(calls).extracting(ToolUseBlock::id).doesNotHaveDuplicates().doesNotContain("");
        upstream.script(model, api.text("Clear and cloudy."));

        Message answer = client.messages()
                .create(ask(provider, model)
                        .addTool(weather())
                        .addMessage(message)
                        .addUserMessageOfContentBlockParams(List.of(
                                result(calls.get(0), "{\"sky\":\"clear\"}"),
                                result(calls.get(1), "{\"sky\":\"cloudy\"}")))
                        .build());

        assertThat(text(answer)).isEqualTo("Clear and cloudy.");
        JsonNode asked = upstream.call(model).json();
        assertThat(api.called(asked))
                .extracting(call -> call.name() + call.content())
                .containsExactly("weather" + PARIS.content(), "weather" + LIMA.content());
        assertThat(api.results(asked))
                .extracting(result -> result.name() + result.content())
                .containsExactly("weather{\"sky\":\"clear\"}", "weather{\"sky\":\"cloudy\"}");
        if (provider != Native.GOOGLE) {
            assertThat(api.called(asked)).extracting(NativeApi.ToolCall::id).containsExactly(PARIS.id(), LIMA.id());
        }
        return asked;
    }

    private static ContentBlockParam result(ToolUseBlock call, String content) {
        return ContentBlockParam.ofToolResult(ToolResultBlockParam.builder()
                .toolUseId(call.id())
                .content(content)
                .build());
    }

    @Test
    void what_anthropic_thought_before_its_calls_comes_back_to_it() {
        AnthropicNative api = (AnthropicNative) Native.ANTHROPIC.api();
        String model = Native.ANTHROPIC.model(upstream, api.thoughtfulCalls(PARIS, LIMA));
        MessageCreateParams.Builder ask = ask(Native.ANTHROPIC, model)
                .thinking(ThinkingConfigEnabled.builder().budgetTokens(1024).build())
                .addTool(weather());

        Message message = client.messages().create(ask.build()).validate();
        assertThat(message.content().get(0).thinking().orElseThrow().thinking()).isEqualTo(AnthropicNative.THOUGHT);
        assertThat(upstream.call(model).json().at("/thinking/budget_tokens").asInt())
                .isEqualTo(1024);
        answerTheCalls(Native.ANTHROPIC, model, message);
    }

    /** A block of Anthropic's has no room for it. */
    @Test
    void a_model_of_googles_that_insists_on_its_seal_gets_it_back() {
        NativeApi api = Native.GOOGLE.api();
        String model = Native.model(upstream, "gemini-3-pro", api.calls(PARIS, LIMA));

        Message message = client.messages()
                .create(ask(Native.GOOGLE, model).addTool(weather()).build());

        upstream.call(model);
        assertThat(GeminiNative.seal(answerTheCalls(Native.GOOGLE, model, message)))
                .isEqualTo(GeminiNative.SEAL);
    }

    @ParameterizedTest
    @EnumSource
    void an_image_is_looked_at(Native provider) {
        NativeApi api = provider.api();
        String model = provider.model(upstream, api.text("A pixel."));

        client.messages()
                .create(MessageCreateParams.builder()
                        .model(provider.named(model))
                        .maxTokens(2048)
                        .addUserMessageOfContentBlockParams(List.of(
                                ContentBlockParam.ofText(TextBlockParam.builder()
                                        .text("What is this?")
                                        .build()),
                                ContentBlockParam.ofImage(ImageBlockParam.builder()
                                        .source(Base64ImageSource.builder()
                                                .mediaType(Base64ImageSource.MediaType.IMAGE_PNG)
                                                .data("iVBORw0KGgo=")
                                                .build())
                                        .build())))
                        .build());

        JsonNode asked = upstream.call(model).json();
        assertThat(api.said(asked)).isEqualTo("What is this?");
        assertThat(api.image(asked)).isEqualTo("data:image/png;base64,iVBORw0KGgo=");
    }

    @ParameterizedTest
    @EnumSource
    void an_answer_follows_a_schema(Native provider) {
        NativeApi api = provider.api();
        String model = provider.model(upstream, api.text("{\"sky\":\"clear\"}"));

        Message message = client.messages()
                .create(ask(provider, model)
                        .outputConfig(OutputConfig.builder()
                                .format(JsonOutputFormat.builder()
                                        .schema(JsonOutputFormat.Schema.builder()
                                                .putAdditionalProperty("type", JsonValue.from("object"))
                                                .putAdditionalProperty(
                                                        "properties",
                                                        JsonValue.from(Map.of("sky", Map.of("type", "string"))))
                                                .putAdditionalProperty("required", JsonValue.from(List.of("sky")))
                                                .putAdditionalProperty("additionalProperties", JsonValue.from(false))
                                                .build())
                                        .build())
                                .build())
                        .build());

        assertThat(text(message)).isEqualTo("{\"sky\":\"clear\"}");
        assertThat(api.schema(upstream.call(model).json())
                        .at("/properties/sky/type")
                        .asText()
                        .toLowerCase(Locale.ROOT))
                .isEqualTo("string");
    }

    @Test
    void anthropic_counts_the_tokens_of_its_models() {
        String model = Native.ANTHROPIC.model(upstream, Answers.json("{\"input_tokens\":14}"));

        assertThat(count(Native.ANTHROPIC, model)).isEqualTo(14);

        Native.ANTHROPIC.assertOwn(upstream.call(model), "/messages/count_tokens");
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "ANTHROPIC")
    void the_tokens_of_other_models_are_estimated(Native provider) {
        String model = provider.model(upstream, provider.api().text("Nobody asked."));

        assertThat(count(provider, model)).isBetween(5L, 30L);

        assertThat(upstream.waiting(model)).isZero();
    }

    private long count(Native provider, String model) {
        return client.messages()
                .countTokens(MessageCountTokensParams.builder()
                        .model(provider.named(model))
                        .system("Be brief.")
                        .addUserMessage("Which weather?")
                        .build())
                .validate()
                .inputTokens();
    }

    @Test
    void models_are_listed() {
        assertThat(client.models().list().autoPager().stream()
                        .map(model -> model.validate().id()))
                .contains("openai/gpt-4o-mini", "demo/echo");
        assertThat(client.models().retrieve("demo/echo").validate().displayName())
                .isNotEmpty();
    }
}
