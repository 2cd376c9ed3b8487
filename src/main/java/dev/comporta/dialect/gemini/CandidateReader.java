package dev.comporta.dialect.gemini;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.core.TokenUsage;
import dev.comporta.dialect.AnswerReader;
import dev.comporta.dialect.AnswerSink;
import dev.comporta.dialect.FinishReason;
import dev.comporta.dialect.Json;
import dev.comporta.dialect.ProviderError;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code GenerateContentResponse}: one that holds the whole answer, or the many of a stream, each of which holds
 * the parts that are new.
 *
 * <p>Google marks no event as the last one, and a finish reason may come before or behind a candidate's last part. So
 * candidates finish when the bytes have ended. A call is known by Google's id, or by one that is made from the answer's
 * id and the call's place, so that the same answer is always read to the same ids.
 *
 * <p>Left out: signatures of text and of thoughts, which Google likes to have back but does not ask for, and for which
 * no other API has a place. Refused: data such as images, which no caller's API has a place for either.
 *
 * <p>A model that fails to call a tool, or stops for a reason of its own, has not answered, even if it said something
 * before: that is an error, lest an agent take half an answer for the whole. So is a reason that nobody knows yet if
 * nothing came with it.
 */
final class CandidateReader implements AnswerReader {

    /** More than Google offers; a candidate beyond is left out. */
    private static final int MOST_CANDIDATES = 128;

    private static final int ID_BYTES = 12;

    private static final Map<String, FinishReason> REASONS = Map.of(
            "STOP", FinishReason.STOP,
            "MAX_TOKENS", FinishReason.LENGTH,
            "SAFETY", FinishReason.CONTENT_FILTER,
            "RECITATION", FinishReason.CONTENT_FILTER,
            "LANGUAGE", FinishReason.CONTENT_FILTER,
            "BLOCKLIST", FinishReason.CONTENT_FILTER,
            "PROHIBITED_CONTENT", FinishReason.CONTENT_FILTER,
            "SPII", FinishReason.CONTENT_FILTER,
            "NO_IMAGE", FinishReason.CONTENT_FILTER);

    private static final String IMAGE = "IMAGE_";
    private static final String UNSPECIFIED = "FINISH_REASON_UNSPECIFIED";

    private static final Set<String> FAILURES = Set.of(
            "MALFORMED_FUNCTION_CALL",
            "UNEXPECTED_TOOL_CALL",
            "TOO_MANY_TOOL_CALLS",
            "MISSING_THOUGHT_SIGNATURE",
            "OTHER");

    private final AnswerSink sink;
    private final Map<Integer, Candidate> candidates = new TreeMap<>();
    private @Nullable String answerId;
    private @Nullable TokenUsage usage;
    private boolean started;
    private boolean blocked;
    private boolean failed;

    CandidateReader(AnswerSink sink) {
        this.sink = sink;
    }

    private static final class Candidate {
        private int calls;
        private boolean spoke;
        private @Nullable FinishReason reason;
    }

    @Override
    public void data(byte[] data) throws IOException {
        read(Json.tree(data));
    }

    void read(JsonNode answer) {
        if (failed) {
            return;
        }
        ProviderError error = GoogleError.read(200, answer);
        if (error != null) {
            fail(error);
            return;
        }
        if (!started) {
            started = true;
            answerId = answer.path("responseId").textValue();
            sink.start(answerId, answer.path("modelVersion").textValue(), 0);
        }
        TokenUsage used = UsageMetadata.read(answer.path("usageMetadata"));
        if (used != null && !used.equals(usage)) {
            usage = used;
            sink.usage(used);
        }
        JsonNode found = answer.path("candidates");
        if (found.isEmpty()) {
            blocked |= answer.path("promptFeedback").path("blockReason").isTextual();
        }
        for (JsonNode candidate : found) {
            candidate(candidate);
        }
    }

    private void candidate(JsonNode candidate) {
        JsonNode index = candidate.path("index");
        // Google leaves out what is zero.
        int choice =
                index.isMissingNode() ? 0 : index.isIntegralNumber() && index.canConvertToInt() ? index.intValue() : -1;
        if (failed || choice < 0 || choice >= MOST_CANDIDATES) {
            return;
        }
        Candidate state = candidates.computeIfAbsent(choice, none -> new Candidate());
        for (JsonNode part : candidate.path("content").path("parts")) {
            part(part, choice, state);
            if (failed) {
                return;
            }
        }
        String reason = candidate.path("finishReason").asText(UNSPECIFIED);
        if (!reason.equals(UNSPECIFIED)) {
            finish(reason, candidate.path("finishMessage").asText(""), state);
        }
    }

    private void part(JsonNode part, int choice, Candidate state) {
        String text = part.path("text").textValue();
        if (text != null && !text.isEmpty()) {
            state.spoke = true;
            if (part.path("thought").asBoolean()) {
                sink.reasoning(choice, text);
            } else {
                sink.text(choice, text);
            }
        } else if (part.path("functionCall").isObject()) {
            state.spoke = true;
            call(part, choice, state.calls++);
        } else if (part.path("inlineData").isObject() || part.path("fileData").isObject()) {
            fail(failure("The model answered with data that is not text, which this API has no form for."));
        }
    }

    private void call(JsonNode part, int choice, int index) {
        JsonNode call = part.path("functionCall");
        String id = call.path("id").asText("");
        ObjectNode extra = null;
        String seal = part.path("thoughtSignature").textValue();
        if (seal != null && !seal.isEmpty()) {
            extra = Json.object();
            extra.putObject("google").put("thought_signature", seal);
        }
        sink.toolCall(
                choice,
                index,
                id.isEmpty() ? madeUp(choice, index) : id,
                call.path("name").asText(""),
                extra);
        JsonNode arguments = call.path("args");
        sink.toolArguments(choice, index, arguments.isObject() ? Json.text(arguments) : "{}");
    }

    private String madeUp(int choice, int index) {
        if (answerId == null) {
            answerId = UUID.randomUUID().toString();
        }
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256")
                    .digest((answerId + "/" + choice + "/" + index).getBytes(StandardCharsets.UTF_8));
            return "call_" + HexFormat.of().formatHex(hash, 0, ID_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private void finish(String reason, String message, Candidate state) {
        FinishReason known = reason.startsWith(IMAGE) ? FinishReason.CONTENT_FILTER : REASONS.get(reason);
        if (known == null && !FAILURES.contains(reason) && state.spoke) {
            known = FinishReason.STOP;
        }
        if (known == null) {
            fail(failure("The model failed: %s. %s".formatted(reason, message).strip()));
        } else {
            state.reason = known;
        }
    }

    private static ProviderError failure(String message) {
        return ProviderError.of(502, "server_error", "provider_failed", message);
    }

    private void fail(ProviderError error) {
        failed = true;
        sink.error(error);
    }

    boolean isFailed() {
        return failed;
    }

    @Override
    public void end() {
        if (failed) {
            return;
        }
        if (blocked && candidates.isEmpty()) {
            sink.finish(0, FinishReason.CONTENT_FILTER);
        }
        candidates.forEach((choice, state) -> {
            if (state.reason != null) {
                boolean waits = state.reason == FinishReason.STOP && state.calls > 0;
                sink.finish(choice, waits ? FinishReason.TOOL_CALLS : state.reason);
            }
        });
    }

    @Override
    public boolean isWhole() {
        return !failed
                && (candidates.isEmpty()
                        ? blocked
                        : candidates.values().stream().allMatch(candidate -> candidate.reason != null));
    }

    /** Google's streams end where their bytes end. */
    @Override
    public boolean isDone() {
        return failed;
    }
}
