package dev.comporta.test;

import static dev.comporta.test.NativeApi.LIMA;
import static dev.comporta.test.NativeApi.PARIS;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.genai.Client;
import com.google.genai.ResponseStream;
import com.google.genai.types.Content;
import com.google.genai.types.EmbedContentConfig;
import com.google.genai.types.FinishReason;
import com.google.genai.types.FunctionCall;
import com.google.genai.types.FunctionDeclaration;
import com.google.genai.types.FunctionResponse;
import com.google.genai.types.GenerateContentConfig;
import com.google.genai.types.GenerateContentResponse;
import com.google.genai.types.GenerateContentResponseUsageMetadata;
import com.google.genai.types.Part;
import com.google.genai.types.Schema;
import com.google.genai.types.Tool;
import com.google.genai.types.Type;
import io.quarkus.test.junit.QuarkusTest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Google's SDK in front of every provider, each of which speaks only its own format. */
@QuarkusTest
class GoogleSdkTest {

    ScriptedUpstream upstream;

    private Client client;

    @BeforeEach
    void connect() {
        client = Gateway.googleSdk();
    }

    @AfterEach
    void close() {
        client.close();
    }

    private static GenerateContentConfig.Builder brief() {
        return GenerateContentConfig.builder()
                .maxOutputTokens(2048)
                .systemInstruction(Content.fromParts(Part.fromText("Be brief.")));
    }

    private static Content question() {
        return Content.builder()
                .role("user")
                .parts(Part.fromText("Which weather?"))
                .build();
    }

    private void assertAsked(Native provider, Exchange exchange, String path) {
        if (provider == Native.GOOGLE) {
            provider.assertOwn(exchange, path);
        } else {
            provider.assertTranslated(exchange, path);
        }
    }

    private static void assertUsage(GenerateContentResponse response) {
        GenerateContentResponseUsageMetadata usage = response.usageMetadata().orElseThrow();
        assertThat(usage.promptTokenCount()).contains((int) NativeApi.INPUT_TOKENS);
        assertThat(usage.candidatesTokenCount()).contains((int) NativeApi.OUTPUT_TOKENS);
    }

