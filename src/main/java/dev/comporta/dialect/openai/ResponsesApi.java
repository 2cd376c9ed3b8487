package dev.comporta.dialect.openai;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.dialect.CallerApi;
import dev.comporta.dialect.Dropped;
import dev.comporta.dialect.ModelRequest;
import dev.comporta.dialect.ProviderError;
import io.vertx.core.buffer.Buffer;

/**
 * OpenAI's Responses API for providers that do not have it. They keep nothing, so a conversation is in its request as a
 * whole, and only functions are tools. Stateless.
 *
 * @see <a href="https://platform.openai.com/docs/api-reference/responses">Responses</a>
 */
public final class ResponsesApi implements CallerApi {

    @Override
    public ObjectNode chat(ModelRequest request, Dropped dropped) {
        return ResponsesRequest.chat(request.tree(), dropped);
    }

    @Override
    public BodyWriter body(AnswerContext context) {
        return new ResponsesBody(context);
    }

    @Override
    public EventWriter events(AnswerContext context) {
        return new ResponsesEvents(context);
    }

    @Override
    public Buffer error(ProviderError error) {
        return OpenAiError.body(error);
    }
}
