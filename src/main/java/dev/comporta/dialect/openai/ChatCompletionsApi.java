package dev.comporta.dialect.openai;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.dialect.CallerApi;
import dev.comporta.dialect.Dropped;
import dev.comporta.dialect.ModelRequest;
import dev.comporta.dialect.ProviderError;
import io.vertx.core.buffer.Buffer;

/**
 * OpenAI's chat completions, as callers speak them: the common form itself. Thread-safe.
 *
 * @see <a href="https://platform.openai.com/docs/api-reference/chat">Chat completions</a>
 */
public final class ChatCompletionsApi implements CallerApi {

    @Override
    public ObjectNode chat(ModelRequest request, Dropped dropped) {
        return request.tree();
    }

    @Override
    public BodyWriter body(AnswerContext context) {
        return new ChatBodyWriter(context);
    }

    @Override
    public EventWriter events(AnswerContext context) {
        return new ChatEventWriter(context);
    }

    @Override
    public Buffer error(ProviderError error) {
        return OpenAiError.body(error);
    }
}
