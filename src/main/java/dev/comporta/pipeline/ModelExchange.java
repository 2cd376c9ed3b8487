package dev.comporta.pipeline;

import dev.comporta.core.ApiType;
import dev.comporta.core.Call;
import dev.comporta.core.CreatedObject;
import dev.comporta.core.Dialect;
import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.core.ObjectKind;
import dev.comporta.core.Receipt;
import dev.comporta.core.Reply;
import dev.comporta.core.TokenUsage;
import dev.comporta.core.UsageSource;
import dev.comporta.dialect.ModelRequest;
import dev.comporta.dialect.Outgoing;
import dev.comporta.dialect.PromptText;
import dev.comporta.dialect.ProviderError;
import dev.comporta.dialect.Translation;
import dev.comporta.model.Cost;
import dev.comporta.ownership.ObjectOwners;
import dev.comporta.provider.Provider.HangUp;
import dev.comporta.provider.Upstream;
import dev.comporta.usage.Outcome;
import dev.comporta.usage.Recording;
import dev.comporta.usage.Tokenizer;
import dev.comporta.usage.UsageRecorder;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import java.util.List;
import java.util.concurrent.TimeoutException;
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
    private static final int MAX_ANSWER_BYTES = 64 << 20;
    /** A rough measure, used only for calls that the death of the process cuts off. */
    private static final int BYTES_PER_TOKEN = 4;

    private final Route route;
    private final Translation translation;
    private final Vertx vertx = Vertx.currentContext().owner();
    private final long pingMillis;
    private final Outgoing outgoing;
    private final Call call;
    private final ModelRequest request;
    private final Tokenizer tokenizer;
    private final ObjectOwners owners;
    private final CallMetrics metrics;
    private final Recording recording;
    private final ReplyHeaders headers;
    private final Promise<Reply> reply = Promise.promise();

    private Upstream.@Nullable Exchange exchange;
    private @Nullable StreamReply stream;
    private long sentNanos;
    private long upstreamNanos;
    private long overheadNanos = -1;
    private boolean callerGone;
    private long drainTimer = -1;
    /** Whether the end is decided; whoever sets this records it. */
    private boolean over;

    ModelExchange(
            Route route,
            Outgoing outgoing,
            UsageRecorder usage,
            Tokenizer tokenizer,
            ObjectOwners owners,
            CallMetrics metrics,
            GatewayConfig config) {
        this.route = route;
        this.outgoing = outgoing;
        translation = route.translation();
        pingMillis = config.streamPingInterval().toMillis();
        this.tokenizer = tokenizer;
        this.owners = owners;
        this.metrics = metrics;
        AdmittedCall admitted = route.admitted();
        call = admitted.call();
        request = admitted.request();
        headers = new ReplyHeaders(route, config.compatibilityHeaders());
        recording = usage.record(
                call,
                admitted.caller(),
                admitted.attribution(),
                admitted.direct(),
                request.stream(),
                request.model(),
                route.target(),
                route.model());
    }

    /** Sends the request; completes with the answer, for a stream once its first event is there. */
    Future<Reply> send() {
        Future<Void> noted = recording.started(request.bytes().length / BYTES_PER_TOKEN);
        metrics.begun();
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
        sentNanos = System.nanoTime();
        Upstream.Exchange sent = route.provider()
                .upstream()
                .send(new Upstream.Request(path(), callHeaders(), route.key(), ownKey(), outgoing.body()));
        exchange = sent;
        call.gone().onComplete(gone -> callerGone());
        sent.answer().onComplete(answer -> {
            if (over) {
                sent.reset();
            } else if (answer.succeeded()) {
                guarded(() -> answered(answer.result()));
            } else {
                unreachable(answer.cause());
            }
        });
    }

    /** A query is for whom the path is for; Gemini's may hold the caller's key. */
    private String path() {
        boolean passes = translation.isPassing() && call.query() != null && call.dialect() != Dialect.GEMINI;
        return passes ? outgoing.path() + "?" + call.query() : outgoing.path();
    }

    /** Of a translated request nothing else would make sense to the provider. */
    private MultiMap callHeaders() {
        if (translation.isPassing()) {
            return call.headers();
        }
        MultiMap headers = HttpHeaders.headers().set(HttpHeaders.CONTENT_TYPE, "application/json");
        String agent = call.headers().get(HttpHeaders.USER_AGENT);
        return agent == null ? headers : headers.set(HttpHeaders.USER_AGENT, agent);
    }

    private void answered(Upstream.Answer answer) {
        upstreamNanos = System.nanoTime() - sentNanos;
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
            upstreamNanos = System.nanoTime() - sentNanos;
            if (over) {
                return;
            }
            if (body.succeeded()) {
                guarded(() -> collected(answer, body.result()));
            } else if (body.cause() instanceof BoundedBody.TooLong) {
                fail(ErrorCode.PROVIDER_FAILED, "The provider's answer is longer than 64 MiB.");
            } else {
                unreachable(body.cause());
            }
        });
    }

    private void collected(Upstream.Answer answer, Buffer body) {
        if (!isSuccess(answer)) {
            providerError(ErrorAnswer.of(answer.status(), body, translation, route.key(), ownKey()), answer);
            return;
        }
        Translation.Whole whole = translation.whole(body.getBytes());
        if (whole == null) {
            fail(ErrorCode.PROVIDER_FAILED, "The provider's answer is not what its API says.");
        } else if (whole.error() != null) {
            providerError(ErrorAnswer.of(whole.error(), translation, route.key(), ownKey()), answer);
        } else {
            over = true;
            recording.firstToken();
            Supplier<Future<Long>> counted = () ->
                    tokenizer.count(body.getBytes(), answered -> whole.text().get());
            used(whole.usage(), counted)
                    .compose(used -> ended(Outcome.success(answer.status(), used.tokens, used.source)
                                    .with(created(whole.objectId())))
                            .map(cost -> Reply.whole(answer.status(), wholeHeaders(answer, cost), whole.body())
                                    .with(receipt(used, cost))))
                    .onSuccess(reply::tryComplete)
                    .onFailure(reply::tryFail);
        }
    }

    private MultiMap wholeHeaders(Upstream.Answer answer, @Nullable Cost cost) {
        if (!request.stream()) {
            return headers.ofWhole(answer, overheadNanos(), cost);
        }
        // The provider did not stream, but the caller asked for one.
        return headers.of(answer, overheadNanos()).set(HttpHeaders.CONTENT_TYPE, ReplyHeaders.EVENT_STREAM);
    }

    private Receipt receipt(Used used, @Nullable Cost cost) {
        return new Receipt(
                route.target().provider(),
                route.target().model(),
                used.tokens,
                used.source,
                cost == null ? null : cost.usd(),
                cost == null ? null : cost.eur(),
                cost == null ? null : cost.brl());
    }

    private void stream(Upstream.Answer answer) {
        StreamReply streamed = new StreamReply(
                answer.body(),
                translation.stream(),
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
            upstreamNanos = System.nanoTime() - sentNanos;
            ProviderError error = streamed.firstError();
            if (over) {
                return;
            }
            if (begun.failed()) {
                unreachable(begun.cause());
            } else if (error != null) {
                reset();
                providerError(ErrorAnswer.of(error, translation, route.key(), ownKey()), answer);
            } else {
                reply.tryComplete(Reply.streamed(answer.status(), headers.of(answer, overheadNanos()), streamed));
            }
        });
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
        return used(streamed.usage(), streamed::outputTokens)
                .compose(used -> ended((whole && !streamed.hasFailed()
                                        ? Outcome.success(200, used.tokens, used.source)
                                        : new Outcome(
                                                Outcome.Status.ERROR,
                                                200,
                                                used.tokens,
                                                used.source,
                                                ErrorCode.PROVIDER_FAILED.code(),
                                                "The provider's stream broke off."))
                                .with(created(streamed.objectId())))
                        .map(cost -> used.tokens));
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
        reply.tryFail(new GatewayError(ErrorCode.INTERNAL, "The caller has gone."));
        HangUp policy = route.provider().hangUp();
        if (policy.drains() && exchange != null && exchange.wasSent()) {
            if (stream != null) {
                stream.discard(policy.bytes(), this::cutOff);
            }
            drainTimer = vertx.setTimer(policy.timeout().toMillis(), timer -> cutOff());
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
        used(stream == null ? null : stream.usage(), this::streamedTokens)
                .compose(used -> ended(Outcome.success(200, used.tokens, used.source)
                        .with(created(stream == null ? null : stream.objectId()))));
    }

    /** What the provider keeps of the answer, from now on the caller's. */
    private List<CreatedObject> created(@Nullable String objectId) {
        if (objectId == null || ownKey()) {
            return List.of();
        }
        ObjectKind kind = call.apiType() == ApiType.RESPONSES ? ObjectKind.RESPONSE : ObjectKind.CHAT_COMPLETION;
        List<CreatedObject> created = List.of(new CreatedObject(providerName(), kind, objectId));
        owners.remember(created, route.admitted().caller().clientId());
        return created;
    }

    private void unreachable(Throwable cause) {
        if (cause instanceof TimeoutException) {
            fail(ErrorCode.PROVIDER_TIMEOUT, "The provider %s did not answer in time.".formatted(providerName()));
        } else {
            fail(
                    ErrorCode.PROVIDER_UNREACHABLE,
                    "The provider %s could not be reached or closed the connection.".formatted(providerName()));
        }
    }

    /** The gateway itself fails. */
    private void broken(Throwable cause) {
        LOG.error("A call failed for a reason that is the gateway's own", cause);
        fail(ErrorCode.INTERNAL, "The gateway failed; its log has the reason.");
    }

    /** The call fails before its answer has begun. */
    private void fail(ErrorCode code, String message) {
        if (over) {
            return;
        }
        over = true;
        reset();
        used(null, this::streamedTokens)
                .compose(used -> ended(new Outcome(
                        Outcome.Status.ERROR, code.status(), used.tokens, used.source, code.code(), message)))
                .onComplete(recorded -> reply.tryFail(new GatewayError(code, message)));
    }

    private void providerError(ErrorAnswer error, Upstream.Answer answer) {
        over = true;
        ended(Outcome.refused(error.status(), error.code(), error.message()))
                .onComplete(recorded -> reply.tryComplete(
                        Reply.whole(error.status(), headers.ofError(answer, overheadNanos(), error), error.body())));
    }

    private Future<@Nullable Cost> ended(Outcome told) {
        vertx.cancelTimer(drainTimer);
        Outcome outcome = callerGone ? told.withoutCaller() : told;
        metrics.ended(route, outcome, recording, overheadNanos());
        return recording.ended(outcome);
    }

    /** What the provider said was used, else what can be counted. */
    private Future<Used> used(@Nullable TokenUsage told, Supplier<Future<Long>> output) {
        if (told != null) {
            return Future.succeededFuture(new Used(told, UsageSource.EXACT));
        }
        if (exchange == null || !exchange.wasSent()) {
            return Future.succeededFuture(new Used(TokenUsage.NONE, UsageSource.EXACT));
        }
        // Unknown is not free: a provider that has read the request may bill it, even if it never answers.
        return tokenizer
                .count(request.bytes(), PromptText::of)
                .compose(in -> output.get().map(out -> new Used(TokenUsage.of(in, out), UsageSource.ESTIMATED)))
                // Whatever goes wrong in counting, the call is accounted for.
                .otherwise(new Used(TokenUsage.of(request.bytes().length / BYTES_PER_TOKEN, 0), UsageSource.ESTIMATED));
    }

    private Future<Long> streamedTokens() {
        return stream == null ? Future.succeededFuture(0L) : stream.outputTokens();
    }

    private record Used(TokenUsage tokens, UsageSource source) {}

    /** Time that was not spent waiting for the provider; of a stream, until its first event. */
    private long overheadNanos() {
        if (overheadNanos < 0) {
            overheadNanos = System.nanoTime() - call.startNanos() - upstreamNanos;
        }
        return overheadNanos;
    }

    private void reset() {
        if (exchange != null) {
            exchange.reset();
        }
    }

    private boolean ownKey() {
        return route.admitted().caller().providerKey() != null;
    }

    private String providerName() {
        return route.provider().name();
    }
}
