package dev.comporta.pipeline;

import dev.comporta.core.ApiType;
import dev.comporta.core.Attribution;
import dev.comporta.core.Caller;
import dev.comporta.core.Dialect;
import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.core.Hold;
import dev.comporta.core.ObjectReference;
import dev.comporta.core.Reply;
import dev.comporta.core.Spending;
import dev.comporta.core.Target;
import dev.comporta.dialect.ObjectReferences;
import dev.comporta.model.ExchangeRate;
import dev.comporta.model.ExchangeRates;
import dev.comporta.model.Model;
import dev.comporta.model.ModelConfig;
import dev.comporta.model.ModelRegistry;
import dev.comporta.model.ResolvedTarget;
import dev.comporta.ownership.ObjectOwners;
import dev.comporta.ownership.ObjectPath;
import dev.comporta.ownership.Owned;
import dev.comporta.provider.Provider;
import dev.comporta.provider.Providers;
import dev.comporta.usage.Outcome;
import dev.comporta.usage.Recording;
import dev.comporta.usage.UsageRecorder;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The way of a call that is passed through: who asks, may they, whose is what they name, which provider, can it be paid
 * for, and then the {@link Passage}. Called on the call's event loop; never waits.
 */
@ApplicationScoped
public class Passages {

    private static final Logger LOG = Logger.getLogger(Passages.class);
    private static final String PROVIDER = "x-gateway-provider";

    private final Admission admission;
    private final ModelRegistry registry;
    private final AllowedTargets targets;
    private final Providers providers;
    private final UsageRecorder usage;
    private final CallMetrics metrics;
    private final ObjectOwners owners;
    private final ListTurns listTurns;
    private final PassReservations reservations;
    private final BackgroundResponses background;
    private final ExchangeRates rates;
    private final GatewayConfig config;
    private final String preferredProvider;

    Passages(
            Admission admission,
            ModelRegistry registry,
            AllowedTargets targets,
            Providers providers,
            UsageRecorder usage,
            CallMetrics metrics,
            ObjectOwners owners,
            ListTurns listTurns,
            PassReservations reservations,
            BackgroundResponses background,
            ExchangeRates rates,
            GatewayConfig config,
            ModelConfig models) {
        this.admission = admission;
        this.registry = registry;
        this.targets = targets;
        this.providers = providers;
        this.usage = usage;
        this.metrics = metrics;
        this.owners = owners;
        this.listTurns = listTurns;
        this.reservations = reservations;
        this.background = background;
        this.rates = rates;
        this.config = config;
        preferredProvider = models.preferredProvider();
    }

    /**
     * Who is calling, by the headers alone, so that nobody's body is read before.
     *
     * @throws GatewayError if the key is wrong, or nobody can tell because the database was never reached
     */
    public Caller authenticate(MultiMap headers) {
        return admission.authenticate(headers);
    }

    /**
     * Passes a call on.
     *
     * @param caller as {@link #authenticate} said
     * @return the answer, as soon as its head is there; a failure is a {@link GatewayError}
     */
    public Future<Reply> send(PassCall pass, Caller caller) {
        PassJson json = PassJson.NOTHING;
        try {
            boolean direct = admission.direct(caller);
            List<ObjectReference> references = new ArrayList<>();
            ObjectPath path = null;
            byte[] body = pass.body().json() ? pass.call().body().getBytes() : new byte[0];
            if (body.length > 0) {
                json = PassJson.read(body);
            }
            if (!isOwnAccount(pass, caller, json)) {
                path = ObjectPath.of(pass.call().method(), pass.path());
                references.addAll(path.references());
                references.addAll(ObjectReferences.of(body));
                refuseChosenId(path, json);
            }
            PassJson said = json;
            ObjectPath does = path;
            String asked = pass.call().headers().get(PROVIDER);
            if (asked != null) {
                provider(asked, PROVIDER);
            }
            return owners.check(references, asked, caller.clientId())
                    .transform(owned -> owned.failed()
                            ? refused(pass, caller, said, asGatewayError(owned.cause()))
                            : passed(pass, caller, said, direct, does, references, owned.result()));
        } catch (RuntimeException e) {
            return refused(pass, caller, json, asGatewayError(e));
        }
    }

