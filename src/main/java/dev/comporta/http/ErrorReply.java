package dev.comporta.http;

import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.dialect.openai.OpenAiError;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import java.util.UUID;

/** Writes a refusal by the gateway in the caller's dialect. */
final class ErrorReply {

    private ErrorReply() {}

    static void write(HttpServerRequest request, UUID id, GatewayError error) {
        HttpServerResponse response = request.response();
        if (response.ended() || response.closed()) {
            return;
        }
        response.setStatusCode(error.code().status())
                .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                .putHeader("x-gateway-request-id", id.toString())
                .putHeader("x-gateway-error-source", "gateway");
        if (error.code() == ErrorCode.REQUEST_TOO_LARGE && request.version() != HttpVersion.HTTP_2) {
            // The rest of the body is not read, so the connection cannot serve another request.
            response.putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
            response.end(OpenAiError.body(error))
                    .onComplete(sent -> request.connection().close());
            return;
        }
        if (!request.isEnded()) {
            request.handler(ignored -> {}).resume();
        }
        response.end(OpenAiError.body(error));
    }
}
