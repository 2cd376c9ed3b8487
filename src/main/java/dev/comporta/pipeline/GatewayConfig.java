package dev.comporta.pipeline;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** The switches of the whole gateway. */
@ConfigMapping(prefix = "gateway")
public interface GatewayConfig {

    /** Off: every call goes direct, straight to the provider it names. */
    @WithDefault("true")
    boolean enabled();

    /** What happens to calls where the gateway is off, globally or for the client. */
    @WithDefault("allow")
    DirectMode directMode();

    /** Whether the {@code x-vercel-*} aliases of the answer headers are sent too. */
    @WithDefault("true")
    boolean compatibilityHeaders();

    /** Whether calls may go direct. */
    enum DirectMode {
        ALLOW,
        FORBID
    }
}
