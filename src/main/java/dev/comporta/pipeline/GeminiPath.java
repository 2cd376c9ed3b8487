package dev.comporta.pipeline;

import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.dialect.gemini.ModelPath;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What Gemini's API says in the path of a request: {@code /v1beta/models/{model}:{method}}.
 *
 * @param model decoded; it may contain slashes
 * @see <a href="https://ai.google.dev/api/generate-content">Generating content</a>
 */
record GeminiPath(String model, String method) {

    private static final String MODELS = "/models/";
    private static final String LISTED = "models/";
    private static final String STREAM = "streamGenerateContent";

    /** @throws GatewayError {@link ErrorCode#INVALID_REQUEST} if a stream is asked for in a form other than events */
    static GeminiPath of(String endpoint, @Nullable String query) {
        String name = endpoint.substring(endpoint.indexOf(MODELS) + MODELS.length());
        int colon = name.lastIndexOf(':');
        GeminiPath path = new GeminiPath(decoded(name.substring(0, colon)), name.substring(colon + 1));
        if (path.isStream() && !("&" + query + "&").contains("&alt=sse&")) {
            throw new GatewayError(
                    ErrorCode.INVALID_REQUEST, "Streams are answered as server-sent events: ask with ?alt=sse.", "alt");
        }
        return path;
    }

    /** A model's name without what Google lists it under, however often that stands there. */
    static String bare(String model) {
        int from = 0;
        while (model.startsWith(LISTED, from)) {
            from += LISTED.length();
        }
        return model.substring(from);
    }

    boolean isStream() {
        return method.equals(STREAM);
    }

    /** The path below a provider's base URL. */
    String upstream(String providersModel) {
        return ModelPath.of(providersModel, method) + (isStream() ? "?alt=sse" : "");
    }

    private static String decoded(String model) {
        try {
            // A plus sign is itself in a path.
            return URLDecoder.decode(model.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new GatewayError(
                    ErrorCode.INVALID_MODEL, "The model name in the path is not encoded as it should be.", "model");
        }
    }
}
