package dev.comporta.http;

import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.pipeline.PassBody;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.streams.ReadStream;
import org.jspecify.annotations.Nullable;

/**
 * A form whose model decides where it goes: held until the model is there, within the bounds of a body that is read
 * into memory, and from then on a stream. What streams is looked at too, so that no second model slips by.
 */
final class PassThroughForm implements ReadStream<Buffer> {

    private final HttpServerRequest request;
    private final BodyBudget budget;
    private final BodyWatch watch;
    private final PassThroughMultipart parts;
    private final Buffer held = Buffer.buffer();
    private final Promise<PassBody> known = Promise.promise();
    private @Nullable Handler<Throwable> exceptionHandler;

    /** @throws GatewayError {@link ErrorCode#INVALID_REQUEST} if the content type is not that of a form */
    PassThroughForm(HttpServerRequest request, String contentType, BodyBudget budget) {
        this.request = request;
        this.budget = budget;
        watch = new BodyWatch(budget.patience(), known::tryFail);
        parts = new PassThroughMultipart(contentType);
    }

    /**
     * Reads as far as the model; to the end of the form if it has none.
     *
     * @return fails as {@link RequestBody#read()} does, and with {@link ErrorCode#INVALID_REQUEST} if this is no form
     */
    Future<PassBody> read() {
        RequestBody.letCome(request);
        request.handler(this::hold).exceptionHandler(known::tryFail).endHandler(end -> ended());
        watch.begin();
        request.resume();
        return known.future().onComplete(over -> watch.end());
    }

    private void ended() {
        if (known.future().isComplete()) {
            return;
        }
        try {
            parts.end();
            known.tryComplete(body(null, held.length()));
        } catch (GatewayError refusal) {
            known.tryFail(refusal);
        }
    }

    /** What was held is not needed any more. */
    void release() {
        budget.giveBack(held.length());
    }

    private void hold(Buffer chunk) {
        if (known.future().isComplete()) {
            return;
        }
        watch.moved();
        try {
            if (held.length() + chunk.length() > budget.mostOfOne()) {
                throw new GatewayError(
                        ErrorCode.REQUEST_TOO_LARGE,
                        "The form's model does not stand within its first %d bytes: put it in front of the file."
                                .formatted(budget.mostOfOne()));
            }
            budget.take(chunk.length());
            held.appendBuffer(chunk);
            parts.feed(chunk);
        } catch (GatewayError refusal) {
            known.tryFail(refusal);
            return;
        }
        if (parts.model() != null) {
            request.pause();
            known.tryComplete(body(this, RequestBody.declaredLength(request)));
        }
    }

    private PassBody body(@Nullable ReadStream<Buffer> rest, long length) {
        String model = parts.model();
        return PassBody.form(
                held,
                rest,
                length,
                model == null ? null : new PassBody.NamedModel(model, (int) parts.modelFrom(), (int) parts.modelTo()));
    }

    @Override
    public PassThroughForm handler(@Nullable Handler<Buffer> handler) {
        request.handler(
                handler == null
                        ? null
                        : chunk -> {
                            if (isSound(() -> parts.feed(chunk))) {
                                handler.handle(chunk);
                            }
                        });
        return this;
    }

    @Override
    public PassThroughForm endHandler(@Nullable Handler<Void> handler) {
        request.endHandler(
                handler == null
                        ? null
                        : end -> {
                            if (isSound(parts::end)) {
                                handler.handle(end);
                            }
                        });
        return this;
    }

    /** What is not goes no further, and the provider never gets the end of it. */
    private boolean isSound(Runnable step) {
        try {
            step.run();
            return true;
        } catch (GatewayError refusal) {
            if (exceptionHandler != null) {
                exceptionHandler.handle(refusal);
            }
            return false;
        }
    }

    @Override
    public PassThroughForm exceptionHandler(@Nullable Handler<Throwable> handler) {
        exceptionHandler = handler;
        request.exceptionHandler(handler);
        return this;
    }

    @Override
    public PassThroughForm pause() {
        request.pause();
        return this;
    }

    @Override
    public PassThroughForm resume() {
        request.resume();
        return this;
    }

    @Override
    public PassThroughForm fetch(long amount) {
        request.fetch(amount);
        return this;
    }
}
