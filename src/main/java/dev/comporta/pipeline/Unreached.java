package dev.comporta.pipeline;

import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import java.util.concurrent.TimeoutException;

/** What a caller is told when no answer came, or none that can be understood. */
final class Unreached {

    private Unreached() {}

    static GatewayError because(Throwable cause, String provider) {
        return cause instanceof TimeoutException
                ? new GatewayError(
                        ErrorCode.PROVIDER_TIMEOUT, "The provider %s did not answer in time.".formatted(provider))
                : new GatewayError(
                        ErrorCode.PROVIDER_UNREACHABLE,
                        "The provider %s could not be reached or closed the connection.".formatted(provider));
    }
}
