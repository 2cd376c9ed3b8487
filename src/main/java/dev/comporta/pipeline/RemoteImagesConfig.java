package dev.comporta.pipeline;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/** Images that are given by their address, for providers that want the bytes. */
@ConfigMapping(prefix = "gateway.remote-images")
public interface RemoteImagesConfig {

    /** What is done with them. */
    @WithDefault("fetch")
    Mode mode();

    /** The largest image. */
    @WithDefault("10M")
    MemorySize maxBytes();

    /** All images of one request together. */
    @WithDefault("20M")
    MemorySize maxTotalBytes();

    /** From the name server to the last byte, redirects included. */
    @WithDefault("10S")
    Duration timeout();

    /**
     * Hosts that may be of our own network, as {@code host} for the web's ports or as {@code host:port}. Whoever may
     * call the gateway can read images from them.
     */
    Optional<Set<String>> allowHosts();

    /** See {@link #mode()}. */
    enum Mode {
        /** The gateway gets the bytes. */
        FETCH,
        /** The provider gets the address, and does with it what it can. */
        FORWARD,
        /** Such a request is answered with 400. */
        REFUSE
    }
}
