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
    private final BodyBudget budget;
    private final BodyWatch watch;
    private final Promise<Buffer> whole = Promise.promise();
    private long taken;

    RequestBody(HttpServerRequest request, BodyBudget budget) {
        this.request = request;
        this.budget = budget;
        watch = new BodyWatch(budget.patience(), whole::tryFail);
    }

    /**
     * The whole body; fails as soon as it is known to be too long ({@link ErrorCode#REQUEST_TOO_LARGE}), to find no
     * room ({@link ErrorCode#OVERLOADED}) or to have stopped coming ({@link ErrorCode#REQUEST_TIMEOUT}).
     */
    Future<Buffer> read() {
        long declared = declaredLength(request);
        if (declared > budget.mostOfOne()) {
            return Future.failedFuture(tooLarge());
        }
        letCome(request);
        Buffer body = Buffer.buffer((int) Math.min(Math.max(declared, 0), FIRST_ALLOCATION));
        request.handler(chunk -> append(body, chunk))
                .exceptionHandler(whole::tryFail)
                .endHandler(end -> whole.tryComplete(body));
        watch.begin();
        request.resume();
        return whole.future().onComplete(over -> watch.end());
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
        watch.moved();
        try {
            if (body.length() + chunk.length() > budget.mostOfOne()) {
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
                ErrorCode.REQUEST_TOO_LARGE, "The request body is larger than %d bytes.".formatted(budget.mostOfOne()));
    }
}
