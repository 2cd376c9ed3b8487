package dev.comporta.dialect;

import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What each API of a provider calls the things that bound an answer. A name counts only where its API has it: what
 * another API calls so is nothing to this one.
 */
public enum RequestForm {
    /** {@code n_predict} is llama.cpp's, which prefers it. */
    CHAT("/chat/completions", Set.of("max_tokens", "max_completion_tokens", "n_predict"), Set.of("n", "best_of")),
    COMPLETIONS("/completions", Set.of("max_tokens", "n_predict"), Set.of("n", "best_of")),
    RESPONSES("/responses", Set.of("max_output_tokens"), Set.of()),
    MESSAGES("/messages", Set.of("max_tokens"), Set.of()),
    /** Protocol Buffers take the names of their fields in either spelling. */
    GENERATE_CONTENT(
            "GenerateContent",
            Set.of("maxOutputTokens", "max_output_tokens"),
            Set.of("candidateCount", "candidate_count")),
    /** Embeddings and the like: nothing is written. */
    UNANSWERED("", Set.of(), Set.of());

    private static final Set<String> CONTAINERS = Set.of("generationConfig", "generation_config");

    private final String path;
    private final Set<String> limits;
    private final Set<String> choices;
    private final Set<String> folded;

    RequestForm(String path, Set<String> limits, Set<String> choices) {
        this.path = path;
        this.limits = limits;
        this.choices = choices;
        folded = Stream.concat(limits.stream(), choices.stream())
                .map(this::folded)
                .collect(Collectors.toCollection(HashSet::new));
        if (isProto()) {
            folded.add("generationconfig");
        }
    }

    /** What a member of a request is to its answer. */
    enum Part {
        /** How long it may be. */
        LIMIT,
        /** How many there are. */
        CHOICES,
        /** What holds these two. */
        CONTAINER,
        NONE
    }

    /** The form of a request that goes out. */
    public static RequestForm of(Outgoing outgoing) {
        int query = outgoing.path().indexOf('?');
        String path = query < 0 ? outgoing.path() : outgoing.path().substring(0, query);
        if (path.endsWith(":generateContent") || path.endsWith(":streamGenerateContent")) {
            return GENERATE_CONTENT;
        }
        for (RequestForm form : values()) {
            if (form.path.equals(path)) {
                return form;
            }
        }
        return UNANSWERED;
    }

    private boolean isProto() {
        return path.equals("GenerateContent");
    }

    /** Whether a whole number may be written with a point or an exponent. */
    boolean takesDecimals() {
        return isProto();
    }

    /** The name by which a limit is written where there is none; that of {@link #CHAT} depends on the target. */
    String limit() {
        return switch (this) {
            case RESPONSES -> "max_output_tokens";
            case GENERATE_CONTENT -> "maxOutputTokens";
            default -> "max_tokens";
        };
    }

    /** One name for all spellings that a server may take for the same: some match names without case. */
    String folded(String name) {
        String folded = ObjectReferences.folded(name);
        return isProto() ? folded.replace("_", "").toLowerCase(Locale.ROOT) : folded;
    }

    /**
     * What a member is, by its name.
     *
     * @throws GatewayError {@link ErrorCode#INVALID_REQUEST} if servers may differ about it
     */
    Part part(String name) {
        if (limits.contains(name)) {
            return Part.LIMIT;
        }
        if (choices.contains(name)) {
            return Part.CHOICES;
        }
        if (isProto() && CONTAINERS.contains(name)) {
            return Part.CONTAINER;
        }
        if (folded.contains(folded(name))) {
            String known = Stream.concat(Stream.concat(limits.stream(), choices.stream()), CONTAINERS.stream())
                    .filter(some -> folded(some).equals(folded(name)) && (isProto() == !some.contains("_")))
                    .findFirst()
                    .orElse(folded(name));
            throw new GatewayError(
                    ErrorCode.INVALID_REQUEST, "The field %s must be written so.".formatted(known), known);
        }
        return Part.NONE;
    }
}
