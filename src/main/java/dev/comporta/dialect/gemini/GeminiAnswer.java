package dev.comporta.dialect.gemini;

import dev.comporta.dialect.ProviderError;
import dev.comporta.dialect.Translation;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A whole answer on its way to a caller of the same dialect: the bytes pass. */
public final class GeminiAnswer {

    private GeminiAnswer() {}

    /**
     * Reads an answer: one response, or the array of them that {@code streamGenerateContent} sends to who does not ask
     * for events.
     *
     * @return null if it is neither
     */
    public static Translation.@Nullable Whole whole(byte[] body) {
        StringBuilder text = new StringBuilder();
        ResponseTap tap = new ResponseTap(text);
        try {
            boolean failed = tap.read(body);
            ProviderError error = failed ? GoogleError.read(200, body) : null;
            return new Translation.Whole(Buffer.buffer(body), tap.usage(), error, text::toString, null);
        } catch (IOException e) {
            return null;
        }
    }
}
