package dev.comporta.core;

/** The API that a call used, as recorded in {@code gateway_usage_logs.api_type}. */
public enum ApiType {
    CHAT_COMPLETIONS("chat.completions"),
    RESPONSES("responses"),
    MESSAGES("messages"),
    COUNT_TOKENS("count_tokens"),
    GENERATE_CONTENT("generate_content"),
    EMBEDDINGS("embeddings"),
    COMPLETIONS("completions"),
    MODERATIONS("moderations"),
    IMAGES("images"),
    AUDIO("audio"),
    FILES("files"),
    UPLOADS("uploads"),
    BATCHES("batches"),
    FINE_TUNING("fine_tuning"),
    VECTOR_STORES("vector_stores"),
    CONVERSATIONS("conversations"),
    CONTAINERS("containers"),
    EVALS("evals"),
    ASSISTANTS("assistants"),
    THREADS("threads"),
    REALTIME("realtime");

    private final String word;

    ApiType(String word) {
        this.word = word;
    }

    /** The word in tables and in the API. */
    public String word() {
        return word;
    }
}
