package dev.comporta.http;

import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;

/** Reads a request body into memory, within a bound. */
final class RequestBody {

    private static final int FIRST_ALLOCATION = 64 << 10;

    private RequestBody() {}

    /** The whole body; fails with {@link ErrorCode#REQUEST_TOO_LARGE} as soon as it is known to be too long. */
    static Future<Buffer> read(HttpServerRequest request, long maxBytes) {
        long declared = declaredLength(request);
        if (declared > maxBytes) {
            return Future.failedFuture(tooLarge(maxBytes));
        }
        if ("100-continue".equalsIgnoreCase(request.getHeader(HttpHeaders.EXPECT))) {
            request.response().writeContinue();
        }
        Promise<Buffer> whole = Promise.promise();
        Buffer body = Buffer.buffer((int) Math.min(Math.max(declared, 0), FIRST_ALLOCATION));
        request.handler(chunk -> {
                    if (body.length() + chunk.length() <= maxBytes) {
                        body.appendBuffer(chunk);
                    } else {
                        whole.tryFail(tooLarge(maxBytes));
                    }
                })
                .exceptionHandler(whole::tryFail)
                .endHandler(end -> whole.tryComplete(body));
        request.resume();
        return whole.future();
    }

    private static long declaredLength(HttpServerRequest request) {
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        try {
            return length == null ? -1 : Long.parseLong(length);
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    private static GatewayError tooLarge(long maxBytes) {
        return new GatewayError(
                ErrorCode.REQUEST_TOO_LARGE, "The request body is larger than %d bytes.".formatted(maxBytes));
    }
}
