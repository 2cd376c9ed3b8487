package dev.comporta.http;

import dev.comporta.core.Dialect;
import dev.comporta.core.GatewayError;
import dev.comporta.dialect.anthropic.MessagesApi;
import dev.comporta.dialect.gemini.GenerateContentApi;
import dev.comporta.dialect.openai.OpenAiError;
import io.vertx.core.buffer.Buffer;

/** A refusal by the gateway in the words of the caller's dialect. */
final class ErrorBody {

    private ErrorBody() {}

    static Buffer of(GatewayError error, Dialect dialect) {
        return switch (dialect) {
            case OPENAI -> OpenAiError.body(error);
            case ANTHROPIC -> MessagesApi.errorBody(error);
            case GEMINI -> GenerateContentApi.errorBody(error);
        };
    }

    /** The dialect in which a path is spoken, known or not. */
    static Dialect dialectOf(String path) {
        if (path.startsWith("/v1/messages")) {
            return Dialect.ANTHROPIC;
        }
        return path.startsWith("/v1beta/") ? Dialect.GEMINI : Dialect.OPENAI;
    }
}
