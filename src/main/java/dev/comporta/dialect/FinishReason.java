package dev.comporta.dialect;

/** Why a model stopped, in what all dialects have words for. */
public enum FinishReason {
    /** It had said all, or met a stop sequence. */
    STOP,
    /** A limit of tokens, or the context window, was reached. */
    LENGTH,
    /** It waits for the results of tools. */
    TOOL_CALLS,
    /** It, or the provider, refused. */
    CONTENT_FILTER
}
