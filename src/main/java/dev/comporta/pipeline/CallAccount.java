package dev.comporta.pipeline;

import dev.comporta.core.Bound;
import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.core.Receipt;
import dev.comporta.core.TokenUsage;
import dev.comporta.core.UsageSource;
import dev.comporta.dialect.PromptText;
import dev.comporta.model.Cost;
import dev.comporta.usage.Outcome;
import dev.comporta.usage.Recording;
import dev.comporta.usage.Tokenizer;
import io.vertx.core.Future;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The accounts of one call to a model: what it used, what it left behind, how long it took, and how it ended. */
final class CallAccount {

    /** A rough measure, used only for calls that the death of the process cuts off. */
    private static final int BYTES_PER_TOKEN = 4;

    /** Members of requests by which models are asked to think, whatever the registry knows of them. */
    private static final Set<String> THINKING = Set.of("reasoning", "reasoning_effort", "thinking");

    private final Route route;
    private final byte[] request;
    private final Tokenizer tokenizer;
    private final CallMetrics metrics;
    private final Recording recording;
    private final AnswerObjects objects;

    private long sentNanos;
    private long upstreamNanos;
    private long overheadNanos = -1;
    private boolean callerGone;
    private boolean draining;

    CallAccount(Route route, Recording recording, AnswerObjects objects, Tokenizer tokenizer, CallMetrics metrics) {
        this.route = route;
        this.recording = recording;
        this.objects = objects;
        this.tokenizer = tokenizer;
        this.metrics = metrics;
        request = route.admitted().request().bytes();
    }

    /** The call begins; completes when that is on disk. */
    Future<Void> begin() {
        Future<Void> noted = recording.started(request.length / BYTES_PER_TOKEN);
        metrics.begun();
        return noted;
    }

    /** The request goes to the provider now. */
    void sent() {
        sentNanos = System.nanoTime();
    }

    /** The provider has answered, as far as the gateway has to wait for it. */
    void answered() {
        upstreamNanos = System.nanoTime() - sentNanos;
    }

    /** Whatever is still heard of the provider is heard without the caller. */
    void callerGone() {
        callerGone = true;
    }

    /** The provider is heard out, though the caller has gone. */
    void draining() {
        draining = true;
        metrics.draining();
    }

    /** Time that was not spent waiting for the provider; of a stream, until its first event. */
    long overheadNanos() {
        if (overheadNanos < 0) {
            overheadNanos = System.nanoTime() - route.admitted().call().startNanos() - upstreamNanos;
        }
        return overheadNanos;
    }

    /**
     * What the provider said was used, else what can be counted. What a model thinks cannot be counted: where something
     * is reserved for the call, its answer is taken to have been as long as was paid for.
     *
     * @param seen whether the provider may have seen the request
     * @param output counts what has come of the answer
     */
    Future<Used> used(@Nullable TokenUsage told, boolean seen, Supplier<Future<Long>> output) {
        if (told != null) {
            return Future.succeededFuture(new Used(told, UsageSource.EXACT));
        }
        if (!seen) {
            return Future.succeededFuture(new Used(TokenUsage.NONE, UsageSource.EXACT));
        }
        // Unknown is not free: a provider that has read the request may bill it, even if it never answers.
        return tokenizer
                .count(request, PromptText::of)
                .compose(in -> output.get()
                        .map(out -> new Used(TokenUsage.of(in, Math.max(out, unseen())), UsageSource.ESTIMATED)))
                // Whatever goes wrong in counting, the call is accounted for.
                .otherwise(uncountable ->
                        new Used(TokenUsage.of(request.length / BYTES_PER_TOKEN, unseen()), UsageSource.ESTIMATED));
    }

    /** Tokens that the answer may have had, whatever was seen of it. */
    private long unseen() {
        Bound bound = recording.bound();
        return bound == null || !mayThink() ? 0 : bound.tokens().outputTokens();
    }

    private boolean mayThink() {
        Set<String> asked = route.admitted().request().fields();
        return route.model() != null && route.model().can("reasoning")
                || THINKING.stream().anyMatch(asked::contains);
    }

    /** The answer is over, whole or broken off. */
    Future<@Nullable Cost> ended(Outcome.Status how, int status, Used used) {
        boolean failed = how == Outcome.Status.ERROR;
        return ended(new Outcome(
                how,
                status,
                used.tokens,
                used.source,
                failed ? ErrorCode.PROVIDER_FAILED.code() : null,
                failed ? "The provider's stream broke off." : null));
    }

    /** The call has failed before its answer began. */
    Future<@Nullable Cost> ended(GatewayError error, Used used) {
        return ended(new Outcome(
                Outcome.Status.ERROR,
                error.code().status(),
                used.tokens,
                used.source,
                error.code().code(),
                error.getMessage()));
    }

    /**
     * The same of a call that goes on where nobody can see it: what was used is a lower bound, and its cost unknown.
     */
    Future<@Nullable Cost> endedUnknown(Outcome.Status how, int status, Used used) {
        return ended(new Outcome(how, status, used.tokens, used.source, null, null).using(null));
    }

    /** The call is over; completes when that is on disk. */
    Future<@Nullable Cost> ended(Outcome told) {
        if (draining) {
            draining = false;
            metrics.drained();
        }
        Outcome outcome = callerGone ? told.withoutCaller() : told;
        metrics.ended(route, outcome, recording, overheadNanos());
        return recording.ended(outcome.with(objects.found()));
    }

    Receipt receipt(Used used, @Nullable Cost cost) {
        return new Receipt(
                route.target().provider(),
                route.target().model(),
                used.tokens,
                used.source,
                cost == null ? null : cost.usd(),
                cost == null ? null : cost.eur(),
                cost == null ? null : cost.brl());
    }

    /** What was used, and how that is known. */
    record Used(TokenUsage tokens, UsageSource source) {}
}
