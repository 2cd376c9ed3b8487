package dev.comporta.dialect.gemini;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.core.TokenUsage;
import dev.comporta.dialect.CallerApi.AnswerContext;
import dev.comporta.dialect.CallerApi.BodyWriter;
import dev.comporta.dialect.FinishReason;
import dev.comporta.dialect.Json;
import dev.comporta.dialect.ProviderError;
import io.vertx.core.buffer.Buffer;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Writes a whole {@code GenerateContentResponse}. Sealed reasoning is left out: it is another provider's, and Google's
 * form has a place for its own only.
 */
final class GenerateContentBody implements BodyWriter {

    private final AnswerContext context;
    private final SortedMap<Integer, Candidate> candidates = new TreeMap<>();
    private @Nullable String id;
    private @Nullable String model;
    private @Nullable TokenUsage usage;

    GenerateContentBody(AnswerContext context) {
        this.context = context;
    }

    private static final class Candidate {
        private final StringBuilder thoughts = new StringBuilder();
        private final StringBuilder text = new StringBuilder();
        private final CalledParts calls = new CalledParts();
        private final ArrayNode sources = Json.array();
        private FinishReason reason = FinishReason.STOP;
    }

    private Candidate candidate(int choice) {
        return candidates.computeIfAbsent(choice, none -> new Candidate());
    }

    @Override
    public void start(@Nullable String id, @Nullable String model, long createdSeconds) {
        this.id = id;
        this.model = model;
        candidate(0);
    }

    @Override
    public void text(int choice, String text) {
        candidate(choice).text.append(text);
    }

    /** Google's models refuse in words, too. */
    @Override
    public void refusal(int choice, String text) {
        candidate(choice).text.append(text);
    }

    @Override
    public void reasoning(int choice, String text) {
        candidate(choice).thoughts.append(text);
    }

    @Override
    public void reasoningBlock(int choice, ObjectNode block) {
        // See above.
    }

    @Override
    public void toolCall(int choice, int index, String id, String name, @Nullable ObjectNode extra) {
        candidate(choice).calls.begin(index, id, name, extra);
    }

    @Override
    public void toolArguments(int choice, int index, String fragment) {
        candidate(choice).calls.append(index, fragment);
    }

    @Override
    public void annotation(int choice, ObjectNode annotation) {
        candidate(choice).sources.add(source(annotation));
    }

    /** Without its place in the text: Google counts bytes where others count characters. */
    static ObjectNode source(ObjectNode annotation) {
        return Json.object()
                .put("uri", annotation.path("url_citation").path("url").asText(""));
    }

    @Override
    public void finish(int choice, FinishReason reason) {
        candidate(choice).reason = reason;
    }

    @Override
    public void usage(TokenUsage used) {
        usage = used;
    }

    @Override
    public void error(ProviderError error) {
        // Then there is no answer, and nobody asks for its body.
    }

    @Override
    public Buffer body() {
        boolean showsThoughts = GenerationReader.showsThoughts(context.request().tree());
        ObjectNode body = Json.object();
        ArrayNode told = body.putArray("candidates");
        candidates.forEach((index, candidate) -> told.add(told(index, candidate, showsThoughts)));
        if (usage != null) {
            body.set("usageMetadata", UsageMetadata.write(usage));
        }
        body.put("modelVersion", model == null ? context.model() : model);
        body.put("responseId", id == null ? context.id() : id);
        return Buffer.buffer(Json.bytes(body));
    }

    private static ObjectNode told(int index, Candidate candidate, boolean showsThoughts) {
        ObjectNode told = Json.object();
        ObjectNode content = told.putObject("content");
        ArrayNode parts = content.putArray("parts");
        content.put("role", "model");
        if (showsThoughts && !candidate.thoughts.isEmpty()) {
            parts.addObject().put("text", candidate.thoughts.toString()).put("thought", true);
        }
        if (!candidate.text.isEmpty()) {
            parts.addObject().put("text", candidate.text.toString());
        }
        ArrayNode calls = candidate.calls.parts();
        if (calls != null) {
            parts.addAll(calls);
        }
        told.put("finishReason", calls == null ? Finish.MALFORMED : Finish.word(candidate.reason));
        if (!candidate.sources.isEmpty()) {
            told.putObject("citationMetadata").set("citationSources", candidate.sources);
        }
        return told.put("index", index);
    }
}
