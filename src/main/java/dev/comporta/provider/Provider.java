package dev.comporta.provider;

import dev.comporta.core.Dialect;

/**
 * A configured upstream.
 *
 * @param name as in gateway identifiers and in configuration
 * @param dialect the wire format that it understands
 * @param keyRequired whether a call without a key is pointless
 * @param streamUsage how it is brought to tell the usage of a stream
 * @param upstream where its attempts are sent
 */
public record Provider(
        String name, Dialect dialect, boolean keyRequired, ProviderConfig.StreamUsage streamUsage, Upstream upstream) {}
