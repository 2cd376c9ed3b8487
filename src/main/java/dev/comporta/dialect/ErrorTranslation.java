package dev.comporta.dialect;

import io.vertx.core.buffer.Buffer;
import org.jspecify.annotations.Nullable;

/** How errors of a provider are told to a caller. */
public interface ErrorTranslation {

    /**
     * An error of the provider, read.
     *
     * @param status as the provider sent it, or 200 for one that came in an answer
     * @return null if the body is no error of the provider's dialect
     */
    @Nullable
    ProviderError error(int status, byte[] body);

    /** Writes an error for the caller. */
    Buffer write(ProviderError error);

    /** Whether caller and provider speak the same dialect, so that errors and headers pass as they are. */
    boolean isPassing();
}
