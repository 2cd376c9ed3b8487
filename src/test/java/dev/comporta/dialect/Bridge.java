package dev.comporta.dialect;

import dev.comporta.dialect.CallerApi.AnswerContext;
import dev.comporta.dialect.anthropic.AnthropicAnswer;
import dev.comporta.dialect.anthropic.AnthropicApi;
import dev.comporta.dialect.anthropic.AnthropicStream;
import dev.comporta.dialect.anthropic.MessagesApi;
import dev.comporta.dialect.gemini.EmbedContentTranslation;
import dev.comporta.dialect.gemini.EmbeddingsTranslation;
import dev.comporta.dialect.gemini.GeminiAnswer;
import dev.comporta.dialect.gemini.GeminiApi;
import dev.comporta.dialect.gemini.GeminiStream;
import dev.comporta.dialect.gemini.GenerateContentApi;
import dev.comporta.dialect.openai.ChatCompletionsApi;
import dev.comporta.dialect.openai.ChatTranslation;
import dev.comporta.dialect.openai.OpenAiApi;
import dev.comporta.dialect.openai.ResponsesAnswer;
import dev.comporta.dialect.openai.ResponsesApi;
import dev.comporta.dialect.openai.ResponsesStream;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * A way from an API of callers to an API of providers, put together as calls find it.
 *
 * @param caller whose words requests are in and answers are written in, such as {@code messages}
 * @param provider whose words answers come in: {@code openai}, {@code anthropic}, {@code gemini}, or, where bytes pass
 *     between Responses, {@code responses}
 * @param quirks of the provider
 * @param passes whether streams and answers pass as they are
 */
record Bridge(String caller, String provider, String quirks, boolean passes, Builder builder) {

    /** What an error of a passing stream must not repeat. */
    static final String SECRET = "sk-never-to-be-seen";

    private static final Map<String, CallerApi> CALLERS = new TreeMap<>(Map.of(
            "chat", new ChatCompletionsApi(),
            "responses", new ResponsesApi(),
            "messages", new MessagesApi(),
            "gemini", new GenerateContentApi()));

    private static final Map<String, ProviderApi> PROVIDERS = new TreeMap<>(
            Map.of("openai", new OpenAiApi(), "anthropic", new AnthropicApi(), "gemini", new GeminiApi()));

    /** How one attempt is made. */
    @FunctionalInterface
    interface Builder {
        Translation of(ModelRequest request, TargetTraits traits, Dropped dropped);
    }

    /** Every one there is. */
    static List<Bridge> all() {
        List<Bridge> all = new ArrayList<>();
        CALLERS.forEach((caller, callerApi) -> PROVIDERS.forEach((provider, providerApi) -> {
            for (String quirks : provider.equals("openai") ? List.of("", "groq", "mistral") : List.of("")) {
                all.add(new Bridge(
                        caller,
                        provider,
                        quirks,
                        false,
                        (request, traits, dropped) ->
                                new Translated(callerApi, providerApi, context(request), traits, dropped)));
            }
        }));
        for (String quirks : List.of("", "groq", "mistral")) {
            all.add(new Bridge("chat", "openai", quirks, true, (request, traits, dropped) -> {
                return new ChatTranslation(request, traits, false, SECRET, dropped);
            }));
        }
        all.add(new Bridge("completions", "openai", "", true, (request, traits, dropped) -> {
            return ChatTranslation.legacy(request, traits, false, SECRET);
        }));
        all.add(passing("responses", "responses", ResponsesAnswer::whole, () -> new ResponsesStream(SECRET)));
        all.add(passing("messages", "anthropic", AnthropicAnswer::whole, () -> new AnthropicStream(SECRET)));
        all.add(passing("gemini", "gemini", GeminiAnswer::whole, () -> new GeminiStream(SECRET)));
        return all;
    }

    /** Embeddings, whose answers are read with their requests at hand. */
    static List<Bridge> embeddings() {
        return List.of(
                new Bridge("embeddings", "gemini", "", false, EmbeddingsTranslation::new),
                new Bridge("embedContent", "openai", "", false, (request, traits, dropped) -> {
                    boolean batch = request.fields().contains("requests");
                    return new EmbedContentTranslation(request, batch, new OpenAiApi(), traits, dropped);
                }));
    }

    private static Bridge passing(
            String caller,
            String provider,
            Function<byte[], Translation.Whole> answer,
            java.util.function.Supplier<AnswerStream> events) {
        CallerApi callerApi = CALLERS.get(caller);
        ProviderApi providerApi = PROVIDERS.getOrDefault(provider, PROVIDERS.get("openai"));
        return new Bridge(
                caller,
                provider,
                "",
                true,
                (request, traits, dropped) -> new Passed(
                        new Outgoing("/", request.forwarded(traits.model(), false, false)),
                        answer,
                        events,
                        providerApi,
                        callerApi::error));
    }

    Translation of(ModelRequest request, TargetTraits traits, Dropped dropped) {
        return builder.of(request, traits, dropped);
    }

    /** An attempt whose request does not matter. */
    Translation any(boolean stream) {
        ModelRequest request = ModelRequest.parse(Buffer.buffer(
                "{\"model\":\"m\",\"stream\":%s,\"input\":\"x\",\"stream_options\":{\"include_usage\":true}}"
                        .formatted(stream)));
        return of(request, new TargetTraits("m", quirks, null, true), new Dropped(false));
    }

    private static AnswerContext context(ModelRequest request) {
        return new AnswerContext(request, "0123456789abcdef0123456789abcdef", 1_760_000_000L, request.model());
    }

    @Override
    public String toString() {
        return caller + (passes ? " passing to " : " to ") + provider + (quirks.isEmpty() ? "" : " as " + quirks);
    }
}
