package dev.comporta.policy;

import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;

/**
 * How many tokens one request of a client may use. Immutable.
 *
 * @param tokens of the input and the largest output together
 * @param policy the name of the policy that says so
 */
public record TokenLimit(long tokens, String policy) {

    /**
     * The refusal of a request that may use more.
     *
     * @param estimated the tokens of its input, as estimated, and of its largest output
     */
    public GatewayError exceededBy(long estimated) {
        return new GatewayError(ErrorCode.TOKEN_LIMIT_EXCEEDED, message(estimated));
    }

    String message(long estimated) {
        return "Request of about %d tokens exceeds the limit of %d tokens per request of policy \"%s\""
                .formatted(estimated, tokens, policy);
    }
}
