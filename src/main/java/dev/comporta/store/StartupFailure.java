package dev.comporta.store;

/** The gateway cannot start. The message is one line for the operator: what is wrong and what to do. */
public final class StartupFailure extends RuntimeException {

    public StartupFailure(String message) {
        super(message);
    }

    public StartupFailure(String message, Throwable cause) {
        super(message, cause);
    }
}
