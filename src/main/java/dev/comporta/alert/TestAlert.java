package dev.comporta.alert;

import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.validation.constraints.Size;
import org.jspecify.annotations.Nullable;

/**
 * Where an administrator wants to see an alert arrive: one of the two.
 *
 * @param secret signs what the webhook gets; without it the gateway's own does
 */
@RegisterForReflection
record TestAlert(
        @Nullable String email,
        @Nullable String webhook,
        @Size(min = 1, max = 200) @Nullable String secret) {

    /** @throws GatewayError naming the field that is wrong */
    Recipient recipient() {
        if (email == null && webhook == null) {
            throw refusal("email", "must be there, or webhook");
        }
        if (email != null && webhook != null) {
            throw refusal("webhook", "cannot be told together with email: test one at a time");
        }
        if (email != null && secret != null) {
            throw refusal("secret", "is for webhooks");
        }
        Recipient recipient =
                email != null ? Recipient.email(email) : Recipient.webhook(String.valueOf(webhook), secret);
        String problem = recipient.problem();
        if (problem != null) {
            throw refusal(email != null ? "email" : "webhook", problem);
        }
        return recipient;
    }

    private static GatewayError refusal(String field, String rule) {
        return new GatewayError(ErrorCode.INVALID_REQUEST, field + " " + rule + ".", field);
    }
}
