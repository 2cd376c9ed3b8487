package dev.comporta.pipeline;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

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

    /** After how long a silence a stream is kept alive by something that means nothing. */
    @WithDefault("15S")
    Duration streamPingInterval();

    /** How requests are told to providers of another dialect. */
    DialectConfig dialect();

    /** How requests are told to providers of another dialect. */
    interface DialectConfig {

        /** Whether a field that the provider cannot be told is refused, even if the answer does not depend on it. */
        @WithDefault("false")
        boolean strict();
    }

    /** Whether calls may go direct. */
    enum DirectMode {
        ALLOW,
        FORBID
    }
}
