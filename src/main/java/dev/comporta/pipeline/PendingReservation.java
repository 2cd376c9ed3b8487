package dev.comporta.pipeline;

import dev.comporta.budget.BudgetLedger;
import dev.comporta.budget.Held;
import dev.comporta.core.GatewayError;
import dev.comporta.core.Spending;
import dev.comporta.core.SpendingUnit;
import dev.comporta.dialect.Outgoing;
import dev.comporta.dialect.RequestSize;
import dev.comporta.model.Model;
import dev.comporta.policy.TokenLimit;
import dev.comporta.usage.Tokenizer;
import io.vertx.core.Future;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A call that is being reserved for. Where the cheap bound does not fit, its tokens are counted, and where the longest
 * answer cannot be paid for, a shorter one is asked for.
 */
final class PendingReservation {

    /** An answer shorter than this is none; some providers refuse to give one. */
    private static final long SHORTEST_ANSWER = 16;

    /** Tokenizers differ; none is known to make twice as many tokens of a text as the one that counts here. */
    private static final int COUNT_MARGIN = 2;

    /** Below this a count would tell little more than the bytes. */
    private static final int WORTH_COUNTING = 256;

    private static final int BYTES_PER_TOKEN = 4;

    private final BudgetLedger ledger;
    private final Tokenizer tokenizer;
    private final Route route;
    private final Outgoing outgoing;
    private final RequestSize size;
    private final InputTokens input;
    private final CallBound cheap;
    private final @Nullable TokenLimit limit;
    /** What the provider keeps to if it is not told of a limit. */
    private final long unsaid;

    PendingReservation(
            BudgetLedger ledger,
            Tokenizer tokenizer,
            Route route,
            Outgoing outgoing,
            RequestSize size,
            InputTokens input,
            CallBound cheap,
            @Nullable TokenLimit limit) {
        this.ledger = ledger;
        this.tokenizer = tokenizer;
        this.route = route;
        this.outgoing = outgoing;
        this.size = size;
        this.input = input;
        this.cheap = cheap;
        this.limit = limit;
        unsaid = OutputLimit.unsaid(route, size);
    }

    /**
     * Tokens of the request's text.
     *
     * @param about an estimate
     * @param most never exceeded
     */
    private record Count(long about, long most) {}

    /** The reservation that needs neither a count nor a question; null if it does. */
    @Nullable
    Reservation quick() {
        if (!fits(cheap)) {
            return null;
        }
        Held held = ledger.tryHold(client(), receivedAt(), cheap.spending());
        return held == null ? null : with(held, cheap);
    }

    /** The reservation, whatever it takes; fails with a {@link GatewayError}. */
    Future<Reservation> reserve() {
        if (size.textBytes() <= WORTH_COUNTING && limit == null) {
            return holdWithin(new Count(size.textBytes(), size.textBytes()));
        }
        // Who cannot even pay for a request without text is refused without a count.
        CallBound least = cheap.withInput(input.most(0)).withOutput(shortest(cheap));
        boolean fits = fits(cheap);
        return hold(fits ? cheap : least, least).compose(held -> {
            if (fits && covers(held, cheap)) {
                return Future.succeededFuture(with(held, cheap));
            }
            held.settle(Spending.NONE);
            return counted().compose(this::holdWithin);
        });
    }

    /**
     * Whether a bound by the bytes keeps to the limit of tokens, and whether an answer so long fits beside the text.
     */
    private boolean fits(CallBound bound) {
        boolean allowed = limit == null
                || Math.floorDiv(limit.tokens() - bound.inputTokens(), bound.choices()) >= bound.outputTokens();
        return allowed && (isTold(bound.outputTokens()) || bound.outputTokens() <= room(size.textBytes()));
    }

    private Future<Count> counted() {
        long bytes = size.textBytes();
        Count uncounted = new Count(bytes / BYTES_PER_TOKEN, bytes);
        return bytes > Tokenizer.MOST_CHARACTERS
                ? Future.succeededFuture(uncounted)
                : tokenizer
                        .count(outgoing.body().getBytes(), body -> size.text())
                        .map(tokens -> new Count(tokens, Math.min(tokens * COUNT_MARGIN, bytes)))
                        .otherwise(uncounted);
    }

    private Future<Reservation> holdWithin(Count count) {
        long longest = cheap.outputTokens();
        if (limit != null) {
            long estimate = input.about(count.about);
            long room = Math.floorDiv(limit.tokens() - estimate, cheap.choices());
            long wanted = size.outputLimit() >= 0 || longest == 0 ? longest : Math.min(longest, SHORTEST_ANSWER);
            if (room < wanted) {
                return Future.failedFuture(limit.exceededBy(estimate + wanted * cheap.choices()));
            }
            longest = Math.min(longest, room);
        }
        if (!isTold(longest)) {
            longest = Math.min(longest, Math.max(SHORTEST_ANSWER, room(count.about)));
        }
        CallBound bound = cheap.withInput(Math.min(cheap.inputTokens(), input.most(count.most)))
                .withOutput(longest);
        return hold(bound, bound.withOutput(shortest(bound))).map(held -> with(held, bound));
    }

    /** How long an answer the provider may be asked for, if the model's context is known. */
    private long room(long text) {
        Model model = route.model();
        return model == null || model.contextWindow() == null
                ? OutputLimit.UNLIMITED
                : model.contextWindow() - text - input.around() - input.images();
    }

    /** Thinking that takes all of the answer is refused by providers. */
    private long shortest(CallBound bound) {
        return Math.min(bound.outputTokens(), Math.max(SHORTEST_ANSWER, size.thinkingBudget() + 1));
    }

    private Future<Held> hold(CallBound most, CallBound least) {
        return ledger.hold(client(), receivedAt(), most.spending(), least.spending(), true);
    }

    private static boolean covers(Held held, CallBound bound) {
        Spending whole = bound.spending();
        for (SpendingUnit unit : SpendingUnit.values()) {
            BigDecimal amount = held.in(unit);
            if (amount != null && amount.compareTo(whole.in(unit)) < 0) {
                return false;
            }
        }
        return true;
    }

    /** How long an answer may be that is paid for. */
    private static long affordable(Held held, CallBound bound) {
        long tokens = bound.outputTokens();
        Spending whole = bound.spending();
        for (SpendingUnit unit : SpendingUnit.values()) {
            BigDecimal amount = held.in(unit);
            if (amount != null && amount.compareTo(whole.in(unit)) < 0) {
                tokens = Math.min(tokens, bound.affordable(unit, amount));
            }
        }
        return tokens;
    }

    private Reservation with(Held held, CallBound bound) {
        try {
            long longest = affordable(held, bound);
            Outgoing told = isTold(longest) ? outgoing : new Outgoing(outgoing.path(), size.limited(longest));
            return new Reservation(told, bound.rate(), BoundedHold.of(held, bound.withOutput(longest)));
        } catch (RuntimeException e) {
            held.settle(Spending.NONE);
            throw e;
        }
    }

    /** Whether the provider keeps to that length as the request is. */
    private boolean isTold(long tokens) {
        return tokens >= unsaid || size.isLimited() && tokens >= size.outputLimit();
    }

    private UUID client() {
        return route.admitted().caller().clientId();
    }

    private Instant receivedAt() {
        return route.admitted().call().receivedAt();
    }
}
