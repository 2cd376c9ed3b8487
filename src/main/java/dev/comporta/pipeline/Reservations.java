package dev.comporta.pipeline;

import dev.comporta.budget.BudgetConfig;
import dev.comporta.budget.BudgetLedger;
import dev.comporta.core.ApiType;
import dev.comporta.core.ErrorCode;
import dev.comporta.core.EventLoop;
import dev.comporta.core.GatewayError;
import dev.comporta.core.Hold;
import dev.comporta.core.Units;
import dev.comporta.dialect.ModelRequest;
import dev.comporta.dialect.RequestSize;
import dev.comporta.model.ExchangeRate;
import dev.comporta.model.ExchangeRates;
import dev.comporta.model.Model;
import dev.comporta.model.Prices;
import dev.comporta.model.ResolvedTarget;
import dev.comporta.policy.Policies;
import dev.comporta.policy.TokenLimit;
import dev.comporta.usage.Tokenizer;
import io.vertx.core.Future;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Reserves what a call to a model may cost, before it goes out, and holds it to its client's limit of tokens.
 *
 * <p>The first bound is cheap: a text has no more tokens than bytes. It holds wherever there is plenty, which is nearly
 * always, and costs neither a question nor a count; {@link PendingReservation} is for the rest.
 */
@ApplicationScoped
public class Reservations {

    /** What providers add around a request: templates, instructions for tools, a picture's worth. */
    private static final int ENVELOPE_TOKENS = 64;

    private static final int TOOL_TOKENS = 1_000;
    private static final int MEDIA_TOKENS = 3_000;

    /** Where the registry does not know how much a model reads. */
    private static final int UNKNOWN_CONTEXT = 1_000_000;

    /** As long as an answer may be, where nothing limits it. */
    static final long UNLIMITED = 1L << 40;

    private final BudgetLedger ledger;
    private final Policies policies;
    private final ExchangeRates rates;
    private final Tokenizer tokenizer;
    private final BudgetConfig config;

    Reservations(
            BudgetLedger ledger, Policies policies, ExchangeRates rates, Tokenizer tokenizer, BudgetConfig config) {
        this.ledger = ledger;
        this.policies = policies;
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
        boolean enforced = ledger.isEnforced(client);
        TokenLimit limit = policies.tokenLimit(client).orElse(null);
        if (admitted.direct()
                || admitted.call().apiType() == ApiType.COUNT_TOKENS
                || limit == null && !enforced && !ledger.limitsMoney(client)) {
            return Future.succeededFuture(new Reservation(admitted.request(), rate, Hold.NONE));
        }
        RequestSize size =
                RequestSize.of(admitted.request().bytes(), admitted.call().apiType());
        CallBound bound = bound(admitted, target.model(), size, rate, enforced);
        if (ledger.limitsMoney(client) && !bound.isPriced() && !policies.allowsUnknownPrices(client)) {
            throw unknownPrice(admitted.request().model());
        }
        PendingReservation pending = new PendingReservation(ledger, tokenizer, admitted, target, size, bound, limit);
        Reservation quick = pending.quick();
        return quick != null ? Future.succeededFuture(quick) : EventLoop.here(pending.reserve());
    }

    private static GatewayError unknownPrice(String model) {
        return new GatewayError(
                ErrorCode.PRICE_UNKNOWN,
                "The price of the model %s is not known, and this client's use of money is limited; its operator can enter the price, or allow unknown prices by a policy."
                        .formatted(model),
                "model");
    }

    private CallBound bound(
            AdmittedCall admitted, @Nullable Model model, RequestSize size, ExchangeRate rate, boolean enforced) {
        long output = admitted.call().apiType() == ApiType.EMBEDDINGS ? 0 : longestAnswer(model, size, enforced);
        return new CallBound(
                input(admitted.request().bytes().length, admitted.request(), model, size),
                output,
                size.choices(),
                Units.NONE,
                model == null ? Prices.UNKNOWN : model.prices(),
                rate);
    }

    private long longestAnswer(@Nullable Model model, RequestSize size, boolean enforced) {
        long ofModel = model == null || model.maxOutputTokens() == null ? UNLIMITED : model.maxOutputTokens();
        long wanted =
                size.outputLimit() >= 0 ? size.outputLimit() : enforced ? config.assumedOutputTokens() : UNLIMITED;
        return Math.min(wanted, ofModel);
    }

    /** How many tokens a request can have that has so many of text. */
    static long input(long text, ModelRequest request, @Nullable Model model, RequestSize size) {
        long tokens = text + ENVELOPE_TOKENS + (size.hasTools() ? TOOL_TOKENS : 0) + (long) size.media() * MEDIA_TOKENS;
        if (!size.isOpenEnded() && request.references().isEmpty()) {
            return tokens;
        }
        return Math.max(
                tokens, model == null || model.contextWindow() == null ? UNKNOWN_CONTEXT : model.contextWindow());
    }
}
