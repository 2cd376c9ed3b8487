package dev.comporta.dialect;

import dev.comporta.core.TokenUsage;
import io.vertx.core.buffer.Buffer;
import org.jspecify.annotations.Nullable;

/**
 * A model's answer as a stream, from the provider's bytes to the caller's. What would tell the caller that the stream
 * is over is held back, so that usage can be recorded before. One object for one stream; not thread-safe.
 */
public interface AnswerStream {

    /**
     * Takes bytes from the provider.
     *
     * @return what goes to the caller now; may be empty
     * @throws IllegalStateException if an event is too long
     */
    Buffer feed(Buffer chunk);

    /** The provider's bytes have ended; returns what was left of them. */
    Buffer end();

    /** Whether the provider said that nothing more comes; what comes all the same is ignored. */
    boolean isDone();

    /** Whether an event with content (not a comment) has come. */
    boolean hasBegun();

    /** Whether the answer is whole: the provider said so, or every sign but the closing line was there. */
    boolean isWhole();

    /** What the provider says was used, if it has said so. */
    @Nullable
    TokenUsage usage();

    /** The error that the provider reported in the stream, if it did. */
    @Nullable
    ProviderError error();

    /** The text generated since the last call of this method, for counting. */
    String takeText();

    /** Characters of text waiting to be taken. */
    int textLength();

    /**
     * What closes a stream that is whole.
     *
     * @param usage of the call, as it was recorded
     */
    Buffer close(TokenUsage usage);

    /** What closes a stream that failed, so that no SDK takes it for success. */
    Buffer fail(ProviderError error);

    /** The id of the object that the provider keeps of this answer, such as a response's; or null. */
    default @Nullable String objectId() {
        return null;
    }
}
