package dev.comporta.policy;

import io.quarkus.runtime.annotations.RegisterForReflection;
import org.jspecify.annotations.Nullable;

/**
 * What the policies of a client say to a request.
 *
 * @param policy the name of the policy that forbids it; null if it is allowed
 * @param reason why, in a sentence
 */
@RegisterForReflection
public record Decision(boolean allowed, @Nullable String policy, String reason) {

    static final Decision ALLOWED = new Decision(true, null, "No active policy of the client forbids it.");

    static Decision forbidden(String policy, String reason) {
        return new Decision(false, policy, reason);
    }
}
