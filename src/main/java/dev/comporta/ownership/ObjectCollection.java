package dev.comporta.ownership;

import static dev.comporta.ownership.ObjectPath.Action.CREATE;
import static dev.comporta.ownership.ObjectPath.Action.NONE;

import dev.comporta.core.ObjectKind;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The collections of objects that providers have, as data.
 *
 * @param path below {@code /v1}, in lower case
 * @param verbs words that stand where an id would, and what a POST to them does
 */
record ObjectCollection(String path, ObjectKind kind, Map<String, ObjectPath.Action> verbs) {

    private static final Map<String, ObjectCollection> ALL = Set.of(
                    // OpenAI
                    of("files", ObjectKind.FILE),
                    of("uploads", ObjectKind.UPLOAD),
                    of("batches", ObjectKind.BATCH),
                    new ObjectCollection(
                            "responses", ObjectKind.RESPONSE, Map.of("input_tokens", NONE, "compact", CREATE)),
                    of("conversations", ObjectKind.CONVERSATION),
                    of("assistants", ObjectKind.ASSISTANT),
                    new ObjectCollection("threads", ObjectKind.THREAD, Map.of("runs", CREATE)),
                    of("vector_stores", ObjectKind.VECTOR_STORE),
                    of("containers", ObjectKind.CONTAINER),
                    of("fine_tuning/jobs", ObjectKind.FINE_TUNING_JOB),
                    of("evals", ObjectKind.EVAL),
                    of("chat/completions", ObjectKind.CHAT_COMPLETION),
                    of("models", ObjectKind.MODEL),
                    new ObjectCollection("videos", ObjectKind.VIDEO, Map.of("edits", CREATE, "extensions", CREATE)),
                    of("videos/characters", ObjectKind.CHARACTER),
                    of("skills", ObjectKind.SKILL),
                    of("audio/voices", ObjectKind.VOICE),
                    of("audio/voice_consents", ObjectKind.VOICE_CONSENT),
                    of("chatkit/sessions", ObjectKind.CHAT_SESSION),
                    of("chatkit/threads", ObjectKind.THREAD),
                    of("realtime/calls", ObjectKind.REALTIME_CALL),
                    // Anthropic
                    new ObjectCollection("messages", ObjectKind.MESSAGE, Map.of("count_tokens", NONE)),
                    of("messages/batches", ObjectKind.MESSAGE_BATCH),
                    // Mistral
                    new ObjectCollection("agents", ObjectKind.AGENT, Map.of("completions", NONE)),
                    of("batch/jobs", ObjectKind.BATCH),
                    of("libraries", ObjectKind.LIBRARY),
                    // Gemini
                    of("cachedcontents", ObjectKind.CACHED_CONTENT))
            .stream()
            .collect(Collectors.toUnmodifiableMap(ObjectCollection::path, Function.identity()));

    /** What leaves nothing behind in an account, whatever stands below it. */
    private static final Set<String> STATELESS = Set.of(
            "embeddings",
            "completions",
            "moderations",
            "images",
            "audio/speech",
            "audio/transcriptions",
            "audio/translations",
            "fine_tuning/alpha",
            "realtime/client_secrets",
            "realtime/sessions",
            "realtime/transcription_sessions",
            "realtime/translations",
            "content_provenance_checks",
            "chat/moderations",
            "chat/classifications",
            "classifications",
            "fim/completions",
            "ocr",
            "rerank",
            "tokenize");

    /** Words below an object that change it and answer with it. */
    private static final Set<String> CHANGES = Set.of("cancel", "complete", "pause", "resume", "remix");

    private static ObjectCollection of(String path, ObjectKind kind) {
        return new ObjectCollection(path, kind, Map.of());
    }

    /** The collection with this path, or null. */
    static @Nullable ObjectCollection at(String path) {
        return ALL.get(path);
    }

    /** Whether this path is known to leave nothing behind. */
    static boolean isStateless(String path) {
        return STATELESS.contains(path);
    }

    /** Whether these segments behind an id ask for a change of the object itself. */
    static boolean isChange(List<String> behindId) {
        return behindId.size() == 1 && CHANGES.contains(behindId.get(0));
    }
}
