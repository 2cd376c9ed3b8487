package dev.comporta.pipeline;

import dev.comporta.core.Call;
import dev.comporta.core.Dialect;
import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.core.Secret;
import dev.comporta.core.TokenUsage;
import dev.comporta.dialect.AnswerStream;
import dev.comporta.dialect.CallerApi;
import dev.comporta.dialect.CallerApi.AnswerContext;
import dev.comporta.dialect.Dropped;
import dev.comporta.dialect.ModelRequest;
import dev.comporta.dialect.Outgoing;
import dev.comporta.dialect.Passed;
import dev.comporta.dialect.ProviderApi;
import dev.comporta.dialect.TargetTraits;
import dev.comporta.dialect.Translated;
import dev.comporta.dialect.Translation;
import dev.comporta.dialect.anthropic.AnthropicAnswer;
import dev.comporta.dialect.anthropic.AnthropicApi;
import dev.comporta.dialect.anthropic.AnthropicStream;
import dev.comporta.dialect.anthropic.ForeignThinking;
import dev.comporta.dialect.anthropic.MessagesApi;
import dev.comporta.dialect.gemini.EmbedContentTranslation;
import dev.comporta.dialect.gemini.EmbeddingsTranslation;
import dev.comporta.dialect.gemini.GeminiAnswer;
import dev.comporta.dialect.gemini.GeminiApi;
import dev.comporta.dialect.gemini.GeminiStream;
import dev.comporta.dialect.gemini.GenerateContentApi;
import dev.comporta.dialect.openai.ChatCompletionsApi;
import dev.comporta.dialect.openai.ChatTranslation;
import dev.comporta.dialect.openai.EmbeddingsAnswer;
import dev.comporta.dialect.openai.EmbeddingsRequest;
import dev.comporta.dialect.openai.OpenAiApi;
import dev.comporta.dialect.openai.ResponsesAnswer;
import dev.comporta.dialect.openai.ResponsesApi;
import dev.comporta.dialect.openai.ResponsesForeign;
import dev.comporta.dialect.openai.ResponsesStream;
import dev.comporta.model.ResolvedTarget;
import dev.comporta.provider.Provider;
import dev.comporta.provider.ProviderConfig.StreamUsage;
import io.vertx.core.buffer.Buffer;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** How one call is told to one target: which API of the caller meets which of the provider. */
final class Translations {

    private static final CallerApi CHAT = new ChatCompletionsApi();
    private static final CallerApi RESPONSES = new ResponsesApi();
    private static final CallerApi MESSAGES = new MessagesApi();
    private static final CallerApi GENERATE_CONTENT = new GenerateContentApi();

    private static final ProviderApi OPENAI = new OpenAiApi();
    private static final ProviderApi ANTHROPIC = new AnthropicApi();
    private static final ProviderApi GEMINI = new GeminiApi();

    private final AdmittedCall admitted;
    private final Call call;
    private final ModelRequest request;
    private final ResolvedTarget target;
    private final Provider provider;
    private final @Nullable String secret;
    private final Dropped dropped;

    private Translations(
            AdmittedCall admitted, ResolvedTarget target, Provider provider, @Nullable Secret key, Dropped dropped) {
        this.admitted = admitted;
        call = admitted.call();
        request = admitted.request();
        this.target = target;
        this.provider = provider;
        secret = key == null || admitted.caller().providerKey() != null ? null : key.reveal();
        this.dropped = dropped;
    }

    /**
     * The translation of one attempt.
     *
     * @param key what is presented to the provider, or null
     * @param dropped takes what the provider cannot be told
     * @throws GatewayError {@link ErrorCode#UNSUPPORTED_DIALECT} if the provider has nothing like what is asked for
     */
    static Translation of(
            AdmittedCall admitted, ResolvedTarget target, Provider provider, @Nullable Secret key, Dropped dropped) {
        return new Translations(admitted, target, provider, key, dropped).translation();
    }

    private Translation translation() {
        return switch (call.apiType()) {
            case CHAT_COMPLETIONS -> provider.dialect() == Dialect.OPENAI ? chat() : translated(CHAT);
            case RESPONSES -> provider.hasResponses() ? responses() : translated(RESPONSES);
            case MESSAGES -> provider.dialect() == Dialect.ANTHROPIC ? messages() : translated(MESSAGES);
            case GENERATE_CONTENT -> provider.dialect() == Dialect.GEMINI ? gemini() : translated(GENERATE_CONTENT);
            case EMBEDDINGS -> call.dialect() == Dialect.GEMINI ? embedContent() : embeddings();
            case COMPLETIONS -> completions();
            case COUNT_TOKENS -> count();
            default -> throw unsupported();
        };
    }

