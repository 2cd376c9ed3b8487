package dev.comporta.dialect.openai;

import dev.comporta.dialect.Translation;
import io.vertx.core.buffer.Buffer;
import org.jspecify.annotations.Nullable;

/**
 * An answer with embeddings, which passes as it is.
 *
 * @see <a href="https://platform.openai.com/docs/api-reference/embeddings">Embeddings</a>
 */
public final class EmbeddingsAnswer {

    private EmbeddingsAnswer() {}

    /** Reads what was used; null if the answer makes no sense. */
    public static Translation.@Nullable Whole whole(byte[] body) {
        ChatCompletion read = ChatCompletion.parse(body);
        if (read == null) {
            return null;
        }
        return new Translation.Whole(
                Buffer.buffer(body),
                read.usage(),
                read.error() ? OpenAiErrorReader.inStream(body) : null,
                () -> "",
                null);
    }
}
