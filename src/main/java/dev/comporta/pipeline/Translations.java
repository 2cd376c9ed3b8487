package dev.comporta.pipeline;

import dev.comporta.core.ApiType;
import dev.comporta.core.Call;
import dev.comporta.core.Dialect;
import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.core.Secret;
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
import dev.comporta.model.ResolvedTarget;
import dev.comporta.provider.Provider;
import dev.comporta.provider.ProviderConfig.StreamUsage;
import io.vertx.core.buffer.Buffer;
import jakarta.enterprise.context.ApplicationScoped;
import org.jspecify.annotations.Nullable;

/** Knows for each API of a caller and each provider how the one is told to the other. Thread-safe. */
@ApplicationScoped
public class Translations {
}
