package dev.comporta.dialect;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.core.TokenUsage;
import io.vertx.core.buffer.Buffer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One attempt at one target in terms of wire formats: the request as the provider understands it, and its answer as the
 * caller does. Where both speak the same dialect the bytes pass, and are only looked at. One object for one attempt.
 */
public interface Translation extends ErrorTranslation {

    /**
     * The request in the common form, if it is translated: what {@link #request} writes, to be completed before with
     * what only I/O can bring, such as an image behind a link. Null if the bytes pass.
     *
     * @throws dev.comporta.core.GatewayError if it makes no sense
     */
    default @Nullable ObjectNode chat() {
        return null;
    }

    /**
     * Writes this in place of {@link #chat}: the same, with what only I/O could bring, such as an image behind a link.
     */
    default void complete(ObjectNode chat) {
        throw new IllegalStateException("the caller's bytes pass as they are");
    }

    /**
     * The request.
     *
     * @throws dev.comporta.core.GatewayError if it cannot be told to this provider
     */
    Outgoing request();

    /**
     * A whole answer with a status of success, for a caller that asked for one or for a stream.
     *
     * @return null if it makes no sense
     */
    @Nullable
    Whole whole(byte[] body);

    /** The answer as a stream. */
    AnswerStream stream();

    /**
     * A whole answer.
     *
     * @param body for the caller: a body, or all events of a stream if that was asked for
     * @param usage what the provider says was used, or null if it does not say
     * @param error what the provider reports in spite of its status, or null
     * @param text what the model wrote, to be counted where there is no usage; may take long, so not on an event loop
     * @param objectId the id of the object that the provider keeps of the answer, or null
     */
    record Whole(
            Buffer body,
            @Nullable TokenUsage usage,
            @Nullable ProviderError error,
            Supplier<String> text,
            @Nullable String objectId) {}
}
