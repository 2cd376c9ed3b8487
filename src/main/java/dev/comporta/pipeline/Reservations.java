package dev.comporta.pipeline;

import dev.comporta.budget.BudgetConfig;
import dev.comporta.budget.BudgetLedger;
import dev.comporta.budget.Held;
import dev.comporta.core.ApiType;
import dev.comporta.core.Call;
import dev.comporta.core.Dialect;
import dev.comporta.core.ErrorCode;
import dev.comporta.core.EventLoop;
import dev.comporta.core.GatewayError;
import dev.comporta.core.Hold;
import dev.comporta.core.Spending;
import dev.comporta.core.SpendingUnit;
import dev.comporta.core.Units;
import dev.comporta.dialect.ModelRequest;
import dev.comporta.dialect.PromptText;
import dev.comporta.dialect.RequestSize;
import dev.comporta.model.ExchangeRate;
import dev.comporta.model.ExchangeRates;
import dev.comporta.model.Model;
import dev.comporta.model.Prices;
import dev.comporta.model.ResolvedTarget;
import dev.comporta.usage.Tokenizer;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigDecimal;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Reserves what a call to a model may cost, before it goes out.
 *
 * <p>The first bound is cheap: a text has no more tokens than bytes. It holds wherever there is plenty, which is nearly
 * always, and costs neither a question nor a count. Only where it does not fit are the tokens counted, and where the
 * longest answer cannot be paid for, a shorter one is asked for.
 */
@ApplicationScoped
public class Reservations {

    /** An answer shorter than this is none; some providers refuse to give one. */
    private static final long SHORTEST_ANSWER = 16;

    /** What providers add around a request: templates, instructions for tools, a picture's worth. */
    private static final int ENVELOPE_TOKENS = 64;

    private static final int TOOL_TOKENS = 1_000;
    private static final int MEDIA_TOKENS = 3_000;

    /** Where the registry does not know how much a model reads. */
    private static final int UNKNOWN_CONTEXT = 1_000_000;

    /** Tokenizers differ; none is known to make twice as many tokens of a text as the one that counts here. */
    private static final int COUNT_MARGIN = 2;

    /** Below this a count would tell little more than the bytes. */
    private static final int WORTH_COUNTING = 256;

    private final BudgetLedger ledger;
    private final ExchangeRates rates;
    private final Tokenizer tokenizer;
    private final BudgetConfig config;

    Reservations(BudgetLedger ledger, ExchangeRates rates, Tokenizer tokenizer, BudgetConfig config) {
        this.ledger = ledger;
        this.rates = rates;
        this.tokenizer = tokenizer;
        this.config = config;
    }

    /**
     * Reserves for a call.
     *
     * @return completes on the call's event loop, at once where nothing has to be asked; a failure is a
     *     {@link GatewayError}
     */
    Future<Reservation> reserve(AdmittedCall admitted, ResolvedTarget target) {
        ExchangeRate rate = rates.current();
        UUID client = admitted.caller().clientId();
        if (admitted.direct()
                || admitted.call().apiType() == ApiType.COUNT_TOKENS
                || !ledger.isEnforced(client) && !ledger.limitsMoney(client)) {
            return Future.succeededFuture(new Reservation(admitted.request(), rate, Hold.NONE));
        }
        RequestSize size = RequestSize.of(admitted.request().bytes());
        CallBound bound = bound(admitted, target.model(), size, rate);
        if (!bound.isPriced() && ledger.limitsMoney(client)) {
            throw new GatewayError(
                    ErrorCode.PRICE_UNKNOWN,
                    "The price of the model %s is not known, and this client's use of money is limited; its operator can enter the price, or allow unknown prices by a policy."
                            .formatted(admitted.request().model()),
                    "model");
        }
        Pending call = new Pending(admitted, target, size, bound);
        Held held = ledger.tryHold(client, admitted.call().receivedAt(), bound.spending());
        return held != null ? Future.succeededFuture(call.with(held, bound)) : EventLoop.here(call.hold());
    }

    private CallBound bound(AdmittedCall admitted, @Nullable Model model, RequestSize size, ExchangeRate rate) {
        long output = admitted.call().apiType() == ApiType.EMBEDDINGS ? 0 : longestAnswer(model, size);
        return new CallBound(
                input(admitted.request().bytes().length, admitted.request(), model, size),
                output,
                size.choices(),
                Units.NONE,
                model == null ? Prices.UNKNOWN : model.prices(),
                rate);
    }

