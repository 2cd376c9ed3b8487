package dev.comporta.dialect.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.dialect.Dropped;
import dev.comporta.dialect.InnerJson;
import dev.comporta.dialect.Json;
import dev.comporta.dialect.Seal;
import java.util.List;

/**
 * The conversation of a Messages request as chat messages. A user's turn may become several: each tool result is a
 * message of its own, in front of what else the turn says.
 */
final class MessagesTurns {

    private final ArrayNode messages = Json.array();
    private final Dropped dropped;

    private final InnerJson inner = new InnerJson();

    private MessagesTurns(Dropped dropped) {
        this.dropped = dropped;
    }

    static ArrayNode of(MessagesField system, MessagesField turns, Dropped dropped) {
        MessagesTurns reader = new MessagesTurns(dropped);
        if (system.isThere()) {
            reader.system(system);
        }
        if (!turns.isThere()) {
            throw turns.invalid("is missing");
        }
        List<MessagesField> items = turns.items();
        if (items.isEmpty()) {
            throw turns.invalid("must not be empty");
        }
        items.forEach(reader::turn);
        return reader.messages;
    }

    private void turn(MessagesField turn) {
        turn.object();
        MessagesField role = turn.get("role");
        MessagesField content = turn.get("content");
        switch (role.text()) {
            case "user" -> user(content);
            case "assistant" -> assistant(content);
            case "system" -> system(content);
            default -> throw role.invalid("must be user or assistant");
        }
    }

    private void system(MessagesField content) {
        MessagesParts parts = new MessagesParts(dropped);
        if (content.isText()) {
            if (!content.text().isBlank()) {
                parts.text(content.text());
            }
        } else {
            for (MessagesField block : content.items()) {
                if (!textOf(block).isBlank()) {
                    parts.add(block);
                }
            }
        }
        if (!parts.isEmpty()) {
            message("system").set("content", parts.content());
        }
    }

    private static String textOf(MessagesField block) {
        block.object();
        if (!block.get("type").text().equals("text")) {
            throw block.get("type").invalid("must be text");
        }
        return block.get("text").text();
    }

    private void user(MessagesField content) {
        MessagesParts parts = new MessagesParts(dropped);
        if (content.isText()) {
            parts.text(content.text());
        } else {
            List<MessagesField> blocks = content.items();
            if (blocks.isEmpty()) {
                throw content.invalid("must not be empty");
            }
            for (MessagesField block : blocks) {
                if (block.get("type").node().asText().equals("tool_result")) {
                    toolResult(block);
                } else {
                    parts.add(block);
                }
            }
        }
        if (!parts.isEmpty()) {
            message("user").set("content", parts.content());
        }
    }

    private void toolResult(MessagesField block) {
        MessagesParts parts = new MessagesParts(dropped);
        MessagesField content = block.get("content");
        if (content.isThere()) {
            parts.addAll(content);
        }
        ObjectNode message =
                message("tool").put("tool_call_id", block.get("tool_use_id").filledText());
        message.set("content", parts.content());
        if (block.get("is_error").flag()) {
            message.put("is_error", true);
        }
        MessagesParts.keepCacheControl(block, message);
    }

    /** An empty turn says nothing, and no other API takes one. */
    private void assistant(MessagesField content) {
        if (content.isText()) {
            if (!content.text().isEmpty()) {
                message("assistant").put("content", content.text());
            }
            return;
        }
        AssistantTurn turn = new AssistantTurn();
        content.items().forEach(turn::block);
        turn.tell();
    }

    private ObjectNode message(String role) {
        return messages.addObject().put("role", role);
    }

    /** What the model thought, said and did in one turn. */
    private final class AssistantTurn {

        private final ObjectNode message = Json.object();
        private final StringBuilder thought = new StringBuilder();
        /** What other providers want back with their calls, by the call's id. */
        private final ObjectNode extras = Json.object();

        private final MessagesParts said = new MessagesParts(dropped);

        void block(MessagesField block) {
            block.object();
            MessagesField type = block.get("type");
            switch (type.text()) {
                case "text" -> {
                    if (!block.get("text").text().isEmpty()) {
                        said.add(block);
                    }
                }
                case "tool_use" -> toolUse(block);
                case "thinking" -> thinking(block);
                case "redacted_thinking" -> message.withArray("thinking_blocks").add(block.object());
                default ->
                    // What a tool of Anthropic's found is part of what the model knows: without it the answer changes.
                    throw type.unsupported("The content block at %s cannot be told to this model's provider.");
            }
        }

        void tell() {
            if (!thought.isEmpty()) {
                message.put("reasoning_content", thought.toString());
            }
            if (!message.isEmpty() || !said.isEmpty()) {
                ObjectNode told = message("assistant");
                told.set("content", said.isEmpty() && message.has("tool_calls") ? null : said.joined());
                told.setAll(message);
            }
        }

        private void toolUse(MessagesField block) {
            MessagesField input = block.get("input");
            JsonNode arguments = input.isThere() ? input.object() : Json.object();
            String id = block.get("id").filledText();
            ObjectNode call =
                    message.withArray("tool_calls").addObject().put("id", id).put("type", "function");
            if (extras.path(id).isObject()) {
                call.set("extra_content", extras.get(id));
            }
            call.putObject("function")
                    .put("name", block.get("name").filledText())
                    .put("arguments", Json.text(arguments));
            MessagesParts.keepCacheControl(block, message);
        }

        /** A block without a signature is another provider's reasoning, which no Anthropic model takes back. */
        private void thinking(MessagesField block) {
            thought.append(block.get("thinking").text());
            String signature = block.get("signature").node().asText("");
            if (signature.startsWith(Seal.MARK)) {
                JsonNode opened = Seal.open(signature, inner);
                if (opened != null && opened.path(Seal.EXTRA_CONTENT) instanceof ObjectNode extra) {
                    extras.setAll(extra);
                }
            } else if (!signature.isEmpty()) {
                message.withArray("thinking_blocks").add(block.object());
            }
        }
    }
}
