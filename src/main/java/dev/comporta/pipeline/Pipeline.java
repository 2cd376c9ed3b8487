package dev.comporta.pipeline;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.core.ApiType;
import dev.comporta.core.Attribution;
import dev.comporta.core.Call;
import dev.comporta.core.Caller;
import dev.comporta.core.Dialect;
import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.core.ObjectKind;
import dev.comporta.core.ObjectReference;
import dev.comporta.core.Reply;
import dev.comporta.core.Secret;
import dev.comporta.dialect.Dropped;
import dev.comporta.dialect.ModelRequest;
import dev.comporta.dialect.Outgoing;
import dev.comporta.dialect.Translation;
import dev.comporta.model.ResolvedTarget;
import dev.comporta.ownership.ObjectOwners;
import dev.comporta.provider.Provider;
import dev.comporta.provider.Providers;
import dev.comporta.usage.Outcome;
import dev.comporta.usage.UsageRecorder;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The way of a call: who asks, may they, where does it go, what goes out, can that be paid for, and then the exchange
 * with the provider. Called on the call's event loop; never waits.
 */
@ApplicationScoped
public class Pipeline {

    private static final Logger LOG = Logger.getLogger(Pipeline.class);

    private final Admission admission;
    private final AllowedTargets targets;
    private final Providers providers;
    private final UsageRecorder usage;
    private final TokenCount tokenCount;
    private final Reservations reservations;
    private final ObjectOwners owners;
    private final RemoteImages images;
    private final ModelExchanges exchanges;
    private final CallPrivacy privacy;
    private final CallMetrics metrics;
    private final GatewayConfig config;

    Pipeline(
            Admission admission,
            AllowedTargets targets,
            Providers providers,
            UsageRecorder usage,
            TokenCount tokenCount,
            Reservations reservations,
            ObjectOwners owners,
            RemoteImages images,
            ModelExchanges exchanges,
            CallPrivacy privacy,
            CallMetrics metrics,
            GatewayConfig config) {
        this.admission = admission;
        this.targets = targets;
        this.providers = providers;
        this.usage = usage;
        this.tokenCount = tokenCount;
        this.reservations = reservations;
        this.owners = owners;
        this.images = images;
        this.exchanges = exchanges;
        this.privacy = privacy;
        this.metrics = metrics;
        this.config = config;
    }

    /**
     * Handles a call to a model.
     *
     * @param caller as {@link #authenticate} said
     * @return the answer, at the latest when its first event is there; a failure is a {@link GatewayError}
     */
    public Future<Reply> model(Call call, Caller caller) {
        AuthenticatedCall authenticated = new AuthenticatedCall(call, caller);
        ModelRequest request = null;
        try {
            request = parse(call);
            AdmittedCall admitted = admit(authenticated, request);
            return privacy.kept(admitted, answer(authenticated, admitted));
        } catch (RuntimeException e) {
            return refused(authenticated, request, e);
        }
    }

    private Future<Reply> answer(AuthenticatedCall authenticated, AdmittedCall admitted) {
        try {
            if (isEstimate(admitted)) {
                return tokenCount.estimate(admitted);
            }
            Route route = route(admitted, resolve(admitted));
            return prepare(route)
                    .compose(outgoing -> reservations.reserve(route, outgoing))
                    .transform(reserved -> reserved.succeeded()
                            ? exchanges.send(route, reserved.result())
                            : refused(authenticated, admitted.request(), reserved.cause()));
        } catch (RuntimeException e) {
            return refused(authenticated, admitted.request(), e);
        }
    }

    private ResolvedTarget resolve(AdmittedCall admitted) {
        return targets.first(admitted);
    }

    private static ModelRequest parse(Call call) {
        if (call.dialect() != Dialect.GEMINI) {
            return ModelRequest.parse(call.body());
        }
        GeminiPath path = GeminiPath.of(call.endpoint(), call.query());
        return ModelRequest.parse(call.body(), path.model(), path.isStream());
    }

    /**
     * Who is calling, by the headers alone, so that nobody's body is read before.
     *
     * @throws GatewayError if the key is wrong, or nobody can tell because the database was never reached
     */
    public Caller authenticate(MultiMap headers) {
        return admission.authenticate(headers);
    }

    private AdmittedCall admit(AuthenticatedCall authenticated, ModelRequest request) {
        boolean direct = admission.direct(authenticated.caller());
        Call call = authenticated.call();
        Attribution attribution =
                privacy.hashed(AttributionHeaders.read(call.headers(), request), authenticated.caller(), request);
        return new AdmittedCall(call, authenticated.caller(), request, attribution, direct);
    }

