package dev.comporta.core;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Who is calling, as far as its key has proved it.
 *
 * @param clientId the client that is budgeted, limited and reported
 * @param clientSlug the client's readable name, safe in logs and metric labels
 * @param gatewayEnabled the client's {@code use_ai_gateway} switch
 * @param keyId the gateway key that was presented, or null for one that is set by environment
 * @param providerKey the caller's own provider key, used for this call instead of the shared one and never stored
 */
public record Caller(
        UUID clientId,
        String clientSlug,
        boolean gatewayEnabled,
        @Nullable UUID keyId,
        @Nullable Secret providerKey) {}