    private Translation translated(CallerApi caller) {
        return new Translated(caller, api(), context(), traits(), dropped);
    }

    private ProviderApi api() {
        return switch (provider.dialect()) {
            case OPENAI -> OPENAI;
            case ANTHROPIC -> ANTHROPIC;
            case GEMINI -> GEMINI;
        };
    }

    private AnswerContext context() {
        return new AnswerContext(
                request,
                call.id().toString().replace("-", ""),
                call.receivedAt().getEpochSecond(),
                request.model());
    }

    private TargetTraits traits() {
        return new TargetTraits(
                target.target().model(),
                provider.quirks(),
                target.model() == null ? null : target.model().maxOutputTokens(),
                provider.streamUsage() == StreamUsage.REQUEST);
    }

    private Translation chat() {
        return new ChatTranslation(request, traits(), provider.streamUsage() == StreamUsage.ALWAYS, secret, dropped);
    }

    private Translation responses() {
        return new Passed(
                passed("/responses", ResponsesForeign::without),
                ResponsesAnswer::whole,
                () -> new ResponsesStream(secret),
                OPENAI,
                RESPONSES::error);
    }

    private Translation messages() {
        return new Passed(
                passed("/messages", ForeignThinking::without),
                AnthropicAnswer::whole,
                () -> new AnthropicStream(secret),
                ANTHROPIC,
                MESSAGES::error);
    }

    private Translation gemini() {
        return new Passed(
                new Outgoing(geminiPath(), Buffer.buffer(request.bytes())),
                GeminiAnswer::whole,
                () -> new GeminiStream(secret),
                GEMINI,
                GENERATE_CONTENT::error);
    }

    private Translation embeddings() {
        return switch (provider.dialect()) {
            case OPENAI ->
                new Passed(
                        new Outgoing("/embeddings", EmbeddingsRequest.body(request, traits(), dropped)),
                        EmbeddingsAnswer::whole,
                        this::noStream,
                        OPENAI,
                        CHAT::error);
            case GEMINI -> new EmbeddingsTranslation(request, traits(), dropped);
            case ANTHROPIC -> throw unsupported();
        };
    }

    private Translation embedContent() {
        return switch (provider.dialect()) {
            case GEMINI -> gemini();
            case OPENAI ->
                new EmbedContentTranslation(
                        request, call.endpoint().endsWith(":batchEmbedContents"), OPENAI, traits(), dropped);
            case ANTHROPIC -> throw unsupported();
        };
    }

    /** Counting is free, so there is no usage in the answer. */
    private Translation count() {
        Outgoing outgoing = call.dialect() == Dialect.GEMINI
                ? new Outgoing(geminiPath(), Buffer.buffer(request.bytes()))
                : passed("/messages/count_tokens", ForeignThinking::without);
        CallerApi caller = call.dialect() == Dialect.GEMINI ? GENERATE_CONTENT : MESSAGES;
        return new Passed(
                outgoing,
                body -> new Translation.Whole(Buffer.buffer(body), TokenUsage.NONE, null, () -> "", null),
                this::noStream,
                api(),
                caller::error);
    }

    private Translation completions() {
        if (provider.dialect() != Dialect.OPENAI) {
            throw unsupported();
        }
        return ChatTranslation.legacy(request, traits(), provider.streamUsage() == StreamUsage.ALWAYS, secret);
    }

    /** The same without what only another provider could take back. */
    private Outgoing passed(String path, BiFunction<ModelRequest, Buffer, Buffer> without) {
        Outgoing outgoing = passed(path);
        return new Outgoing(outgoing.path(), without.apply(request, outgoing.body()));
    }

    /** The caller's bytes with the model as the provider knows it. */
    private Outgoing passed(String path) {
        return new Outgoing(path, request.forwarded(target.target().model(), false, false));
    }

    private AnswerStream noStream() {
        throw new GatewayError(ErrorCode.PROVIDER_FAILED, "The provider answered with a stream that nobody asked for.");
    }

    /** With nothing of the caller's query, which may hold its key. */
    private String geminiPath() {
        return GeminiPath.of(call.endpoint(), call.query())
                .upstream(target.target().model());
    }

    private GatewayError unsupported() {
        return new GatewayError(
                ErrorCode.UNSUPPORTED_DIALECT,
                "The provider %s has nothing like %s."
                        .formatted(provider.name(), call.apiType().word()),
                "model");
    }
}