    private Route route(AdmittedCall admitted, ResolvedTarget resolved) {
        Provider provider = provider(resolved.target().provider());
        Secret key = admission.key(admitted.caller(), provider);
        Dropped dropped = new Dropped(config.dialect().strict());
        Translation translation = Translations.of(admitted, resolved, provider, key, dropped);
        boolean ownAccount = admission.isOwnAccount(admitted.caller(), provider);
        return new Route(
                admitted, resolved.target(), resolved.model(), provider, translation, dropped, key, ownAccount);
    }

    private Provider provider(String name) {
        return providers
                .find(name)
                .orElseThrow(() -> new GatewayError(
                        ErrorCode.MODEL_NOT_FOUND, "The provider %s is not configured.".formatted(name), "model"));
    }

    /** Whether the input's tokens are asked for, and the target's provider has no such question. */
    private boolean isEstimate(AdmittedCall admitted) {
        return admitted.call().apiType() == ApiType.COUNT_TOKENS
                && provider(resolve(admitted).target().provider()).dialect()
                        != admitted.call().dialect();
    }

    /** All that must be known before the request can be written. */
    private Future<Outgoing> prepare(Route route) {
        return mayReach(route)
                .compose(allowed -> complete(route))
                .map(complete -> route.translation().request());
    }

    /** In the account of the shared key a client reaches its own objects only; in its own account it is at home. */
    private Future<?> mayReach(Route route) {
        List<ObjectReference> references = route.admitted().request().references();
        if (route.ownAccount()) {
            return Future.succeededFuture();
        }
        if (route.translation().isPassing()
                && route.admitted().request().fields().contains("request_id")) {
            // Some providers name what they keep as its maker wishes, and it could be the name of a stranger's.
            return Future.failedFuture(new GatewayError(
                    ErrorCode.UNSUPPORTED_PARAMETER,
                    "In an account that clients share, request_id is not passed on.",
                    "request_id"));
        }
        if (references.isEmpty()) {
            return Future.succeededFuture();
        }
        // The items of a response that was translated have ids of the gateway's own.
        List<ObjectReference> kept = references.stream()
                .filter(reference -> route.translation().isPassing() || reference.kind() != ObjectKind.ITEM)
                .toList();
        return owners.check(
                kept, route.provider().name(), route.admitted().caller().clientId());
    }

    /** Gemini wants the images themselves, where other providers take a link. */
    private Future<?> complete(Route route) {
        ObjectNode chat = route.translation().chat();
        return chat != null && route.provider().dialect() == Dialect.GEMINI && images.isNeeded(chat)
                ? images.inline(chat).onSuccess(route.translation()::complete)
                : Future.succeededFuture();
    }

    /**
     * Accounts for a call whose body could not be read.
     *
     * @return always fails, with {@code failure}
     */
    public Future<Reply> unread(Call call, Caller caller, Throwable failure) {
        return failure instanceof GatewayError
                ? refused(new AuthenticatedCall(call, caller), null, failure)
                : Future.failedFuture(failure);
    }

    /** A call that its client made, and that no provider saw, is a row of the usage log too. */
    private Future<Reply> refused(AuthenticatedCall authenticated, @Nullable ModelRequest request, Throwable cause) {
        GatewayError refusal = asRefusal(cause);
        metrics.refused(refusal.code());
        return usage.record(
                        authenticated.call(),
                        authenticated.caller(),
                        attribution(authenticated.call(), request),
                        request != null && request.stream(),
                        request == null ? null : request.model())
                .ended(Outcome.refused(refusal.code().status(), refusal.code().code(), refusal.getMessage()))
                .compose(recorded -> Future.failedFuture(refusal));
    }

    private static GatewayError asRefusal(Throwable cause) {
        if (cause instanceof GatewayError refusal) {
            return refusal;
        }
        LOG.error("A call failed for a reason that is the gateway's own", cause);
        return new GatewayError(ErrorCode.INTERNAL, "The gateway failed; its log has the reason.");
    }

    /** What can be read of it: a refusal may be about the attribution itself. */
    private static Attribution attribution(Call call, @Nullable ModelRequest request) {
        try {
            return request == null ? Attribution.NONE : AttributionHeaders.read(call.headers(), request);
        } catch (GatewayError unreadable) {
            return Attribution.NONE;
        }
    }
}
