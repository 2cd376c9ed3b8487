package dev.comporta.dialect;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.core.TokenUsage;
import io.vertx.core.buffer.Buffer;

/** The API of a caller, read to and written from the common form; the counterpart of {@link ProviderApi}. Stateless. */
public interface CallerApi {

    /**
     * The request as an OpenAI chat completion request with extensions. {@code model} and {@code stream} in it do not
     * matter.
     *
     * @param dropped takes what cannot be said in that form and the answer does not depend on
     * @throws dev.comporta.core.GatewayError naming the field, if it makes no sense or cannot be told to any provider
     *     but the API's own
     */
    ObjectNode chat(ModelRequest request, Dropped dropped);

    /** Writes one whole answer. */
    BodyWriter body(AnswerContext context);

    /** Writes one stream. */
    EventWriter events(AnswerContext context);

    /** Writes an error; the status of the answer is the error's. */
    Buffer error(ProviderError error);

    /**
     * What an answer must repeat or know of the call.
     *
     * @param id the call, in 32 hexadecimal digits, for ids that the provider does not give
     * @param createdSeconds Unix time of the call
     * @param model the model as it was asked for
     */
    record AnswerContext(ModelRequest request, String id, long createdSeconds, String model) {}

    /** An answer on its way to being one body. */
    interface BodyWriter extends AnswerSink {

        /** The body, once the answer is whole. */
        Buffer body();
    }

    /** An answer on its way as a stream of events. */
    interface EventWriter extends AnswerSink {

        /** The events that are complete since the last call of this method. */
        Buffer take();

        /**
         * The events that tell the caller that the answer is whole and the stream over.
         *
         * @param usage of the call, as it was recorded
         */
        Buffer close(TokenUsage usage);

        /** The events that tell the caller that the answer failed in the middle; SDKs raise on them. */
        Buffer fail(ProviderError error);
    }
}