    @ParameterizedTest
    @EnumSource
    void a_question_is_answered(Native provider) {
        NativeApi api = provider.api();
        String model = provider.model(upstream, api.text("Clear, 世界 🌊"));

        GenerateContentResponse response =
                client.models.generateContent(provider.named(model), question(), brief().build());

        assertThat(response.text()).isEqualTo("Clear, 世界 🌊");
        assertThat(response.finishReason().knownEnum()).isEqualTo(FinishReason.Known.STOP);
        assertUsage(response);
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
            // The SDK reads one event ahead.
            answer.say(", 世界 ");
            exchange.await(seen);
            answer.say("🌊");
            answer.end();
        });
        StringBuilder text = new StringBuilder();
        List<GenerateContentResponse> chunks = new ArrayList<>();

        try (ResponseStream<GenerateContentResponse> stream =
                client.models.generateContentStream(provider.named(model), question(), brief().build())) {
            for (GenerateContentResponse chunk : stream) {
                chunks.add(chunk);
                String piece = chunk.text();
                text.append(piece == null ? "" : piece);
                if (text.toString().equals("Clear")) {
                    seen.complete(null);
                }
            }
        }

        assertThat(text).hasToString("Clear, 世界 🌊");
        GenerateContentResponse last = chunks.get(chunks.size() - 1);
        assertThat(last.finishReason().knownEnum()).isEqualTo(FinishReason.Known.STOP);
        assertUsage(last);
        assertAsked(provider, upstream.call(model), api.path(model, true));
    }

    private static GenerateContentConfig tools() {
        return brief().tools(Tool.builder()
                        .functionDeclarations(FunctionDeclaration.builder()
                                .name("weather")
                                .parameters(Schema.builder()
                                        .type(Type.Known.OBJECT)
                                        .properties(Map.of(
                                                "city",
                                                Schema.builder()
                                                        .type(Type.Known.STRING)
                                                        .build()))
                                        .build())))
                .build();
    }

    @ParameterizedTest
    @EnumSource
    void two_functions_are_called_at_once(Native provider) {
        NativeApi api = provider.api();
        String model = provider.model(upstream, api.calls(PARIS, LIMA));

        GenerateContentResponse response = client.models.generateContent(provider.named(model), question(), tools());

        assertThat(api.parameters(upstream.call(model).json())
                        .at("/properties/city/type")
                        .asText()
                        .toLowerCase(Locale.ROOT))
                .isEqualTo("string");
        answerTheCalls(provider, model, response.parts());
    }

    @ParameterizedTest
    @EnumSource
    void two_functions_are_called_in_a_stream(Native provider) {
        NativeApi api = provider.api();
        String model = provider.model(upstream, api.streamedCalls(PARIS, LIMA));
        List<Part> parts = new ArrayList<>();

        try (ResponseStream<GenerateContentResponse> stream =
                client.models.generateContentStream(provider.named(model), question(), tools())) {
            for (GenerateContentResponse chunk : stream) {
                List<Part> some = chunk.parts();
                parts.addAll(some == null ? List.of() : some);
            }
        }

        upstream.call(model);
        answerTheCalls(provider, model, parts);
    }

    /** Sends the parts back with a result for each call, and looks at what the provider gets of it. */
    private void answerTheCalls(Native provider, String model, List<Part> parts) {
        NativeApi api = provider.api();
        List<FunctionCall> calls =
                parts.stream().flatMap(part -> part.functionCall().stream()).toList();
        assertThat(calls)
                .extracting(call -> call.name().orElseThrow() + call.args().orElseThrow())
                .containsExactly("weather{city=Paris}", "weather{city=Lima}");
        upstream.script(model, api.text("Clear and cloudy."));
        List<Content> conversation = List.of(
                question(),
                Content.builder().role("model").parts(parts).build(),
                Content.builder()
                        .role("user")
                        .parts(result(calls.get(0), "clear"), result(calls.get(1), "cloudy"))
                        .build());

        GenerateContentResponse answer = client.models.generateContent(provider.named(model), conversation, tools());

        assertThat(answer.text()).isEqualTo("Clear and cloudy.");
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

    private static Part result(FunctionCall call, String sky) {
        FunctionResponse.Builder response =
                FunctionResponse.builder().name(call.name().orElseThrow()).response(Map.of("sky", sky));
        call.id().ifPresent(response::id);
        return Part.builder().functionResponse(response.build()).build();
    }

    @ParameterizedTest
    @EnumSource
    void an_image_is_looked_at(Native provider) {
        NativeApi api = provider.api();
        String model = provider.model(upstream, api.text("A pixel."));
        byte[] image = Base64.getDecoder().decode("iVBORw0KGgo=");

        client.models.generateContent(
                provider.named(model),
                Content.builder()
                        .role("user")
                        .parts(Part.fromText("What is this?"), Part.fromBytes(image, "image/png"))
                        .build(),
                brief().build());

        JsonNode asked = upstream.call(model).json();
        assertThat(api.said(asked)).isEqualTo("What is this?");
        assertThat(api.image(asked)).isEqualTo("data:image/png;base64,iVBORw0KGgo=");
    }

    @ParameterizedTest
    @EnumSource
    void an_answer_follows_a_schema(Native provider) {
        NativeApi api = provider.api();
        String model = provider.model(upstream, api.text("{\"sky\":\"clear\"}"));

        GenerateContentResponse response = client.models.generateContent(
                provider.named(model),
                question(),
                brief().responseMimeType("application/json")
                        .responseSchema(Schema.builder()
                                .type(Type.Known.OBJECT)
                                .properties(Map.of(
                                        "sky",
                                        Schema.builder().type(Type.Known.STRING).build()))
                                .required("sky")
                                .build())
                        .build());

        assertThat(response.text()).isEqualTo("{\"sky\":\"clear\"}");
        assertThat(api.schema(upstream.call(model).json())
                        .at("/properties/sky/type")
                        .asText()
                        .toLowerCase(Locale.ROOT))
                .isEqualTo("string");
    }

    @ParameterizedTest
    @EnumSource(names = {"OPENAI", "MISTRAL", "GOOGLE"})
    void texts_become_vectors(Native provider) {
        String model = provider.model(upstream, exchange -> Embedded.answer(provider, exchange));

        assertThat(client.models
                        .embedContent(
                                provider.named(model),
                                List.of("sea", "sky"),
                                EmbedContentConfig.builder().build())
                        .embeddings()
                        .orElseThrow())
                .extracting(each -> each.values().orElseThrow())
                .isEqualTo(Embedded.VECTORS);

        Exchange asked = upstream.call(model);
        assertAsked(
                provider,
                asked,
                provider == Native.GOOGLE ? "/models/" + model + ":batchEmbedContents" : "/embeddings");
        assertThat(Embedded.inputs(provider, asked.json())).containsExactly("sea", "sky");
    }

    @Test
    void google_counts_the_tokens_of_its_models() {
        String model = Native.GOOGLE.model(upstream, Answers.json("{\"totalTokens\":14}"));

        assertThat(count(Native.GOOGLE, model)).isEqualTo(14);

        Native.GOOGLE.assertOwn(upstream.call(model), "/models/" + model + ":countTokens");
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "GOOGLE")
    void the_tokens_of_other_models_are_estimated(Native provider) {
        String model = provider.model(upstream, provider.api().text("Nobody asked."));

        assertThat(count(provider, model)).isBetween(3, 30);

        assertThat(upstream.waiting(model)).isZero();
    }

    private int count(Native provider, String model) {
        return client.models
                .countTokens(provider.named(model), "Which weather?", null)
                .totalTokens()
                .orElseThrow();
    }

    @Test
    void models_are_listed() {
        List<String> names = new ArrayList<>();
        client.models.list(null).forEach(model -> names.add(model.name().orElseThrow()));

        assertThat(names).contains("models/openai/gpt-4o-mini", "models/demo/echo");
        assertThat(client.models.get("demo/echo", null).displayName()).isPresent();
    }
}
