package dev.comporta.pipeline;

import dev.comporta.core.Call;
import dev.comporta.core.Dialect;
import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.core.Reply;
import dev.comporta.core.TokenUsage;
import dev.comporta.core.UsageSource;
import dev.comporta.dialect.ModelRequest;
import dev.comporta.dialect.Outgoing;
import dev.comporta.dialect.ProviderError;
import dev.comporta.dialect.Translation;
import dev.comporta.model.Cost;
import dev.comporta.pipeline.CallAccount.Used;
import dev.comporta.provider.Provider.HangUp;
import dev.comporta.provider.Upstream;
import dev.comporta.usage.Outcome;
import dev.comporta.usage.Recording;
import dev.comporta.usage.Tokenizer;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * One call and one provider: the request goes out, the answer comes back whole or as a stream, and the end is accounted
 * for exactly once, whether the provider finishes, fails or stalls, or the caller hangs up.
 *
 * <p>Lives on the call's event loop.
 */
final class ModelExchange {

    private static final Logger LOG = Logger.getLogger(ModelExchange.class);
    private static final String BROKEN = "The gateway failed; its log has the reason.";
    private static final int OK = 200;
    private static final int MAX_ANSWER_BYTES = 64 << 20;

    private final Route route;
    private final Translation translation;
    private final Vertx vertx = Vertx.currentContext().owner();
    private final long pingMillis;
    private final Outgoing outgoing;
    private final Call call;
    private final ModelRequest request;
    private final Tokenizer tokenizer;
    private final BackgroundResponses background;
    private final AnswerObjects objects;
    private final Recording recording;
    private final CallAccount account;
    private final ReplyHeaders headers;
    private final Promise<Reply> reply = Promise.promise();

    private Upstream.@Nullable Exchange exchange;
    private @Nullable StreamReply stream;
    private boolean callerGone;
    /** Whether the end is decided; whoever sets this records it. */
    private boolean over;

    ModelExchange(
            Route route,
            Outgoing outgoing,
            Recording recording,
            CallAccount account,
            AnswerObjects objects,
            Tokenizer tokenizer,
            BackgroundResponses background,
            GatewayConfig config) {
        this.route = route;
        this.outgoing = outgoing;
        this.recording = recording;
        this.account = account;
        this.objects = objects;
        this.tokenizer = tokenizer;
        this.background = background;
        translation = route.translation();
        call = route.admitted().call();
        request = route.admitted().request();
        headers = new ReplyHeaders(route, config.compatibilityHeaders());
        pingMillis = config.streamPingInterval().toMillis();
    }

    /** Sends the request; completes with the answer, for a stream once its first event is there. */
    Future<Reply> send() {
        Future<Void> noted = account.begin();
        if (noted.isComplete()) {
            transmit();
        } else {
            noted.onSuccess(safe -> transmit()).onFailure(this::broken);
        }
        return reply.future();
    }

    private void transmit() {
        guarded(this::sendUpstream);
    }

