package dev.comporta.pipeline;

import dev.comporta.core.Attribution;
import dev.comporta.core.Call;
import dev.comporta.core.Caller;
import dev.comporta.core.Dialect;
import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.core.Hold;
import dev.comporta.core.Reply;
import dev.comporta.core.Secret;
import dev.comporta.core.Target;
import dev.comporta.core.TokenUsage;
import dev.comporta.core.UsageSource;
import dev.comporta.dialect.ModelRequest;
import dev.comporta.model.ExchangeRates;
import dev.comporta.model.ModelConfig;
import dev.comporta.model.ModelRegistry;
import dev.comporta.model.ResolvedTarget;
import dev.comporta.provider.ForwardedHeaders;
import dev.comporta.provider.Provider;
import dev.comporta.provider.Providers;
import dev.comporta.provider.RealtimeConfig;
import dev.comporta.provider.WebSockets;
import dev.comporta.usage.Outcome;
import dev.comporta.usage.UsageRecorder;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.UpgradeRejectedException;
import io.vertx.core.http.WebSocket;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The way of a Realtime session: may the caller, where does it go, and then the provider's side of it is opened, so
 * that a refusal can still be an ordinary answer. Called on the session's event loop; never waits.
 */
@ApplicationScoped
public class RealtimeSessions {

    private static final Logger LOG = Logger.getLogger(RealtimeSessions.class);
    private static final String PATH = "/realtime";
    /** Sessions that only transcribe name no model in their address. */
    private static final String UNNAMED = "realtime-transcription";

    private final ModelRegistry registry;
    private final AllowedTargets targets;
    private final ModelConfig models;
    private final Providers providers;
    private final Admission admission;
    private final WebSockets sockets;
    private final UsageRecorder usage;
    private final CallMetrics calls;
    private final RealtimeMetrics metrics;
    private final RealtimeConfig config;
    private final PassReservations reservations;
    private final Clock clock;
    private final ExchangeRates rates;
    private final Vertx vertx;

    RealtimeSessions(
            ModelRegistry registry,
            AllowedTargets targets,
            ModelConfig models,
            Providers providers,
            Admission admission,
            WebSockets sockets,
            UsageRecorder usage,
            CallMetrics calls,
            RealtimeMetrics metrics,
            RealtimeConfig config,
            PassReservations reservations,
            Clock clock,
            ExchangeRates rates,
            Vertx vertx) {
        this.registry = registry;
        this.targets = targets;
        this.models = models;
        this.providers = providers;
        this.admission = admission;
        this.sockets = sockets;
        this.usage = usage;
        this.calls = calls;
        this.metrics = metrics;
        this.config = config;
        this.reservations = reservations;
        this.clock = clock;
        this.rates = rates;
        this.vertx = vertx;
    }

    /** The longest frame that passes. */
    public int maxFrameBytes() {
        return (int) Math.min(config.maxFrameSize().asLongValue(), Integer.MAX_VALUE);
    }

    /**
     * Opens the provider's side of a session.
     *
     * @param offered what the caller offers to speak
     * @return the session, to be joined or abandoned; fails with {@link GatewayError} or {@link ProviderRefusal}
     */
    public Future<RealtimeSession> open(Call call, Caller caller, SubProtocols offered) {
        RealtimeQuery query = null;
        try {
            query = RealtimeQuery.parse(call.query());
            return connect(call, caller, offered, query);
        } catch (RuntimeException e) {
            return refused(call, caller, query, asGatewayError(e));
        }
    }

    private static GatewayError asGatewayError(Throwable cause) {
        if (cause instanceof GatewayError refusal) {
            return refusal;
        }
        LOG.error("A session failed for a reason that is the gateway's own", cause);
        return new GatewayError(ErrorCode.INTERNAL, "The gateway failed; its log has the reason.");
    }

    private Future<RealtimeSession> connect(Call call, Caller caller, SubProtocols offered, RealtimeQuery query) {
        boolean direct = admission.direct(caller);
        ResolvedTarget resolved = resolve(query, caller, direct);
        Provider provider = provider(resolved.target().provider());
        if (query.joinsCall() && !admission.isOwnAccount(caller, provider)) {
            // With the shared key everybody's calls lie in one account.
            throw new GatewayError(
                    ErrorCode.FORBIDDEN, "A running call can only be joined with a provider key of one's own.");
        }
        Secret key = admission.key(caller, provider);
        RealtimeRows rows = new RealtimeRows(
                usage,
                metrics,
                registry,
                providers,
                clock,
                rates,
                call,
                caller,
                attribution(call),
                direct,
                query.model() == null ? resolved.target().model() : query.model(),
                resolved);
        return reserve(rows, resolved)
                .transform(first -> first.succeeded()
                        ? connect(call, offered, query, provider, key, rows, purse(rows, first.result()))
                        : refused(call, caller, query, asGatewayError(first.cause())));
    }

    private Future<Hold> reserve(RealtimeRows rows, ResolvedTarget target) {
        if (rows.direct()) {
            return Future.succeededFuture(Hold.NONE);
        }
        try {
            return reservations.reserveResponse(
                    rows.caller().clientId(), clock.instant(), target.model(), rates.current());
        } catch (GatewayError refusal) {
            return Future.failedFuture(refusal);
        }
    }