    private long longestAnswer(@Nullable Model model, RequestSize size) {
        long ofModel = model == null || model.maxOutputTokens() == null ? Long.MAX_VALUE : model.maxOutputTokens();
        return size.outputLimit() >= 0
                ? Math.min(size.outputLimit(), ofModel)
                : Math.min(config.assumedOutputTokens(), ofModel);
    }

    private static long input(long text, ModelRequest request, @Nullable Model model, RequestSize size) {
        long tokens = text + ENVELOPE_TOKENS + (size.hasTools() ? TOOL_TOKENS : 0) + (long) size.media() * MEDIA_TOKENS;
        if (!size.isOpenEnded() && request.references().isEmpty()) {
            return tokens;
        }
        return Math.max(
                tokens, model == null || model.contextWindow() == null ? UNKNOWN_CONTEXT : model.contextWindow());
    }

    /** A call for which more has to be asked than memory can tell. */
    private final class Pending {

        private final AdmittedCall admitted;
        private final ResolvedTarget target;
        private final RequestSize size;
        private final CallBound cheap;

        Pending(AdmittedCall admitted, ResolvedTarget target, RequestSize size, CallBound cheap) {
            this.admitted = admitted;
            this.target = target;
            this.size = size;
            this.cheap = cheap;
        }

        Future<Reservation> hold() {
            boolean countable = admitted.request().bytes().length > WORTH_COUNTING;
            return hold(cheap, !countable).transform(tried -> {
                if (tried.succeeded() ? isWhole(tried.result(), cheap) || !countable : !countable) {
                    return tried.succeeded()
                            ? Future.succeededFuture(with(tried.result(), cheap))
                            : Future.failedFuture(tried.cause());
                }
                if (tried.succeeded()) {
                    tried.result().settle(Spending.NONE);
                } else if (!isAboutMoney(tried.cause())) {
                    return Future.failedFuture(tried.cause());
                }
                return counted().compose(bound -> hold(bound, true).map(held -> with(held, bound)));
            });
        }

        private boolean isAboutMoney(Throwable cause) {
            return cause instanceof GatewayError error && error.code() != ErrorCode.ACCOUNTING_UNAVAILABLE;
        }

        private Future<CallBound> counted() {
            byte[] bytes = admitted.request().bytes();
            return tokenizer
                    .count(bytes, PromptText::of)
                    .map(tokens -> cheap.withInput(input(
                            Math.min(bytes.length, tokens * COUNT_MARGIN), admitted.request(), target.model(), size)))
                    .otherwise(cheap);
        }

        private Future<Held> hold(CallBound bound, boolean last) {
            return ledger.hold(
                    admitted.caller().clientId(),
                    admitted.call().receivedAt(),
                    bound.spending(),
                    bound.spending(shortestAnswer(bound)),
                    last);
        }

        private long shortestAnswer(CallBound bound) {
            return Math.min(bound.outputTokens(), Math.max(SHORTEST_ANSWER, size.thinkingBudget() + 1));
        }

        private boolean isWhole(Held held, CallBound bound) {
            return affordable(held, bound) >= bound.outputTokens();
        }

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

        Reservation with(Held held, CallBound bound) {
            long longest = affordable(held, bound);
            boolean told = size.outputLimit() >= 0 ? longest < size.outputLimit() : !isModelsOwn(longest);
            return new Reservation(
                    told && bound.outputTokens() > 0 ? shortened(longest) : admitted.request(), bound.rate(), held);
        }

        /** Whether the provider keeps to it without being told. */
        private boolean isModelsOwn(long tokens) {
            Model model = target.model();
            return model != null && model.maxOutputTokens() != null && tokens >= model.maxOutputTokens();
        }

        private ModelRequest shortened(long tokens) {
            Call call = admitted.call();
            Buffer body = size.limited(tokens, field());
            return call.dialect() == Dialect.GEMINI
                    ? ModelRequest.parse(body, admitted.request().model(), admitted.request().stream())
                    : ModelRequest.parse(body);
        }

        private String field() {
            return switch (admitted.call().apiType()) {
                case RESPONSES -> "max_output_tokens";
                case MESSAGES, COMPLETIONS -> "max_tokens";
                case GENERATE_CONTENT -> "generationConfig.maxOutputTokens";
                default -> OutputLimit.fieldOf(target.target().model());
            };
        }
    }
}