    /** The caller may name what it names. */
    private Future<Reply> passed(
            PassCall pass,
            Caller caller,
            PassJson json,
            boolean direct,
            @Nullable ObjectPath path,
            List<ObjectReference> references,
            Owned owned) {
        PassRoute route;
        ExchangeRate rate = rates.current();
        Future<Hold> held;
        try {
            route = route(pass, caller, direct, json, path, references, owned);
            held = reservations.reserve(route, rate);
        } catch (RuntimeException e) {
            return refused(pass, caller, json, asGatewayError(e));
        }
        return held.transform(hold -> hold.succeeded()
                ? sent(route, rate, hold.result())
                : refused(pass, caller, json, asGatewayError(hold.cause())));
    }

    /** From here on something is reserved, and whichever way the call ends, it is settled. */
    private Future<Reply> sent(PassRoute route, ExchangeRate rate, Hold hold) {
        try {
            return started(route, rate, hold);
        } catch (RuntimeException e) {
            // The journal takes no more calls.
            hold.settle(Spending.NONE);
            return refused(route.pass(), route.caller(), route.json(), asGatewayError(e));
        }
    }

    private Future<Reply> started(PassRoute route, ExchangeRate rate, Hold hold) {
        PassJson json = route.json();
        ObjectPath path = route.path();
        Recording recording = usage.record(
                route.pass().call(),
                route.caller(),
                route.attribution(),
                route.direct(),
                json.stream(),
                route.named() == null ? null : route.named().name(),
                route.target(),
                route.model(),
                rate,
                hold);
        boolean compatibility = config.compatibilityHeaders();
        if (path != null && path.action() == ObjectPath.Action.LIST && path.kind() != null) {
            return new PassList(route, owners, listTurns, recording, metrics, compatibility).send(path.kind());
        }
        Passage passage = new Passage(route, new PassObjects(route, owners), recording, metrics, compatibility);
        String response = deletedResponse(route.pass());
        return response == null
                ? passage.send()
                : background.beforeDeletion(route.target().provider(), response).compose(asked -> passage.send());
    }

    private static @Nullable String deletedResponse(PassCall pass) {
        List<String> segments = pass.segments();
        return pass.call().method().equals("DELETE")
                        && segments.size() == 2
                        && segments.get(0).equals("responses")
                ? segments.get(1)
                : null;
    }

    private static GatewayError asGatewayError(Throwable cause) {
        if (cause instanceof GatewayError refusal) {
            return refusal;
        }
        LOG.error("A call failed for a reason that is the gateway's own", cause);
        return new GatewayError(ErrorCode.INTERNAL, "The gateway failed; its log has the reason.");
    }

    /**
     * Accounts for a call whose body could not be read.
     *
     * @return always fails, with {@code failure}
     */
    public Future<Reply> unread(PassCall pass, Caller caller, Throwable failure) {
        return failure instanceof GatewayError refusal
                ? refused(pass, caller, PassJson.NOTHING, refusal)
                : Future.failedFuture(failure);
    }

    private PassRoute route(
            PassCall pass,
            Caller caller,
            boolean direct,
            PassJson json,
            @Nullable ObjectPath path,
            List<ObjectReference> references,
            Owned owned) {
        if (path != null && path.action() == ObjectPath.Action.UNKNOWN) {
            throw new GatewayError(
                    ErrorCode.FORBIDDEN, "The gateway cannot tell whose objects this request would reach.");
        }
        String asked = pass.call().headers().get(PROVIDER);
        String chosen = asked != null ? asked : home(owned);
        PassBody.NamedModel named = named(pass, json);
        Target target;
        Model model = null;
        if (named == null) {
            target = new Target(chosen == null ? preferredProvider : chosen, "");
            if (!direct && pass.namesModel()) {
                // Its default is a model too, whichever it may be.
                targets.check(caller.clientId(), new ResolvedTarget(target, null), "of the provider's own choice");
            }
            if (pass.call().apiType() == ApiType.MODERATIONS) {
                model = registry.only(target.provider(), "moderation").orElse(null);
            }
        } else {
            ResolvedTarget resolved = targets.first(caller.clientId(), at(chosen, named.name()), direct);
            target = resolved.target();
            model = resolved.model();
        }
        targets.check(caller.clientId(), pass, target.provider(), direct);
        if (!references.isEmpty() && !isAmong(target.provider(), asked, owned)) {
            throw new GatewayError(
                    ErrorCode.INVALID_REQUEST,
                    "The objects that this request names live at another provider than its model.",
                    named == null ? null : "model");
        }
        Provider provider = provider(target.provider(), asked != null ? PROVIDER : named != null ? "model" : null);
        Attribution attribution = AttributionHeaders.read(pass.call().headers(), json.user(), json.metadata());
        return new PassRoute(
                pass,
                caller,
                attribution,
                direct,
                json,
                named,
                target,
                model,
                provider,
                admission.key(caller, provider),
                path,
                references,
                owned.complete());
    }

