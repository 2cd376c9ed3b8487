package dev.comporta.http;

import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import java.time.Duration;
import java.util.UUID;

/** Writes a refusal by the gateway in the caller's dialect. */
final class ErrorReply {

    private static final long LINGER_MILLIS = 10_000;

    /** What is read and dropped after a refusal, so that the connection can serve on. */
    private static final long WORTH_READING = 8 << 20;

    private ErrorReply() {}

    static void write(HttpServerRequest request, UUID id, GatewayError error) {
        write(request, id, error, ErrorBody.of(error, ErrorBody.dialectOf(request.path())));
    }

    /** @param body what says it in the caller's words */
    static void write(HttpServerRequest request, UUID id, GatewayError error, Buffer body) {
        HttpServerResponse response = request.response();
        if (response.ended() || response.closed()) {
            return;
        }
        response.setStatusCode(error.code().status())
                .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                .putHeader("x-gateway-request-id", id.toString())
                .putHeader("x-gateway-error-source", "gateway");
        if (error.code() == ErrorCode.OVERLOADED) {
            response.putHeader("retry-after", "1");
        }
        GatewayError.Retry retry = error.retry();
        if (retry != null) {
            response.putHeader("retry-after", Long.toString(wholeSeconds(retry.after())))
                    .putHeader("x-should-retry", Boolean.toString(retry.worthwhile()));
        }
        boolean tooMuch = error.code() == ErrorCode.REQUEST_TOO_LARGE
                || error.code() == ErrorCode.REQUEST_TIMEOUT
                || leavesMuchUnread(request);
        if (tooMuch && request.version() != HttpVersion.HTTP_2) {
            response.putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
            linger(request);
        } else if (!request.isEnded()) {
            request.handler(ignored -> {}).resume();
        }
        response.end(body);
    }

    /** Never so early that the wait was in vain. */
    private static long wholeSeconds(Duration time) {
        return Math.max(1, time.plusMillis(999).toSeconds());
    }

    private static boolean leavesMuchUnread(HttpServerRequest request) {
        return !request.isEnded() && RequestBody.declaredLength(request) > WORTH_READING;
    }

    /**
     * Closes the connection once the caller has sent the rest, or soon. Closed at once, with bytes unread, the
     * connection would be reset, and a caller that reads only after it has sent everything would never see the answer.
     */
    private static void linger(HttpServerRequest request) {
        HttpConnection connection = request.connection();
        if (request.isEnded()) {
            request.response().endHandler(sent -> connection.close());
            return;
        }
        Vertx vertx = Vertx.currentContext().owner();
        long timer = vertx.setTimer(LINGER_MILLIS, late -> connection.close());
        request.handler(ignored -> {})
                .exceptionHandler(broken -> {})
                .endHandler(end -> {
                    vertx.cancelTimer(timer);
                    connection.close();
                })
                .resume();
    }
}
