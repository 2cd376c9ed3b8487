package dev.comporta.pipeline;

import dev.comporta.core.ApiType;
import dev.comporta.core.Call;
import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.core.Reply;
import dev.comporta.core.TokenUsage;
import dev.comporta.core.Units;
import dev.comporta.core.UsageSource;
import dev.comporta.provider.Upstream;
import dev.comporta.usage.Outcome;
import dev.comporta.usage.Recording;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * One call that is passed through: the request goes out as it comes in, the answer comes back as it goes out, and the
 * end is accounted for exactly once, whether the provider finishes, fails or stalls, or the caller hangs up.
 *
 * <p>Lives on the call's event loop.
 */
final class Passage {

    private static final Logger LOG = Logger.getLogger(Passage.class);
    private static final int MOST_OF_AN_ERROR = 1 << 20;

    private final PassRoute route;
    private final PassObjects objects;
    private final Call call;
    private final Recording recording;
    private final CallMetrics metrics;
    private final boolean compatibilityHeaders;
    private final Promise<Reply> reply = Promise.promise();

    private Upstream.@Nullable Exchange exchange;
    private @Nullable PassMeter meter;
    private int status;
    private long sentNanos;
    private long upstreamNanos;
    private long overheadNanos = -1;
    /** Whether the end is decided; whoever sets this records it. */
    private boolean over;

    Passage(
            PassRoute route,
            PassObjects objects,
            Recording recording,
            CallMetrics metrics,
            boolean compatibilityHeaders) {
        this.route = route;
        this.objects = objects;
        this.call = route.pass().call();
        this.recording = recording;
        this.metrics = metrics;
        this.compatibilityHeaders = compatibilityHeaders;
    }

    /** Sends the request; completes with the head of the answer. */
    Future<Reply> send() {
        Future<Void> noted = route.pass().metered() ? recording.startedUnmeasured() : recording.started(0);
        metrics.begun();
        if (noted.isComplete()) {
            guarded(this::transmit);
        } else {
            noted.onSuccess(safe -> guarded(this::transmit)).onFailure(this::broken);
        }
        return reply.future();
    }

