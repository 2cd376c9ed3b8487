package dev.comporta.dialect.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.dialect.AnswerSink;
import dev.comporta.dialect.Json;
import java.io.IOException;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The blocks of an answer, told to a sink as they come. A block of a whole answer is one that starts with all it has
 * and stops. Kinds of blocks that are not known, and those of the provider's own tools, are left out.
 */
final class AnswerBlocks {

    /** Anthropic has one block open at a time. */
    private static final int MOST_OPEN = 1_000;

    private static final int CHOICE = 0;

    private final AnswerSink sink;
    private final Supplier<String> ids;
    private final SortedMap<Integer, Block> open = new TreeMap<>();
    private int toolCalls;
    /** Characters of text so far, which citations are told by. */
    private int length;

    /** @param ids makes up the id of a tool call that has none */
    AnswerBlocks(AnswerSink sink, Supplier<String> ids) {
        this.sink = sink;
        this.ids = ids;
    }

    boolean hasToolCalls() {
        return toolCalls > 0;
    }

    /** @throws IOException if there are too many */
    void start(int index, JsonNode content) throws IOException {
        if (open.size() >= MOST_OPEN) {
            throw new IOException("too many open blocks");
        }
        stop(index);
        open.put(index, begin(content));
    }

    private Block begin(JsonNode content) {
        return switch (content.path("type").asText()) {
            case "text" -> new TextBlock(content);
            case "tool_use" ->
                content.path("name").asText().equals(AnswerFormat.TOOL)
                        ? new AnswerTool(content)
                        : new ToolBlock(content);
            case "thinking" -> new ThinkingBlock(content);
            case "redacted_thinking" -> new RedactedBlock((ObjectNode) content);
            default -> new Block();
        };
    }

    /** @param delta the kind of piece */
    void piece(int index, String delta, String piece) {
        Block block = open.get(index);
        if (block != null && !piece.isEmpty()) {
            block.piece(delta, piece);
        }
    }

    void citation(int index, JsonNode citation) {
        if (open.get(index) instanceof TextBlock block) {
            block.cite(citation);
        }
    }

    void stop(int index) {
        Block block = open.remove(index);
        if (block != null) {
            block.end();
        }
    }

    void stopAll() {
        open.values().forEach(Block::end);
        open.clear();
    }

    private void text(String text) {
        if (!text.isEmpty()) {
            length += text.length();
            sink.text(CHOICE, text);
        }
    }

    /** One that nothing is told of. */
    private static class Block {

        void piece(String delta, String piece) {}

        void end() {}
    }

    private final class TextBlock extends Block {

        private final int begin = length;
        private final ArrayNode citations = Json.array();

        TextBlock(JsonNode content) {
            text(content.path("text").asText());
            content.path("citations").forEach(this::cite);
        }

        @Override
        void piece(String delta, String piece) {
            if (delta.equals("text_delta")) {
                text(piece);
            }
        }

        /** Only what was found on the web has an address. */
        void cite(JsonNode citation) {
            if (citation.path("url").isTextual()) {
                citations.add(citation);
            }
        }

        @Override
        void end() {
            for (JsonNode citation : citations) {
                ObjectNode annotation = Json.object().put("type", "url_citation");
                annotation
                        .putObject("url_citation")
                        .put("start_index", begin)
                        .put("end_index", length)
                        .put("url", citation.path("url").textValue())
                        .put("title", citation.path("title").asText());
                sink.annotation(CHOICE, annotation);
            }
        }
    }

    private final class ToolBlock extends Block {

        private final int index = toolCalls++;
        private @Nullable JsonNode input;

        ToolBlock(JsonNode content) {
            String id = content.path("id").asText();
            input = content.path("input");
            sink.toolCall(
                    CHOICE,
                    index,
                    id.isEmpty() ? ids.get() : id,
                    content.path("name").asText(),
                    null);
        }

        @Override
        void piece(String delta, String piece) {
            if (delta.equals("input_json_delta")) {
                input = null;
                sink.toolArguments(CHOICE, index, piece);
            }
        }

        @Override
        void end() {
            if (input != null && input.isObject() && !input.isEmpty()) {
                sink.toolArguments(CHOICE, index, Json.text(input));
            }
        }
    }

    /** The tool whose input is the answer. */
    private final class AnswerTool extends Block {

        private @Nullable JsonNode input;

        AnswerTool(JsonNode content) {
            input = content.path("input");
        }

        @Override
        void piece(String delta, String piece) {
            if (delta.equals("input_json_delta")) {
                input = null;
                text(piece);
            }
        }

        @Override
        void end() {
            if (input != null) {
                text(input.isObject() ? Json.text(input) : "{}");
            }
        }
    }

    private final class ThinkingBlock extends Block {

        private final StringBuilder thinking = new StringBuilder();
        private final StringBuilder signature = new StringBuilder();

        ThinkingBlock(JsonNode content) {
            think(content.path("thinking").asText());
            signature.append(content.path("signature").asText());
        }

        private void think(String piece) {
            if (!piece.isEmpty()) {
                thinking.append(piece);
                sink.reasoning(CHOICE, piece);
            }
        }

        @Override
        void piece(String delta, String piece) {
            if (delta.equals("thinking_delta")) {
                think(piece);
            } else if (delta.equals("signature_delta")) {
                signature.append(piece);
            }
        }

        /** Without its signature a block is worth nothing to the provider. */
        @Override
        void end() {
            if (!signature.isEmpty()) {
                sink.reasoningBlock(
                        CHOICE,
                        Json.object()
                                .put("type", "thinking")
                                .put("thinking", thinking.toString())
                                .put("signature", signature.toString()));
            }
        }
    }

    private final class RedactedBlock extends Block {

        private final ObjectNode content;

        RedactedBlock(ObjectNode content) {
            this.content = content;
        }

        @Override
        void end() {
            sink.reasoningBlock(CHOICE, content);
        }
    }
}
