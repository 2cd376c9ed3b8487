package dev.comporta.provider;

import dev.comporta.core.Dialect;
import java.time.Duration;

/**
 * A configured upstream.
 *
 * @param name as in gateway identifiers and in configuration
 * @param dialect the wire format that it understands
 * @param keyRequired whether a call without a key is pointless
 * @param streamUsage how it is brought to tell the usage of a stream
 * @param hasResponses whether it has the Responses API itself
 * @param quirks the name of the set of ways in which it differs from its dialect, such as {@code groq}; empty for none
 * @param hangUp what is done when a caller leaves in the middle of an answer
 * @param upstream where its attempts are sent
 */
public record Provider(
        String name,
        Dialect dialect,
        boolean keyRequired,
        ProviderConfig.StreamUsage streamUsage,
        boolean hasResponses,
        String quirks,
        HangUp hangUp,
        Upstream upstream) {

    /**
     * What is done when a caller leaves in the middle of an answer.
     *
     * @param drains whether the answer is read on, because the provider would bill it anyway and only tells at its end
     *     how much it was
     * @param timeout how long it is read on at most
     * @param bytes how much of it is read on at most
     */
    public record HangUp(boolean drains, Duration timeout, long bytes) {

        /** The connection is closed at once, which stops the bill. */
        public static final HangUp CANCEL = new HangUp(false, Duration.ZERO, 0);
    }
}
