package dev.comporta.dialect.gemini;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.core.GatewayError;
import dev.comporta.dialect.CallerApi;
import dev.comporta.dialect.Dropped;
import dev.comporta.dialect.ModelRequest;
import dev.comporta.dialect.ProviderError;
import io.vertx.core.buffer.Buffer;

/**
 * Google's {@code generateContent} and {@code streamGenerateContent?alt=sse}, as callers speak them. Model and manner
 * are in the path, which is none of this class's concern. Thread-safe.
 *
 * @see <a href="https://ai.google.dev/api/generate-content">Google's description</a>
 */
public final class GenerateContentApi implements CallerApi {

    @Override
    public ObjectNode chat(ModelRequest request, Dropped dropped) {
        return new ChatReader(request.tree(), dropped).read();
    }

    @Override
    public BodyWriter body(AnswerContext context) {
        return new GenerateContentBody(context);
    }

    @Override
    public EventWriter events(AnswerContext context) {
        return new GenerateContentEvents(context);
    }

    @Override
    public Buffer error(ProviderError error) {
        return GoogleError.body(error);
    }

    /** The body of a refusal by the gateway, in Google's shape. */
    public static Buffer errorBody(GatewayError error) {
        return GoogleError.body(error);
    }
}
