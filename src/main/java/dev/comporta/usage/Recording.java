package dev.comporta.usage;

import dev.comporta.core.Bound;
import dev.comporta.core.Call;
import dev.comporta.core.Hold;
import dev.comporta.core.Spending;
import dev.comporta.core.TokenUsage;
import dev.comporta.core.Units;
import dev.comporta.core.UsageSource;
import dev.comporta.model.Cost;
import dev.comporta.model.ExchangeRate;
import dev.comporta.model.Model;
import io.vertx.core.Future;
import java.math.BigDecimal;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The accounting of one call, from its admission to its end. {@link #started} notes it before it goes to a provider,
 * {@link #ended} what came of it; the end is recorded exactly once, whoever comes first.
 *
 * <p>Used from the call's event loop only.
 */
public final class Recording {

    private final UsageRecorder recorder;
    private final Call call;
    private final byte[] head;
    private final @Nullable Model model;
    /** One rate for the whole call, so that what was held for it covers what it costs. */
    private final ExchangeRate rate;

    private final Hold hold;
    private long firstTokenNanos;
    private boolean started;
    private boolean over;

    Recording(UsageRecorder recorder, Call call, byte[] head, @Nullable Model model, ExchangeRate rate, Hold hold) {
        this.recorder = recorder;
        this.call = call;
        this.head = head;
        this.model = model;
        this.rate = rate;
        this.hold = hold;
    }

    /**
     * Notes that the call is about to go to a provider.
     *
     * @param estimatedInputTokens what is recorded if this process dies before the call ends, unless something is
     *     reserved: then it is that
     * @throws dev.comporta.core.GatewayError if the journal takes no more calls
     */
    public Future<Void> started(long estimatedInputTokens) {
        return started(TokenUsage.of(estimatedInputTokens, 0), hold.bound() == null ? Units.NONE : null);
    }

    /** The same of a call of which nobody can tell before its end what it uses. */
    public Future<Void> startedUnmeasured() {
        return started(TokenUsage.NONE, null);
    }

    private Future<Void> started(TokenUsage tokens, @Nullable Units units) {
        Use interrupted = use(new Outcome(
                        Outcome.Status.ERROR,
                        500,
                        tokens,
                        UsageSource.ESTIMATED,
                        "interrupted",
                        "The gateway stopped before the call ended.")
                .using(units));
        started = true;
        return recorder.started(call.id(), head, UsageRow.tail(interrupted.outcome, 0, -1, interrupted.cost));
    }

    /** What the call uses at most, or null if nothing is reserved for it. */
    public @Nullable Bound bound() {
        return hold.bound();
    }

    /** Marks the time to the first token, once. */
    public void firstToken() {
        if (firstTokenNanos == 0) {
            firstTokenNanos = System.nanoTime();
        }
    }

    /** Time to the first token in nanoseconds, or -1 if none came. */
    public long timeToFirstToken() {
        return firstTokenNanos == 0 ? -1 : firstTokenNanos - call.startNanos();
    }

    /**
     * Records the end. When the future completes the usage is on disk, and the caller's last byte may go. Where nobody
     * can tell what was used, and something is reserved, it is all that was reserved for: unknown is not free.
     *
     * @return what the call cost, or null if the price is unknown or the end was recorded before
     */
    public Future<@Nullable Cost> ended(Outcome outcome) {
        if (over) {
            return Future.succeededFuture();
        }
        over = true;
        long latency = System.nanoTime() - call.startNanos();
        long firstToken = timeToFirstToken();
        Use used = use(outcome);
        byte[] tail = UsageRow.tail(
                used.outcome,
                TimeUnit.NANOSECONDS.toMillis(latency),
                firstToken < 0 ? -1 : TimeUnit.NANOSECONDS.toMillis(firstToken),
                used.cost);
        return recorder.ended(call.id(), started, head, tail)
                .onComplete(safe -> hold.settle(spending(used.outcome.tokens(), used.cost)))
                .map(safe -> used.cost);
    }

    /** What is written, and what it costs. */
    private record Use(Outcome outcome, @Nullable Cost cost) {}

    private Use use(Outcome told) {
        Cost cost = cost(told);
        Bound bound = hold.bound();
        if (bound == null || !isUnknown(told, cost, bound)) {
            return new Use(told, cost);
        }
        return new Use(told.atMost(bound), bound.usd() == null ? null : Cost.of(bound.usd(), rate));
    }

    /** Some providers tell nothing, and some tell what is not what they bill. */
    private static boolean isUnknown(Outcome told, @Nullable Cost cost, Bound bound) {
        return told.units() == null
                || cost == null && (bound.usd() != null || told.tokens().totalTokens() == 0);
    }

    private static Spending spending(TokenUsage tokens, @Nullable Cost cost) {
        BigDecimal total = BigDecimal.valueOf(tokens.totalTokens());
        return cost == null
                ? new Spending(total, BigDecimal.ZERO, BigDecimal.ZERO, BigDecimal.ZERO)
                : new Spending(total, cost.usd(), cost.eur(), cost.brl());
    }

    private @Nullable Cost cost(Outcome outcome) {
        BigDecimal usd = usd(outcome.tokens(), outcome.units());
        return usd == null ? null : Cost.of(usd, rate);
    }

    private @Nullable BigDecimal usd(TokenUsage tokens, @Nullable Units units) {
        if (units == null) {
            return model != null && model.prices().isFree() ? BigDecimal.ZERO : null;
        }
        if (tokens.totalTokens() == 0 && units.isNone()) {
            return BigDecimal.ZERO;
        }
        return model == null ? null : model.prices().cost(tokens, units);
    }
}
