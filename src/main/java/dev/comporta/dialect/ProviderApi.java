package dev.comporta.dialect;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The API of a provider, written from and read to the common form: a request is an OpenAI chat completion request, with
 * the extensions that {@code docs/reference/dialects.md} lists; an answer is what an {@link AnswerSink} is told.
 * Stateless.
 */
public interface ProviderApi {

    /**
     * Writes a request.
     *
     * @param chat the request; may be changed
     * @param stream whether the answer is to come as a stream
     * @param dropped takes what the provider cannot be told and the answer does not depend on
     * @throws dev.comporta.core.GatewayError {@link dev.comporta.core.ErrorCode#INVALID_REQUEST} or
     *     {@link dev.comporta.core.ErrorCode#UNSUPPORTED_PARAMETER} naming the field, if it makes no sense or cannot be
     *     told to this provider
     */
    Outgoing request(ObjectNode chat, boolean stream, TargetTraits traits, Dropped dropped);

    /**
     * Reads a whole answer.
     *
     * @throws IOException if it is not one
     */
    void whole(byte[] body, AnswerSink sink) throws IOException;

    /** Reads one stream. */
    AnswerReader stream(AnswerSink sink);

    /**
     * Reads an error.
     *
     * @param status as the provider sent it, or 200 for one that came in an answer or a stream
     * @return null if the body is no error of this API
     */
    @Nullable
    ProviderError error(int status, byte[] body);
}
