package dev.comporta.core;

import org.jspecify.annotations.Nullable;

/**
 * A refusal or failure by the gateway itself, on its way to the caller. The message is written for the caller: it says
 * what to do and never carries a key, a prompt or a stack trace.
 *
 * <p>Thrown synchronously or carried by a failed future. Cheap: it records no stack.
 */
public final class GatewayError extends RuntimeException {

    private final ErrorCode code;
    private final @Nullable String param;

    public GatewayError(ErrorCode code, String message) {
        this(code, message, null);
    }

    /** @param param the request field or header that is to blame */
    public GatewayError(ErrorCode code, String message, @Nullable String param) {
        super(message, null, false, false);
        this.code = code;
        this.param = param;
    }

    public ErrorCode code() {
        return code;
    }

    public @Nullable String param() {
        return param;
    }

    /** Always present, unlike the general contract of {@link Throwable}. */
    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }
}
