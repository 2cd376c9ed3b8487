package dev.comporta.http;

import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;

/** Reads request bodies into memory: each within a bound, all together within another. */
final class RequestBody {

    private static final int FIRST_ALLOCATION = 64 << 10;

    private final HttpServerRequest request;
    private final long maxBytes;
    private final BodyBudget budget;
    private final Promise<Buffer> whole = Promise.promise();
    private long taken;

    RequestBody(HttpServerRequest request, long maxBytes, BodyBudget budget) {
        this.request = request;
        this.maxBytes = maxBytes;
        this.budget = budget;
    }

    /**
     * The whole body; fails as soon as it is known to be too long ({@link ErrorCode#REQUEST_TOO_LARGE}) or to find no
     * room ({@link ErrorCode#OVERLOADED}).
     */
    Future<Buffer> read() {
        long declared = declaredLength(request);
        if (declared > maxBytes) {
            return Future.failedFuture(tooLarge());
        }
        letCome(request);
        Buffer body = Buffer.buffer((int) Math.min(Math.max(declared, 0), FIRST_ALLOCATION));
        request.handler(chunk -> append(body, chunk))
                .exceptionHandler(whole::tryFail)
                .endHandler(end -> whole.tryComplete(body));
        request.resume();
        return whole.future();
    }

    /** The body is not needed any more. */
    void release() {
        budget.giveBack(taken);
        taken = 0;
    }

    private void append(Buffer body, Buffer chunk) {
        if (whole.future().isComplete()) {
            return;
        }
        try {
            if (body.length() + chunk.length() > maxBytes) {
                throw tooLarge();
            }
            budget.take(chunk.length());
            taken += chunk.length();
            body.appendBuffer(chunk);
        } catch (GatewayError refusal) {
            whole.tryFail(refusal);
        }
    }

    /** Tells a caller who asks first that the body is welcome. */
    static void letCome(HttpServerRequest request) {
        if ("100-continue".equalsIgnoreCase(request.getHeader(HttpHeaders.EXPECT))) {
            request.response().writeContinue();
        }
    }

    /** The length of the body as its caller says, or -1. */
    static long declaredLength(HttpServerRequest request) {
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        try {
            return length == null ? -1 : Long.parseLong(length);
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    private GatewayError tooLarge() {
        return new GatewayError(
                ErrorCode.REQUEST_TOO_LARGE, "The request body is larger than %d bytes.".formatted(maxBytes));
    }
}
