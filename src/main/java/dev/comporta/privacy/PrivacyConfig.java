package dev.comporta.privacy;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** What is kept of what people say. Whether payloads are kept at all is each client's {@code log_payloads}. */
@ConfigMapping(prefix = "gateway.privacy")
public interface PrivacyConfig {

    /** How much of a request, and of an answer, is kept once it is redacted; the rest is cut off, and marked. */
    @WithDefault("64K")
    MemorySize maxPayload();

    /** Whether each usage says by a keyed hash which requests had the same prompt. */
    @WithDefault("true")
    boolean promptHash();
}
