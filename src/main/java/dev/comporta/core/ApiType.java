package dev.comporta.core;

/** The API that a call used, as recorded in {@code gateway_usage_logs.api_type}. */
public enum ApiType {
    CHAT_COMPLETIONS("chat.completions");

    private final String word;

    ApiType(String word) {
        this.word = word;
    }

    /** The word in tables and in the API. */
    public String word() {
        return word;
    }
}
