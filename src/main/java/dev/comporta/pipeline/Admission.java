package dev.comporta.pipeline;

import dev.comporta.client.ClientDirectory;
import dev.comporta.core.Caller;
import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.core.Secret;
import dev.comporta.provider.Provider;
import dev.comporta.secret.ProviderKeys;
import io.vertx.core.MultiMap;
import jakarta.enterprise.context.ApplicationScoped;
import org.jspecify.annotations.Nullable;

/** Who may call, by which way, and with whose key: one set of rules for every kind of call. Thread-safe. */
@ApplicationScoped
public class Admission {

    private final ClientDirectory clients;
    private final ProviderKeys keys;
    private final CallMetrics metrics;
    private final GatewayConfig config;

    Admission(ClientDirectory clients, ProviderKeys keys, CallMetrics metrics, GatewayConfig config) {
        this.clients = clients;
        this.keys = keys;
        this.metrics = metrics;
        this.config = config;
    }

    /** @throws GatewayError if the key is wrong, or nobody can tell because the database was never reached */
    Caller authenticate(MultiMap headers) {
        try {
            return clients.authenticate(headers);
        } catch (GatewayError refusal) {
            metrics.refused(refusal.code());
            throw refusal;
        }
    }

    /**
     * Whether a call goes straight to the provider that it names, because the gateway is off for its client.
     *
     * @throws GatewayError {@link ErrorCode#GATEWAY_NOT_ENABLED} if that is forbidden
     */
    boolean direct(Caller caller) {
        boolean direct = !config.enabled() || !caller.gatewayEnabled();
        if (direct && config.directMode() == GatewayConfig.DirectMode.FORBID) {
            throw new GatewayError(ErrorCode.GATEWAY_NOT_ENABLED, "The AI gateway is not enabled for this client.");
        }
        return direct;
    }

    /**
     * What is presented to a provider: the caller's own key, else the shared one, or null where none is needed.
     *
     * @throws GatewayError {@link ErrorCode#PROVIDER_KEY_MISSING} if one is needed and there is none
     */
    @Nullable
    Secret key(Caller caller, Provider provider) {
        if (caller.providerKey() != null) {
            return caller.providerKey();
        }
        Secret shared = keys.find(provider.name()).orElse(null);
        if (shared == null && provider.keyRequired()) {
            throw new GatewayError(
                    ErrorCode.PROVIDER_KEY_MISSING,
                    "The gateway has no key for the provider %s: its operator has to set gateway.providers.%s.api-key."
                            .formatted(provider.name(), provider.name()));
        }
        return shared;
    }

    /**
     * Whether a call goes to an account of the caller's own, in which everything is its own: it brings its key, to a
     * provider that tells keys apart. One that needs none serves everybody from one account.
     */
    boolean isOwnAccount(Caller caller, Provider provider) {
        return caller.providerKey() != null
                && (provider.keyRequired() || keys.find(provider.name()).isPresent());
    }
}
