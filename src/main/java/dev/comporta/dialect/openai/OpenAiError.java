package dev.comporta.dialect.openai;

import dev.comporta.core.GatewayError;
import dev.comporta.dialect.ProviderError;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;

/**
 * Errors as OpenAI writes them: {@code {"error":{"message","type","param","code"}}}, all four keys always present.
 *
 * @see <a href="https://platform.openai.com/docs/guides/error-codes">Error codes</a>
 */
public final class OpenAiError {

    private OpenAiError() {}

    /** The body of a refusal by the gateway. */
    public static Buffer body(GatewayError error) {
        return body(
                error.getMessage(),
                error.code().type(),
                error.param(),
                error.code().code());
    }

    /** The body of an error of a provider. */
    public static Buffer body(ProviderError error) {
        return body(error.message(), error.type(), error.param(), error.code());
    }

    public static Buffer body(String message, String type, @Nullable String param, @Nullable String code) {
        return new JsonObject()
                .put(
                        "error",
                        new JsonObject()
                                .put("message", message)
                                .put("type", type)
                                .put("param", param)
                                .put("code", code))
                .toBuffer();
    }

    /** The end of a stream that failed after it began: the error, then {@code [DONE]}; SDKs raise on it. */
    public static Buffer terminalEvents(String message, @Nullable String code) {
        return terminalEvents(body(message, "server_error", null, code));
    }

    /** The end of a stream that a provider broke off. */
    public static Buffer terminalEvents(ProviderError error) {
        return terminalEvents(body(error));
    }

    private static Buffer terminalEvents(Buffer body) {
        return Buffer.buffer("data: ").appendBuffer(body).appendString("\n\ndata: [DONE]\n\n");
    }
}