    private RealtimePurse purse(RealtimeRows rows, Hold first) {
        return new RealtimePurse(first, () -> reserve(rows, rows.target()));
    }

    private Future<RealtimeSession> connect(
            Call call,
            SubProtocols offered,
            RealtimeQuery query,
            Provider provider,
            @Nullable Secret key,
            RealtimeRows rows,
            RealtimePurse purse) {
        boolean ownKey = rows.caller().providerKey() != null;
        return sockets.connect(
                        provider.name(),
                        new WebSockets.Handshake(
                                query.path(PATH, rows.target().target().model()),
                                call.headers(),
                                offered.toProvider(ownKey),
                                key,
                                ownKey))
                .compose(socket -> opened(socket, call, rows, purse), failure -> {
                    purse.close();
                    return failed(failure, call, rows, key, ownKey);
                });
    }

    private ResolvedTarget resolve(RealtimeQuery query, Caller caller, boolean direct) {
        if (query.model() != null) {
            return targets.first(caller.clientId(), query.model(), direct);
        }
        if (query.parts().contains("intent=transcription") || query.joinsCall()) {
            ResolvedTarget unnamed = new ResolvedTarget(new Target(models.preferredProvider(), UNNAMED), null);
            if (!direct) {
                targets.check(caller.clientId(), unnamed, UNNAMED);
            }
            return unnamed;
        }
        throw new GatewayError(
                ErrorCode.INVALID_REQUEST, "You must provide a model parameter: /v1/realtime?model=…", "model");
    }

    private Provider provider(String name) {
        Provider provider = providers
                .find(name)
                .orElseThrow(() -> new GatewayError(
                        ErrorCode.MODEL_NOT_FOUND, "The provider %s is not configured.".formatted(name), "model"));
        if (provider.dialect() != Dialect.OPENAI) {
            throw new GatewayError(
                    ErrorCode.UNSUPPORTED_DIALECT,
                    "Realtime sessions cannot be translated for the provider %s.".formatted(name),
                    "model");
        }
        return provider;
    }

    private Future<RealtimeSession> opened(WebSocket socket, Call call, RealtimeRows rows, RealtimePurse purse) {
        RealtimeSession session = new RealtimeSession(
                vertx,
                socket,
                new RealtimeMeter(rows, purse, model -> reserve(rows, model)),
                new RealtimeGuard(
                        targets,
                        rows.caller().clientId(),
                        rows.target().target().provider(),
                        rows.direct()),
                metrics,
                config.idleTimeout().toMillis());
        if (call.gone().isComplete()) {
            session.abandon();
            return Future.failedFuture(new GatewayError(ErrorCode.INTERNAL, "The caller has gone."));
        }
        return Future.succeededFuture(session);
    }

    private Future<RealtimeSession> failed(
            Throwable failure, Call call, RealtimeRows rows, @Nullable Secret key, boolean ownKey) {
        if (failure instanceof UpgradeRejectedException rejection) {
            Buffer body = rejection.getBody() == null ? Buffer.buffer() : rejection.getBody();
            ErrorAnswer error = ErrorAnswer.passing(rejection.getStatus(), body, key, ownKey);
            return rows.endSession(Outcome.refused(error.status(), error.code(), error.message()))
                    .compose(recorded ->
                            Future.failedFuture(new ProviderRefusal(reply(rejection, error, call, ownKey))));
        }
        GatewayError error = Unreached.because(failure, rows.target().target().provider());
        return rows.endSession(new Outcome(
                        Outcome.Status.ERROR,
                        error.code().status(),
                        TokenUsage.NONE,
                        UsageSource.EXACT,
                        error.code().code(),
                        error.getMessage()))
                .compose(recorded -> Future.failedFuture(error));
    }

    private static Reply reply(UpgradeRejectedException rejection, ErrorAnswer error, Call call, boolean ownKey) {
        MultiMap headers = HttpHeaders.headers();
        ForwardedHeaders.toCaller(rejection.getHeaders(), headers, ownKey);
        headers.set(HttpHeaders.CONTENT_TYPE, "application/json")
                .set("x-gateway-request-id", call.id().toString())
                .set("x-gateway-error-source", "provider");
        if (error.status() != rejection.getStatus()) {
            headers.set("x-gateway-provider-status", Integer.toString(rejection.getStatus()));
        }
        return Reply.whole(error.status(), headers, error.body());
    }

    private Future<RealtimeSession> refused(
            Call call, Caller caller, @Nullable RealtimeQuery query, GatewayError refusal) {
        calls.refused(refusal.code());
        return usage.record(call, caller, Attribution.NONE, true, query == null ? null : query.model())
                .ended(Outcome.refused(refusal.code().status(), refusal.code().code(), refusal.getMessage()))
                .compose(recorded -> Future.failedFuture(refusal));
    }

    /** By headers alone: a session has no body. */
    private static Attribution attribution(Call call) {
        return AttributionHeaders.read(call.headers(), ModelRequest.parse(Buffer.buffer("{}"), PATH, true));
    }
}
