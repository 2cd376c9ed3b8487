package dev.comporta.dialect.gemini;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.core.TokenUsage;
import dev.comporta.dialect.CallerApi.AnswerContext;
import dev.comporta.dialect.CallerApi.EventWriter;
import dev.comporta.dialect.FinishReason;
import dev.comporta.dialect.Json;
import dev.comporta.dialect.ProviderError;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Writes a stream of {@code GenerateContentResponse}s, each with the parts that are new. Tool calls are told whole when
 * their candidate ends; the reasons why candidates end come with the usage in the last event, behind which Google sends
 * nothing.
 */
final class GenerateContentEvents implements EventWriter {

    private static final byte[] HEAD = ascii("data: {\"candidates\":[{\"content\":{\"parts\":[");
    private static final byte[] TEXT = ascii("{\"text\":");
    private static final byte[] THOUGHT = ascii(",\"thought\":true");
    private static final byte[] END = ascii("}\n\n");

    private final AnswerContext context;
    private final SortedMap<Integer, Candidate> candidates = new TreeMap<>();
    private Buffer out = Buffer.buffer();
    /** The members that are the same in all events, from the comma in front of them. */
    private byte @Nullable [] common;

    private @Nullable Boolean showsThoughts;

    GenerateContentEvents(AnswerContext context) {
        this.context = context;
    }

    private static final class Candidate {
        private final CalledParts calls = new CalledParts();
        private final ArrayNode sources = Json.array();
        private @Nullable String reason;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private Candidate candidate(int choice) {
        return candidates.computeIfAbsent(choice, none -> new Candidate());
    }

    @Override
    public void start(@Nullable String id, @Nullable String model, long createdSeconds) {
        common = common(id, model);
        candidate(0);
    }

    private byte[] common(@Nullable String id, @Nullable String model) {
        return Buffer.buffer(",\"modelVersion\":")
                .appendBytes(Json.quoted(model == null ? context.model() : model))
                .appendString(",\"responseId\":")
                .appendBytes(Json.quoted(id == null ? context.id() : id))
                .getBytes();
    }

    private byte[] common() {
        if (common == null) {
            common = common(null, null);
        }
        return common;
    }

    @Override
    public void text(int choice, String text) {
        if (!text.isEmpty()) {
            candidate(choice);
            out.appendBytes(HEAD).appendBytes(TEXT).appendBytes(Json.quoted(text));
            endPart(choice);
        }
    }

    private void endPart(int choice) {
        out.appendString("}],\"role\":\"model\"},\"index\":")
                .appendString(Integer.toString(choice))
                .appendString("}]")
                .appendBytes(common())
                .appendBytes(END);
    }

    @Override
    public void refusal(int choice, String text) {
        text(choice, text);
    }

    @Override
    public void reasoning(int choice, String text) {
        if (showsThoughts == null) {
            showsThoughts = GenerationReader.showsThoughts(context.request().tree());
        }
        if (showsThoughts && !text.isEmpty()) {
            candidate(choice);
            out.appendBytes(HEAD)
                    .appendBytes(TEXT)
                    .appendBytes(Json.quoted(text))
                    .appendBytes(THOUGHT);
            endPart(choice);
        }
    }

    @Override
    public void reasoningBlock(int choice, ObjectNode block) {
        // Another provider's, and Google's form has a place for its own only.
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
        candidate(choice).sources.add(GenerateContentBody.source(annotation));
    }

    @Override
    public void finish(int choice, FinishReason reason) {
        Candidate candidate = candidate(choice);
        ArrayNode calls = candidate.calls.parts();
        candidate.reason = calls == null ? Finish.MALFORMED : Finish.word(reason);
        if (calls != null && !calls.isEmpty()) {
            byte[] parts = Json.bytes(calls);
            // The brackets are those of the head, and the last brace is the one that ends a part.
            out.appendBytes(HEAD).appendBytes(parts, 1, parts.length - 3);
            endPart(choice);
        }
    }

    @Override
    public void usage(TokenUsage usage) {
        // The end says what was recorded.
    }

    @Override
    public void error(ProviderError error) {
        // Told by fail().
    }

    @Override
    public Buffer take() {
        Buffer taken = out;
        out = Buffer.buffer();
        return taken;
    }

    @Override
    public Buffer close(TokenUsage usage) {
        ArrayNode told = Json.array();
        candidates.forEach((index, candidate) -> {
            ObjectNode last = told.addObject();
            ObjectNode content = last.putObject("content");
            content.putArray("parts").addObject().put("text", "");
            content.put("role", "model");
            if (candidate.reason != null) {
                last.put("finishReason", candidate.reason);
            }
            if (!candidate.sources.isEmpty()) {
                last.putObject("citationMetadata").set("citationSources", candidate.sources);
            }
            last.put("index", index);
        });
        return take().appendString("data: {\"candidates\":")
                .appendBytes(Json.bytes(told))
                .appendString(",\"usageMetadata\":")
                .appendBytes(Json.bytes(UsageMetadata.write(usage)))
                .appendBytes(common())
                .appendBytes(END);
    }

    @Override
    public Buffer fail(ProviderError error) {
        return take().appendString("data: ")
                .appendBytes(Json.bytes(GoogleError.of(error)))
                .appendString("\n\n");
    }
}
