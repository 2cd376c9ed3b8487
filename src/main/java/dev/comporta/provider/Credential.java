package dev.comporta.provider;

import dev.comporta.core.Dialect;
import dev.comporta.core.Secret;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import org.jspecify.annotations.Nullable;

/** How a key is presented in each dialect. */
final class Credential {

    private static final CharSequence X_API_KEY = HttpHeaders.createOptimized("x-api-key");
    private static final CharSequence X_GOOG_API_KEY = HttpHeaders.createOptimized("x-goog-api-key");
    private static final CharSequence ANTHROPIC_VERSION = HttpHeaders.createOptimized("anthropic-version");

    /** The version that is meant by callers who speak another dialect and so name none. */
    private static final String VERSION = "2023-06-01";

    private Credential() {}

    /**
     * Writes the headers that a dialect wants.
     *
     * @see <a href="https://docs.anthropic.com/en/api/versioning">Anthropic: versions</a>
     * @see <a href="https://ai.google.dev/gemini-api/docs/api-key">Gemini: API keys</a>
     */
    static void present(Dialect dialect, @Nullable Secret key, MultiMap headers) {
        if (dialect == Dialect.ANTHROPIC && !headers.contains(ANTHROPIC_VERSION)) {
            headers.set(ANTHROPIC_VERSION, VERSION);
        }
        if (key == null) {
            return;
        }
        switch (dialect) {
            case OPENAI -> headers.set(HttpHeaders.AUTHORIZATION, "Bearer " + key.reveal());
            case ANTHROPIC -> headers.set(X_API_KEY, key.reveal());
            case GEMINI -> headers.set(X_GOOG_API_KEY, key.reveal());
        }
    }
}
