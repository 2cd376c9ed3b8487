package dev.comporta.pipeline;

import dev.comporta.budget.BudgetLedger;
import dev.comporta.budget.Held;
import dev.comporta.core.Call;
import dev.comporta.core.Dialect;
import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.core.Spending;
import dev.comporta.core.SpendingUnit;
import dev.comporta.dialect.ModelRequest;
import dev.comporta.dialect.PromptText;
import dev.comporta.dialect.RequestSize;
import dev.comporta.model.Model;
import dev.comporta.model.ResolvedTarget;
import dev.comporta.policy.TokenLimit;
import dev.comporta.usage.Tokenizer;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.math.BigDecimal;
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

    private final BudgetLedger ledger;
    private final Tokenizer tokenizer;
    private final AdmittedCall admitted;
    private final ResolvedTarget target;
    private final RequestSize size;
    private final CallBound cheap;
    private final @Nullable TokenLimit limit;

    PendingReservation(
            BudgetLedger ledger,
            Tokenizer tokenizer,
            AdmittedCall admitted,
            ResolvedTarget target,
            RequestSize size,
            CallBound cheap,
            @Nullable TokenLimit limit) {
        this.ledger = ledger;
        this.tokenizer = tokenizer;
        this.admitted = admitted;
        this.target = target;
        this.size = size;
        this.cheap = cheap;
        this.limit = limit;
    }

    /** The reservation that needs neither a count nor a question; null if it does. */
    @Nullable
    Reservation quick() {
        CallBound bound = within(cheap);
        if (bound == null) {
            return null;
        }
        Held held = ledger.tryHold(client(), admitted.call().receivedAt(), bound.spending());
        return held == null ? null : with(held, bound);
    }

    /** The reservation, whatever it takes; fails with a {@link GatewayError}. */
    Future<Reservation> reserve() {
        CallBound bound = within(cheap);
        if (bound == null) {
            return counted().compose(this::holdWithin);
        }
        boolean countable = admitted.request().bytes().length > WORTH_COUNTING;
        return hold(bound, !countable).transform(tried -> {
            if (tried.succeeded() && (!countable || affordable(tried.result(), bound) >= bound.outputTokens())) {
                return Future.succeededFuture(with(tried.result(), bound));
            }
            if (tried.succeeded()) {
                // A count may show that more can be paid for.
                tried.result().settle(Spending.NONE);
            } else if (!countable || !isAboutMoney(tried.cause())) {
                return Future.failedFuture(tried.cause());
            }
            return counted().compose(this::holdWithin);
        });
    }

    private static boolean isAboutMoney(Throwable cause) {
        return cause instanceof GatewayError error && error.code() != ErrorCode.ACCOUNTING_UNAVAILABLE;
    }

    /** Tokens of the request's text. */
    private Future<Long> counted() {
        int bytes = admitted.request().bytes().length;
        return tokenizer
                .count(admitted.request().bytes(), PromptText::of)
                .map(tokens -> Math.min(tokens, bytes))
                .otherwise((long) bytes);
    }

    private Future<Reservation> holdWithin(long counted) {
        CallBound bound = cheap.withInput(Math.min(
                cheap.inputTokens(),
                Reservations.input(counted * COUNT_MARGIN, admitted.request(), target.model(), size)));
        if (limit != null) {
            long room = (limit.tokens() - counted) / bound.choices();
            boolean told = size.outputLimit() >= 0 || bound.outputTokens() == 0;
            if (room < (told ? bound.outputTokens() : SHORTEST_ANSWER)) {
                long wanted = told ? bound.outputTokens() : SHORTEST_ANSWER;
                return Future.failedFuture(limit.exceededBy(counted + wanted * bound.choices()));
            }
            bound = bound.withOutput(Math.min(bound.outputTokens(), room));
        }
        CallBound within = bound;
        return hold(within, true).map(held -> with(held, within));
    }

    /** The same bound with an answer that stays below the limit of tokens per request; null if that takes a count. */
    private @Nullable CallBound within(CallBound bound) {
        if (limit == null) {
            return bound;
        }
        long room = (limit.tokens() - bound.inputTokens()) / bound.choices();
        return room >= bound.outputTokens() ? bound : null;
    }

    private Future<Held> hold(CallBound bound, boolean last) {
        return ledger.hold(
                client(),
                admitted.call().receivedAt(),
                bound.spending(),
                bound.spending(Math.min(bound.outputTokens(), Math.max(SHORTEST_ANSWER, size.thinkingBudget() + 1))),
                last);
    }

    /** How long an answer may be that is paid for. */
    private long affordable(Held held, CallBound bound) {
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
            long longest = held.isEmpty() ? bound.outputTokens() : affordable(held, bound);
            return new Reservation(
                    asAffordable(longest, bound), bound.rate(), BoundedHold.of(held, bound.withOutput(longest)));
        } catch (RuntimeException e) {
            held.settle(Spending.NONE);
            throw e;
        }
    }

    private ModelRequest asAffordable(long longest, CallBound bound) {
        boolean shorter = bound.outputTokens() > 0
                && (size.outputLimit() >= 0 ? longest < size.outputLimit() : !isModelsOwn(longest));
        return shorter ? shortened(longest) : admitted.request();
    }

    /** Whether the provider keeps to it without being told. */
    private boolean isModelsOwn(long tokens) {
        Model model = target.model();
        return tokens >= Reservations.UNLIMITED
                || model != null && model.maxOutputTokens() != null && tokens >= model.maxOutputTokens();
    }

    private ModelRequest shortened(long tokens) {
        Call call = admitted.call();
        Buffer body = size.limited(tokens, limitField());
        return call.dialect() == Dialect.GEMINI
                ? ModelRequest.parse(body, admitted.request().model(), admitted.request().stream())
                : ModelRequest.parse(body);
    }

    private String limitField() {
        return switch (admitted.call().apiType()) {
            case RESPONSES -> "max_output_tokens";
            case MESSAGES, COMPLETIONS -> "max_tokens";
            case GENERATE_CONTENT -> "generationConfig.maxOutputTokens";
            default -> OutputLimit.fieldOf(target.target().model());
        };
    }

    private UUID client() {
        return admitted.caller().clientId();
    }
}