    /** A call that has started must end in its record, whatever happens. */
    private void guarded(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException e) {
            broken(e);
        }
    }

    private void sendUpstream() {
        if (call.gone().isComplete()) {
            // It left while its budget was asked, or its start was written.
            callerGone();
            return;
        }
        account.sent();
        Upstream.Exchange sent = route.provider().upstream().send(ProviderRequest.of(route, outgoing));
        exchange = sent;
        call.gone().onComplete(gone -> callerGone());
        sent.answer().onComplete(answer -> {
            if (over) {
                sent.reset();
            } else if (answer.succeeded()) {
                guarded(() -> answered(answer.result()));
            } else {
                fail(unreached(answer.cause()));
            }
        });
    }

    private void answered(Upstream.Answer answer) {
        account.answered();
        String contentType = answer.headers().get(HttpHeaders.CONTENT_TYPE);
        if (isSuccess(answer) && contentType != null && contentType.startsWith("text/event-stream")) {
            stream(answer);
        } else {
            collect(answer);
        }
    }

    private static boolean isSuccess(Upstream.Answer answer) {
        return answer.status() >= 200 && answer.status() < 300;
    }

    private void collect(Upstream.Answer answer) {
        BoundedBody.collect(answer.body(), MAX_ANSWER_BYTES).onComplete(body -> {
            account.answered();
            if (over) {
                return;
            }
            if (body.succeeded()) {
                guarded(() -> collected(answer, body.result()));
            } else if (body.cause() instanceof BoundedBody.TooLong) {
                fail(new GatewayError(ErrorCode.PROVIDER_FAILED, "The provider's answer is longer than 64 MiB."));
            } else {
                fail(unreached(body.cause()));
            }
        });
    }

    private void collected(Upstream.Answer answer, Buffer body) {
        if (!isSuccess(answer)) {
            providerError(
                    ErrorAnswer.of(answer.status(), body, translation, call.dialect(), route.key(), ownKey()),
                    answer,
                    null);
            return;
        }
        byte[] bytes = body.getBytes();
        Translation.Whole whole = translation.whole(bytes);
        if (whole == null) {
            fail(new GatewayError(ErrorCode.PROVIDER_FAILED, "The provider's answer is not what its API says."));
        } else if (whole.error() != null) {
            providerError(ErrorAnswer.of(whole.error(), translation, route.key(), ownKey()), answer, whole.usage());
        } else {
            over = true;
            recording.firstToken();
            objects.whole(bytes);
            if (BackgroundResponse.isAskedFor(route) && whole.usage() == null && BackgroundResponse.isUnderWay(bytes)) {
                // Whoever has the answer may delete the response at once.
                endLater(String.valueOf(whole.objectId()), Outcome.Status.SUCCESS);
                reply.tryComplete(Reply.whole(answer.status(), wholeHeaders(answer, null), whole.body()));
                return;
            }
            used(
                            whole.usage(),
                            () -> tokenizer.count(
                                    bytes, answered -> whole.text().get()))
                    .compose(used -> account.ended(Outcome.Status.SUCCESS, answer.status(), used)
                            .map(cost -> Reply.whole(answer.status(), wholeHeaders(answer, cost), whole.body())
                                    .with(account.receipt(used, cost))))
                    .onSuccess(reply::tryComplete)
                    .onFailure(reply::tryFail);
        }
    }

    /** Nobody waits for the end of a background response, but it is recorded when it comes. */
    private void endLater(String id, Outcome.Status how) {
        objects.announceAll();
        background
                .usage(vertx, route, id)
                .compose(told -> told.isPresent()
                        ? account.ended(how, OK, new Used(told.get(), UsageSource.EXACT))
                        : used(null, this::streamedTokens).compose(used -> account.endedUnknown(how, OK, used)));
    }

    private MultiMap wholeHeaders(Upstream.Answer answer, @Nullable Cost cost) {
        if (!request.stream()) {
            return headers.ofWhole(answer, account.overheadNanos(), cost);
        }
        // The provider did not stream, but the caller asked for one.
        return headers.of(answer, account.overheadNanos()).set(HttpHeaders.CONTENT_TYPE, ReplyHeaders.EVENT_STREAM);
    }

    private void stream(Upstream.Answer answer) {
        StreamReply streamed = new StreamReply(
                answer.body(),
                translation.stream(),
                objects,
                tokenizer,
                recording,
                this::streamEnded,
                error -> ErrorAnswer.safe(error, route.key(), ownKey()));
        stream = streamed;
        if (callerGone) {
            streamed.discard(route.provider().hangUp().bytes(), this::cutOff);
        } else if (call.dialect() != Dialect.GEMINI) {
            // Google's SDKs take every line for data.
            streamed.keepAlive(vertx, pingMillis);
        }
        streamed.begin().onComplete(begun -> {
            account.answered();
            if (!over) {
                guarded(() -> begun(streamed, answer, begun.cause()));
            }
        });
    }

    private void begun(StreamReply streamed, Upstream.Answer answer, @Nullable Throwable cause) {
        ProviderError error = streamed.firstError();
        if (cause != null) {
            fail(unreached(cause));
        } else if (error != null) {
            reset();
            providerError(ErrorAnswer.of(error, translation, route.key(), ownKey()), answer, streamed.usage());
        } else {
            reply.tryComplete(Reply.streamed(answer.status(), headers.of(answer, account.overheadNanos()), streamed));
        }
    }

    /** The provider's part of a stream is over; the caller's last bytes wait until this has been recorded. */
    private Future<TokenUsage> streamEnded(StreamReply streamed) {
        if (over) {
            return Future.succeededFuture(TokenUsage.NONE);
        }
        over = true;
        boolean whole = streamed.isWhole();
        if (!whole) {
            reset();
        }
        Outcome.Status how = whole && !streamed.hasFailed() ? Outcome.Status.SUCCESS : Outcome.Status.ERROR;
        String id = streamed.objectId();
        if (streamed.usage() == null && id != null && BackgroundResponse.isAskedFor(route)) {
            endLater(id, how);
            return Future.succeededFuture(TokenUsage.NONE);
        }
        return used(streamed.usage(), streamed::outputTokens)
                .compose(used -> account.ended(how, OK, used).map(cost -> used.tokens()));
    }

    /**
     * Nobody waits for the answer any more. Where that stops the bill the provider is cut off; where it does not, it is
     * heard out for a while, so that what it bills is known.
     */
    private void callerGone() {
        if (over) {
            return;
        }
        callerGone = true;
        account.callerGone();
        reply.tryFail(new GatewayError(ErrorCode.INTERNAL, "The caller has gone."));
        HangUp policy = route.provider().hangUp();
        if (policy.drains() && exchange != null && exchange.wasSent()) {
            account.draining();
            if (stream != null) {
                stream.discard(policy.bytes(), this::cutOff);
            }
            vertx.setTimer(policy.timeout().toMillis(), timer -> cutOff());
        } else {
            cutOff();
        }
    }

    private void cutOff() {
        if (over) {
            return;
        }
        over = true;
        reset();
        String id = stream == null ? null : stream.objectId();
        if (id != null && stream.usage() == null && BackgroundResponse.isAskedFor(route)) {
            endLater(id, Outcome.Status.SUCCESS);
            return;
        }
        used(stream == null ? null : stream.usage(), this::streamedTokens)
                .compose(used -> account.ended(Outcome.Status.SUCCESS, OK, used));
    }

    private GatewayError unreached(Throwable cause) {
        return Unreached.because(cause, route.provider().name());
    }

    /** The gateway itself fails. */
    private void broken(Throwable cause) {
        LOG.error("A call failed for a reason that is the gateway's own", cause);
        fail(new GatewayError(ErrorCode.INTERNAL, BROKEN));
    }

    /** The call fails before its answer has begun. */
    private void fail(GatewayError error) {
        if (over) {
            return;
        }
        over = true;
        reset();
        used(null, this::streamedTokens)
                .compose(used -> account.ended(error, used))
                .onComplete(recorded -> reply.tryFail(error));
    }

    /** @param told what the provider says was used in spite of it, or null */
    private void providerError(ErrorAnswer error, Upstream.Answer answer, @Nullable TokenUsage told) {
        over = true;
        account.ended(new Outcome(
                        Outcome.Status.ERROR,
                        error.status(),
                        told == null ? TokenUsage.NONE : told,
                        UsageSource.EXACT,
                        error.code(),
                        error.message()))
                .onComplete(recorded -> answer(() -> Reply.whole(
                        error.status(), headers.ofError(answer, account.overheadNanos(), error), error.body())));
    }

    /** The caller gets an answer, whatever happens while it is written. */
    private void answer(Supplier<Reply> written) {
        try {
            reply.tryComplete(written.get());
        } catch (RuntimeException e) {
            LOG.error("An answer could not be written", e);
            reply.tryFail(new GatewayError(ErrorCode.INTERNAL, BROKEN));
        }
    }

    private Future<Used> used(@Nullable TokenUsage told, Supplier<Future<Long>> output) {
        return account.used(told, exchange != null && exchange.wasSent(), output);
    }

    private Future<Long> streamedTokens() {
        return stream == null ? Future.succeededFuture(0L) : stream.outputTokens();
    }

    private void reset() {
        if (exchange != null) {
            exchange.reset();
        }
    }

    private boolean ownKey() {
        return route.admitted().caller().providerKey() != null;
    }
}
