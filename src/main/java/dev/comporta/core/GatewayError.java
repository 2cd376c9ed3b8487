package dev.comporta.core;

import java.time.Duration;
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
    private final @Nullable Retry retry;

    /**
     * What the caller is told about trying again.
     *
     * @param after not before this time has passed
     * @param worthwhile whether it may succeed then without anybody's doing; SDKs give up at once where it will not
     */
    public record Retry(Duration after, boolean worthwhile) {}

    public GatewayError(ErrorCode code, String message) {
        this(code, message, null);
    }

    /** @param param the request field or header that is to blame */
    public GatewayError(ErrorCode code, String message, @Nullable String param) {
        this(code, message, param, null);
    }

    private GatewayError(ErrorCode code, String message, @Nullable String param, @Nullable Retry retry) {
        super(message, null, false, false);
        this.code = code;
        this.param = param;
        this.retry = retry;
    }

    /** The same, telling the caller when to try again. */
    public GatewayError retryAfter(Duration after, boolean worthwhile) {
        return new GatewayError(code, getMessage(), param, new Retry(after, worthwhile));
    }

    public ErrorCode code() {
        return code;
    }

    public @Nullable String param() {
        return param;
    }

    /** When to try again; null if there is nothing to say about it. */
    public @Nullable Retry retry() {
        return retry;
    }

    /** Always present, unlike the general contract of {@link Throwable}. */
    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }
}