    private static PassBody.@Nullable NamedModel named(PassCall pass, PassJson json) {
        if (!pass.namesModel()) {
            return null;
        }
        return pass.body().json() ? json.model() : pass.body().model();
    }

    /** Whether the provider that a call names, as far as its header and its model say, is its own account. */
    private boolean isOwnAccount(PassCall pass, Caller caller, PassJson json) {
        if (caller.providerKey() == null) {
            return false;
        }
        String name = pass.call().headers().get(PROVIDER);
        PassBody.NamedModel named = named(pass, json);
        if (name == null) {
            name = named == null
                    ? preferredProvider
                    : registry.resolve(named.name(), providers.names())
                            .get(0)
                            .target()
                            .provider();
        }
        return providers
                .find(name)
                .map(provider -> admission.isOwnAccount(caller, provider))
                .orElse(false);
    }

    /** Some providers name an object as its maker wishes, and it could be the name of a stranger's. */
    private static void refuseChosenId(ObjectPath path, PassJson json) {
        if (path.action() == ObjectPath.Action.CREATE && json.choosesId()) {
            throw new GatewayError(
                    ErrorCode.UNSUPPORTED_PARAMETER,
                    "In an account that clients share, request_id is not passed on.",
                    "request_id");
        }
    }

    /** Whether it is there that the owners of the request's objects were asked for; what is nobody's is so anywhere. */
    private static boolean isAmong(String provider, @Nullable String asked, Owned owned) {
        return asked != null
                ? provider.equals(asked)
                : owned.providers().isEmpty() || owned.providers().contains(provider);
    }

    /** Where the objects are that a request names; null if that does not say. */
    private @Nullable String home(Owned owned) {
        return owned.providers().contains(preferredProvider) ? preferredProvider : owned.provider();
    }

    /** The model's name at the provider that has been chosen, if one has. */
    private static String at(@Nullable String provider, String model) {
        return provider == null || model.startsWith(provider + "/") ? model : provider + "/" + model;
    }

    /** @param param what has chosen it, or null if nothing has */
    private Provider provider(String name, @Nullable String param) {
        Provider provider = providers.find(name).orElse(null);
        if (provider == null) {
            throw new GatewayError(
                    "model".equals(param) ? ErrorCode.MODEL_NOT_FOUND : ErrorCode.INVALID_REQUEST,
                    "The provider %s is not configured.".formatted(printable(name)),
                    param);
        }
        if (provider.dialect() != Dialect.OPENAI) {
            throw new GatewayError(
                    ErrorCode.UNSUPPORTED_DIALECT,
                    "The provider %s has no such API; name one that has in the header %s.".formatted(name, PROVIDER),
                    param);
        }
        return provider;
    }

    private static String printable(String name) {
        return name.matches("[a-z0-9][a-z0-9-]{0,62}") ? name : "of that name";
    }

    /** A call that its client made, and that no provider saw, is a row of the usage log too. */
    private Future<Reply> refused(PassCall pass, Caller caller, PassJson json, GatewayError refusal) {
        metrics.refused(refusal.code());
        PassBody.NamedModel named = json.model();
        return usage.record(
                        pass.call(),
                        caller,
                        attribution(pass, json),
                        json.stream(),
                        named == null ? null : named.name())
                .ended(Outcome.refused(refusal.code().status(), refusal.code().code(), refusal.getMessage()))
                .compose(recorded -> Future.failedFuture(refusal));
    }

    /** What can be read of it: a refusal may be about the attribution itself. */
    private static Attribution attribution(PassCall pass, PassJson json) {
        try {
            return AttributionHeaders.read(pass.call().headers(), json.user(), json.metadata());
        } catch (GatewayError unreadable) {
            return Attribution.NONE;
        }
    }
}
