package dev.comporta.client;

import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;

/** The ways in which a caller is not let in. None says anything about the key that was presented. */
final class Refusal {

    private static final String CLIENT_HEADER = "x-gateway-client-id";

    /** One message for every reason, so that nobody learns which keys exist. */
    static final GatewayError INVALID_KEY = new GatewayError(
            ErrorCode.INVALID_API_KEY,
            "No valid gateway key: send one that is neither revoked nor expired as 'Authorization: Bearer <key>'. "
                    + "An administrator makes one with POST /api/keys.");

    static final GatewayError INVALID_ADMIN_KEY = new GatewayError(
            ErrorCode.INVALID_API_KEY,
            "No valid key for the admin API: send the admin key as 'Authorization: Bearer <key>'. "
                    + "It was printed at the first start, or is set in GATEWAY_ADMIN_KEY.");

    static final GatewayError CLIENT_MISMATCH = new GatewayError(
            ErrorCode.CLIENT_MISMATCH,
            "This gateway key belongs to another client than x-gateway-client-id names: leave the header out, "
                    + "or send that client's own key.",
            CLIENT_HEADER);

    static final GatewayError CLIENT_NOT_FOUND = new GatewayError(
            ErrorCode.CLIENT_NOT_FOUND,
            "There is no client as x-gateway-client-id names it: name one by id or slug, "
                    + "or have an administrator make it with POST /api/clients.",
            CLIENT_HEADER);

    static final GatewayError NO_DEFAULT_CLIENT = new GatewayError(
            ErrorCode.CLIENT_NOT_FOUND,
            "The shared gateway key was sent without x-gateway-client-id, and there is no client 'default': "
                    + "name a client by id or slug.",
            CLIENT_HEADER);

    private Refusal() {}
}
