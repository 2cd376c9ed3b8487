package dev.comporta.usage;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.function.Function;

/**
 * Counts tokens where a provider does not say. The vocabulary is OpenAI's {@code o200k_base}; other models split text a
 * little differently, which is why such usage is marked as estimated.
 */
@ApplicationScoped
public class Tokenizer {

    /** Longer texts are counted in pieces: a tokenizer's worst case grows faster than its input. */
    private static final int PIECE = 4_096;

    /** Longer texts are not counted but estimated. */
    public static final int MOST_CHARACTERS = 256 << 10;

    private static final int CHARACTERS_PER_TOKEN = 4;

    private final Vertx vertx;

    Tokenizer(Vertx vertx) {
        this.vertx = vertx;
    }

    /** Counts on a worker thread, so that a long text holds up nobody. */
    public Future<Long> count(String text) {
        return vertx.executeBlocking(() -> countNow(text), false);
    }

    /**
     * Counts the text of a document; that of a very long one is estimated by its length.
     *
     * @param text finds the text in the document; called on a worker thread
     */
    public Future<Long> count(byte[] document, Function<byte[], String> text) {
        return vertx.executeBlocking(
                () -> {
                    String found = text.apply(document);
                    return found.length() > MOST_CHARACTERS
                            ? (long) found.length() / CHARACTERS_PER_TOKEN
                            : countNow(found);
                },
                false);
    }

    static long countNow(String text) {
        long tokens = 0;
        for (int at = 0; at < text.length(); at += PIECE) {
            tokens += Vocabulary.ENCODING.countTokensOrdinary(text.substring(at, Math.min(at + PIECE, text.length())));
        }
        return tokens;
    }

    /** Loaded on first use: it takes half a second and many megabytes, which most gateways never need. */
    private static final class Vocabulary {
        private static final Encoding ENCODING =
                Encodings.newLazyEncodingRegistry().getEncoding(EncodingType.O200K_BASE);
    }
}
