package dev.comporta.pipeline;

import dev.comporta.budget.BudgetConfig;
import dev.comporta.budget.BudgetLedger;
import dev.comporta.budget.Held;
import dev.comporta.core.ApiType;
import dev.comporta.core.ErrorCode;
import dev.comporta.core.EventLoop;
import dev.comporta.core.GatewayError;
import dev.comporta.core.Hold;
import dev.comporta.core.Spending;
import dev.comporta.core.Units;
import dev.comporta.model.ExchangeRate;
import dev.comporta.model.Model;
import dev.comporta.model.Prices;
import dev.comporta.policy.Policies;
import io.vertx.core.Future;
import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Reserves what a call that is passed through may cost, or one response of a Realtime session. What such a call uses
 * shows only in its answer, so the bound is wide: it is held for the time of the call, and what was not used is free
 * again.
 */
@ApplicationScoped
public class PassReservations {

    /** Uploads without a length are cut off by providers at about that. */
    private static final long LONGEST_UPLOAD = 25 << 20;

    /** Of the thriftiest codec in use, 6 kbit/s. */
    private static final BigDecimal BYTES_PER_SECOND = BigDecimal.valueOf(750);

    private static final int UNKNOWN_CONTEXT = 128_000;
    private static final int TOKENS_PER_IMAGE = 10_000;

    /** As many as may be edited at once; the smallest file can be a large picture. */
    private static final int MOST_INPUT_IMAGES = 16;

    private final BudgetLedger ledger;
    private final Policies policies;
    private final BudgetConfig config;

    PassReservations(BudgetLedger ledger, Policies policies, BudgetConfig config) {
        this.ledger = ledger;
        this.policies = policies;
        this.config = config;
    }

    /** @return completes on the call's event loop; a failure is a {@link GatewayError} */
    Future<Hold> reserve(PassRoute route, ExchangeRate rate) {
        UUID client = route.caller().clientId();
        if (route.direct() || !route.pass().metered() || !ledger.isEnforced(client) && !limitsMoney(client)) {
            return Future.succeededFuture(Hold.NONE);
        }
        CallBound bound = bound(route, rate);
        return hold(client, route.pass().call().receivedAt(), bound, route.named() != null);
    }

    /**
     * Reserves for one response of a session.
     *
     * @return completes on the session's event loop; a failure is a {@link GatewayError}
     */
    Future<Hold> reserveResponse(UUID client, Instant at, @Nullable Model model, ExchangeRate rate) {
        if (!ledger.isEnforced(client) && !limitsMoney(client)) {
            return Future.succeededFuture(Hold.NONE);
        }
        return hold(
                client,
                at,
                new CallBound(
                        model == null || model.contextWindow() == null ? UNKNOWN_CONTEXT : model.contextWindow(),
                        model == null || model.maxOutputTokens() == null
                                ? config.assumedOutputTokens()
                                : model.maxOutputTokens(),
                        1,
                        Units.NONE,
                        model == null ? Prices.UNKNOWN : model.prices(),
                        rate),
                true);
    }

    private Future<Hold> hold(UUID client, Instant at, @Nullable CallBound bound, boolean namesModel) {
        boolean known = bound != null && (bound.isPriced() || !limitsMoney(client));
        if (!known && !policies.allowsUnknownPrices(client)) {
            throw new GatewayError(
                    ErrorCode.PRICE_UNKNOWN,
                    "What this request costs cannot be known beforehand, and this client's use is limited; its operator can allow unknown prices by a policy.",
                    namesModel ? "model" : null);
        }
        Spending most = bound == null ? Spending.NONE : bound.spending();
        Held held = ledger.tryHold(client, at, most);
        return held != null
                ? Future.succeededFuture(bounded(held, bound))
                : EventLoop.here(ledger.hold(client, at, most, most).map(hold -> bounded(hold, bound)));
    }

    private static Hold bounded(Held held, @Nullable CallBound bound) {
        return bound == null ? held : BoundedHold.of(held, bound);
    }

    /** How many images it asks for, where that can be read. */
    private static long images(PassRoute route) {
        if (route.pass().call().apiType() == ApiType.IMAGES && !route.json().countsImages()) {
            throw new GatewayError(
                    ErrorCode.INVALID_REQUEST,
                    "The field n must be one whole number, so that what the request may cost can be known.",
                    "n");
        }
        return route.json().images();
    }

    /** Tokens of a request that may bring images along. */
    private static long pictured(PassRoute route, long body) {
        return route.pass().path().equals("/images/generations")
                ? body
                : body + (long) MOST_INPUT_IMAGES * TOKENS_PER_IMAGE;
    }

    /** Null where the provider works on when the call is over, or on what the call does not hold. */
    private @Nullable CallBound bound(PassRoute route, ExchangeRate rate) {
        long body = route.pass().body().length() < 0
                ? LONGEST_UPLOAD
                : route.pass().body().length();
        Model model = route.model();
        Prices prices = model == null ? Prices.UNKNOWN : model.prices();
        long context = model == null || model.contextWindow() == null ? UNKNOWN_CONTEXT : model.contextWindow();
        long answer = model == null || model.maxOutputTokens() == null
                ? config.assumedOutputTokens()
                : model.maxOutputTokens();
        long images = images(route);
        return switch (route.pass().call().apiType()) {
            case MODERATIONS -> new CallBound(Math.min(body, context), 0, 1, Units.NONE, prices, rate);
            case RESPONSES -> new CallBound(context, answer, 1, Units.NONE, prices, rate);
            case IMAGES ->
                new CallBound(
                        Math.min(pictured(route, body), context),
                        images * TOKENS_PER_IMAGE,
                        1,
                        new Units(images, BigDecimal.ZERO, 0),
                        prices,
                        rate);
            case AUDIO ->
                new CallBound(
                        Math.min(body, context),
                        answer,
                        1,
                        new Units(
                                0,
                                BigDecimal.valueOf(body).divide(BYTES_PER_SECOND, 0, RoundingMode.UP),
                                route.json().inputCharacters()),
                        prices,
                        rate);
            default -> null;
        };
    }

    /** Also by a policy that is so new that its ledger is not known yet. */
    private boolean limitsMoney(UUID client) {
        return ledger.limitsMoney(client) || policies.limitsMoney(client);
    }
}
