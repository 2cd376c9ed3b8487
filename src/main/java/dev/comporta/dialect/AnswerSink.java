package dev.comporta.dialect;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.core.TokenUsage;
import org.jspecify.annotations.Nullable;

/**
 * Takes a model's answer piece by piece: what a provider's API is read to, and a caller's API is written from. A whole
 * answer is told in the same way as a stream, in larger pieces.
 *
 * <p>{@link #start} comes first and once. The pieces of one choice come in order; those of different choices, and the
 * argument fragments of different tool calls, may interleave. {@link #finish} comes once for each choice, after its
 * last piece; {@link #usage} may come at any time and again, and the last one counts. After {@link #error} nothing
 * comes.
 */
public interface AnswerSink {

    /**
     * The answer begins.
     *
     * @param id the provider's id of the answer, or null
     * @param model the model as the provider names it, or null
     * @param createdSeconds Unix time as the provider says it, or 0
     */
    void start(@Nullable String id, @Nullable String model, long createdSeconds);

    /** A piece of what the model says. */
    void text(int choice, String text);

    /** A piece of why the model will not say it. */
    void refusal(int choice, String text);

    /** A piece of what the model thinks, as far as the provider shows it. */
    void reasoning(int choice, String text);

    /**
     * The reasoning so far, or a hidden part of it, is sealed by the provider, who wants it back unchanged with the
     * next request of the conversation.
     *
     * @param block as the provider's API has it, such as Anthropic's {@code thinking} or {@code redacted_thinking}
     *     block
     */
    void reasoningBlock(int choice, ObjectNode block);

    /**
     * A tool call begins.
     *
     * @param index counts the choice's tool calls from 0, without gaps
     * @param extra what belongs to the call in the {@code extra_content} of OpenAI-compatible APIs, such as Google's
     *     {@code {"google":{"thought_signature":"…"}}}; or null
     */
    void toolCall(int choice, int index, String id, String name, @Nullable ObjectNode extra);

    /** A piece of a tool call's arguments, which are JSON text once all are there. */
    void toolArguments(int choice, int index, String fragment);

    /** Where something was found, in the form of OpenAI's {@code url_citation} annotation. */
    void annotation(int choice, ObjectNode annotation);

    /** The choice is complete. */
    void finish(int choice, FinishReason reason);

    /** What has been used so far. */
    void usage(TokenUsage usage);

    /** The provider fails in the middle of its answer. */
    void error(ProviderError error);
}
