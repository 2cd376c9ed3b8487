package dev.comporta.dialect.gemini;

import dev.comporta.core.TokenUsage;
import dev.comporta.dialect.Json;
import dev.comporta.dialect.PassedStream;
import dev.comporta.dialect.ProviderError;
import dev.comporta.dialect.sse.SseEvent;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A stream of {@code GenerateContentResponse}s on its way to a caller of the same dialect. Events pass as the bytes
 * they came in. Google's streams have no last word: that one is over is told by the end of its bytes, which is not this
 * class's to give, so nothing is held back.
 */
public final class GeminiStream extends PassedStream {

    private final ResponseTap tap = new ResponseTap(text);
    private @Nullable ProviderError error;
    /** Whether the caller has seen the error as the provider put it. */
    private boolean told;

    /** @param secret what an error must not repeat, or null */
    public GeminiStream(@Nullable String secret) {
        super(secret);
    }

    @Override
    protected void read(SseEvent event, byte[] data) throws IOException {
        if (!tap.read(data) || !isKept(data)) {
            pass(event);
        }
    }

    /** Notes an error; whether it must be kept from the caller, who is told of it in other words. */
    private boolean isKept(byte[] data) {
        error = GoogleError.read(200, data);
        if (error == null) {
            error = ProviderError.of(502, "server_error", "provider_failed", "The provider failed.");
        }
        boolean kept = repeatsSecret(data);
        told = !kept;
        return kept;
    }

    @Override
    public boolean isWhole() {
        return error == null && tap.isWhole();
    }

    @Override
    public @Nullable TokenUsage usage() {
        return tap.usage();
    }

    @Override
    public @Nullable ProviderError error() {
        return error;
    }

    @Override
    public Buffer fail(ProviderError failure) {
        return told
                ? Buffer.buffer(0)
                : Buffer.buffer("data: ")
                        .appendBytes(Json.bytes(GoogleError.of(failure)))
                        .appendString("\n\n");
    }
}
