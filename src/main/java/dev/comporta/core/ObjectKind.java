package dev.comporta.core;

/** The kinds of objects that live in a provider's account, where the keys that all clients share can reach them. */
public enum ObjectKind {
    FILE("file", "No such File object: %s"),
    UPLOAD("upload", "No such Upload object: %s"),
    BATCH("batch", "No batch found with id '%s'."),
    RESPONSE("response", "Response with id '%s' not found."),
    /** An item of a response's output, which later requests can name. */
    ITEM("item", "Item with id '%s' not found."),
    CONVERSATION("conversation", "Conversation with id '%s' not found."),
    ASSISTANT("assistant", "No assistant found with id '%s'."),
    THREAD("thread", "No thread found with id '%s'."),
    VECTOR_STORE("vector_store", "Vector store with id '%s' not found."),
    CONTAINER("container", "Container with id '%s' not found."),
    FINE_TUNING_JOB("fine_tuning_job", "Could not find fine tune: %s"),
    EVAL("eval", "Eval with id '%s' not found."),
    CHAT_COMPLETION("chat_completion", "Chat completion with id '%s' not found."),
    /** An answer of Anthropic's; it is not kept, but the container that it leaves behind is. */
    MESSAGE("message", "Message with id '%s' not found."),
    MESSAGE_BATCH("message_batch", "Message batch with id '%s' not found."),
    /** A model that a fine-tuning job made. */
    MODEL("model", "The model '%s' does not exist."),
    VIDEO("video", "Video with id '%s' not found."),
    CHARACTER("character", "Character with id '%s' not found."),
    SKILL("skill", "Skill with id '%s' not found."),
    VOICE("voice", "Voice with id '%s' not found."),
    VOICE_CONSENT("voice_consent", "Voice consent with id '%s' not found."),
    AGENT("agent", "Agent with id '%s' not found."),
    LIBRARY("library", "Library with id '%s' not found."),
    CACHED_CONTENT("cached_content", "Cached content '%s' not found."),
    CHAT_SESSION("chat_session", "Session with id '%s' not found."),
    REALTIME_CALL("realtime_call", "No call found with id '%s'.");

    private final String word;
    private final String notFound;

    ObjectKind(String word, String notFound) {
        this.word = word;
        this.notFound = notFound;
    }

    /** The word in {@code object_owners.kind}. */
    public String word() {
        return word;
    }

    /** What a provider says of an object that it does not have. */
    public String notFound(String id) {
        return notFound.formatted(id);
    }
}
