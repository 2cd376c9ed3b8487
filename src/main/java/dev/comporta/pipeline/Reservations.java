package dev.comporta.pipeline;

import dev.comporta.budget.BudgetConfig;
import dev.comporta.budget.BudgetLedger;
import dev.comporta.core.ApiType;
import dev.comporta.core.ErrorCode;
import dev.comporta.core.EventLoop;
import dev.comporta.core.GatewayError;
import dev.comporta.core.Hold;
import dev.comporta.core.Units;
import dev.comporta.dialect.Outgoing;
import dev.comporta.dialect.RequestForm;
import dev.comporta.dialect.RequestSize;
import dev.comporta.model.ExchangeRate;
import dev.comporta.model.ExchangeRates;
import dev.comporta.model.Prices;
import dev.comporta.policy.Policies;
import dev.comporta.policy.TokenLimit;
import dev.comporta.usage.Tokenizer;
import io.vertx.core.Future;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.UUID;

/**
 * Reserves what a call to a model may cost, before it goes out, and holds it to its client's limit of tokens.
 *
 * <p>The first bound is cheap: a text has no more tokens than bytes. It holds wherever there is plenty, which is nearly
 * always, and costs neither a question nor a count; {@link PendingReservation} is for the rest.
 */
@ApplicationScoped
public class Reservations {

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

    /** What a paused client asks for need not be made ready to go out. */
    void refuseIfPaused(AdmittedCall admitted) {
        if (!admitted.direct()) {
            ledger.refuseIfPaused(admitted.caller().clientId());
        }
    }

    /**
     * Reserves for a call.
     *
     * @param outgoing the request as it would go out
     * @return completes on the call's event loop, at once where nothing has to be asked; a failure is a
     *     {@link GatewayError}, and nothing is held
     */
    Future<Reservation> reserve(Route route, Outgoing outgoing) {
        AdmittedCall admitted = route.admitted();
        ExchangeRate rate = rates.current();
        UUID client = admitted.caller().clientId();
        boolean enforced = ledger.isEnforced(client);
        TokenLimit limit = policies.tokenLimit(client).orElse(null);
        if (admitted.direct()
                || admitted.call().apiType() == ApiType.COUNT_TOKENS
                || limit == null && !enforced && !limitsMoney(client)) {
            return Future.succeededFuture(new Reservation(outgoing, rate, Hold.NONE));
        }
        if (limit == null && !enforced) {
            requirePrice(route, watched(route, outgoing, rate));
            return Future.succeededFuture(new Reservation(outgoing, rate, Hold.NONE));
        }
        RequestSize size = RequestSize.of(outgoing, OutputLimit.fieldOf(route));
        InputTokens input = InputTokens.of(
                size,
                !admitted.request().references().isEmpty(),
                route.target().model(),
                route.model(),
                config.openInputTokens());
        CallBound bound = new CallBound(
                input.most(size.textBytes()),
                longestAnswer(route, size, enforced),
                size.choices(),
                Units.NONE,
                prices(route),
                rate);
        requirePrice(route, bound);
        PendingReservation pending =
                new PendingReservation(ledger, tokenizer, route, outgoing, size, input, bound, limit);
        Reservation quick = pending.quick();
        return quick != null ? Future.succeededFuture(quick) : EventLoop.here(pending.reserve());
    }

    private void requirePrice(Route route, CallBound bound) {
        UUID client = route.admitted().caller().clientId();
        if (limitsMoney(client) && !bound.isPriced() && !policies.allowsUnknownPrices(client)) {
            throw new GatewayError(
                    ErrorCode.PRICE_UNKNOWN,
                    "The price of the model %s is not known, and this client's use of money is limited; its operator can enter the price, or allow unknown prices by a policy."
                            .formatted(route.admitted().request().model()),
                    "model");
        }
    }

    /** Of a call for which nothing is held, but which must have a price. */
    private static CallBound watched(Route route, Outgoing outgoing, ExchangeRate rate) {
        long output = RequestForm.of(outgoing) == RequestForm.UNANSWERED ? 0 : 1;
        return new CallBound(outgoing.body().length(), output, 1, Units.NONE, prices(route), rate);
    }

    private static Prices prices(Route route) {
        return route.model() == null ? Prices.UNKNOWN : route.model().prices();
    }

    private long longestAnswer(Route route, RequestSize size, boolean enforced) {
        if (size.outputLimit() >= 0) {
            return Math.min(size.outputLimit(), OutputLimit.ofModel(route.model()));
        }
        long unsaid = OutputLimit.unsaid(route, size);
        return enforced ? Math.min(unsaid, config.assumedOutputTokens()) : unsaid;
    }

    /** Also by a policy that is so new that its ledger is not known yet. */
    private boolean limitsMoney(UUID client) {
        return ledger.limitsMoney(client) || policies.limitsMoney(client);
    }
}