    /** A call that has started must end in its record, whatever happens. */
    private void guarded(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException e) {
            broken(e);
        }
    }

    private void transmit() {
        if (call.gone().isComplete()) {
            callerGone();
            return;
        }
        String path = route.pass().path();
        sentNanos = System.nanoTime();
        Upstream.Exchange sent = route.provider()
                .upstream()
                .send(new Upstream.Request(
                        HttpMethod.valueOf(call.method()),
                        call.query() == null ? path : path + "?" + call.query(),
                        route.pass().body().forwarded(call.headers()),
                        route.key(),
                        route.ownKey(),
                        route.pass().body().forwarded(route.named(), route.target())));
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

    private void answered(Upstream.Answer answer) {
        upstreamNanos = System.nanoTime() - sentNanos;
        status = answer.status();
        if (status >= 400) {
            BoundedBody.collect(answer.body(), MOST_OF_AN_ERROR).onComplete(body -> {
                if (over) {
                    return;
                }
                if (body.succeeded()) {
                    guarded(() -> refused(answer, body.result()));
                } else if (body.cause() instanceof BoundedBody.TooLong) {
                    fail(ErrorCode.PROVIDER_FAILED, "The provider's error is longer than 1 MiB.");
                } else {
                    unreachable(body.cause());
                }
            });
            return;
        }
        PassMeter tap =
                new PassMeter(route.pass().metered(), answer.headers().get(HttpHeaders.CONTENT_TYPE), call.apiType());
        meter = tap;
        objects.answered(tap);
        PassAnswer passed = new PassAnswer(
                answer.body(),
                length(answer.headers().get(HttpHeaders.CONTENT_LENGTH)),
                tap,
                chunk -> {
                    recording.firstToken();
                    objects.feed(chunk);
                },
                this::answerEnded);
        reply.tryComplete(
                Reply.streamed(status, PassHeaders.of(answer, route, overheadNanos(), compatibilityHeaders), passed));
    }

    private static long length(@Nullable String header) {
        try {
            return header == null ? -1 : Long.parseLong(header);
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    private void refused(Upstream.Answer answer, Buffer body) {
        over = true;
        reset();
        ErrorAnswer error = ErrorAnswer.passing(answer.status(), body, route.key(), route.ownKey());
        ended(Outcome.refused(error.status(), error.code(), error.message()))
                .onComplete(recorded -> reply.tryComplete(Reply.whole(
                        error.status(),
                        PassHeaders.ofError(answer, route, overheadNanos(), compatibilityHeaders, error.status()),
                        error.body())));
    }

    private Future<Void> answerEnded(@Nullable Throwable cause) {
        if (over) {
            return Future.succeededFuture();
        }
        over = true;
        if (cause != null) {
            reset();
        }
        boolean whole = cause == null && (meter == null || !meter.hasFailed());
        objects.end(whole);
        return ended(outcome(
                whole ? Outcome.Status.SUCCESS : Outcome.Status.ERROR,
                status,
                whole ? null : ErrorCode.PROVIDER_FAILED.code(),
                whole ? null : "The provider's answer broke off."));
    }

    private void callerGone() {
        if (over) {
            return;
        }
        over = true;
        reset();
        ended(outcome(
                        Outcome.Status.CANCELLED,
                        Outcome.CALLER_GONE,
                        "caller_gone",
                        "The caller closed the connection."))
                .onComplete(recorded -> reply.tryFail(new GatewayError(ErrorCode.INTERNAL, "The caller has gone.")));
    }

    private void unreachable(Throwable cause) {
        GatewayError error = cause instanceof GatewayError refusal
                ? refusal
                : Unreached.because(cause, route.provider().name());
        fail(error.code(), error.getMessage(), error);
    }

    /** The gateway itself fails. */
    private void broken(Throwable cause) {
        LOG.error("A call failed for a reason that is the gateway's own", cause);
        fail(ErrorCode.INTERNAL, "The gateway failed; its log has the reason.");
    }

    private void fail(ErrorCode code, String message) {
        fail(code, message, new GatewayError(code, message));
    }

    /** The call fails before its answer has begun. */
    private void fail(ErrorCode code, String message, GatewayError error) {
        if (over) {
            return;
        }
        over = true;
        reset();
        ended(outcome(Outcome.Status.ERROR, code.status(), code.code(), message))
                .onComplete(recorded -> reply.tryFail(error));
    }

    private Outcome outcome(Outcome.Status how, int statusCode, @Nullable String code, @Nullable String message) {
        boolean seen = exchange != null && exchange.wasSent();
        if (!route.pass().metered() || !seen) {
            return new Outcome(how, statusCode, TokenUsage.NONE, UsageSource.EXACT, code, message);
        }
        TokenUsage tokens = meter == null ? null : meter.tokens();
        Units units = meter == null ? Units.NONE : meter.units(spoken());
        // Unknown is not free: what the provider has seen it may bill, even if it says nothing of it.
        boolean told = (tokens != null || !units.isNone()) && !isCut(how, units);
        return new Outcome(
                        how,
                        statusCode,
                        tokens == null ? TokenUsage.NONE : tokens,
                        told ? UsageSource.EXACT : UsageSource.ESTIMATED,
                        code,
                        message)
                .using(told ? units : null);
    }

    /** Whether it broke off between images, which may be billed though they were not seen. */
    private boolean isCut(Outcome.Status how, Units units) {
        return how != Outcome.Status.SUCCESS
                && call.apiType() == ApiType.IMAGES
                && units.images() < route.json().images();
    }

    /** Characters that were to be spoken: the one thing that is measured by what goes in. */
    private long spoken() {
        return route.pass().path().equals("/audio/speech") ? route.json().inputCharacters() : 0;
    }

    private Future<Void> ended(Outcome outcome) {
        metrics.passed(route, outcome, recording, overheadNanos());
        return recording.ended(outcome.with(objects.found())).mapEmpty();
    }

    /** Time that was not spent waiting for the provider, until its answer began. */
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
}
