package dev.comporta.dialect.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.dialect.Dropped;
import dev.comporta.dialect.Json;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The messages of a request as Anthropic takes them: what the system says apart from the rest and in its order, turns
 * of the user and the assistant in alternation, and the results of tools in the user's turn behind the one that called.
 */
final class Conversation {

    private static final String CACHE_CONTROL = "cache_control";
    private static final String USER = "user";
    private static final String ASSISTANT = "assistant";

    /** What answers of OpenAI's have beside what was said, and tools say of themselves. */
    private static final Set<String> ECHOED = Set.of("annotations", "function_call", "refusal", "name");

    private final ArrayNode system = Json.array();
    private final ArrayNode turns = Json.array();
    private final Parts parts;
    private final ToolCalls calls = new ToolCalls();
    private final Dropped dropped;

    /** The tool calls of the turn before, and where they stand. */
    private final Map<String, String> called = new LinkedHashMap<>();

    private final Set<String> answered = new HashSet<>();

    private Conversation(Dropped dropped) {
        this.dropped = dropped;
        parts = new Parts(dropped);
    }

    /** @throws dev.comporta.core.GatewayError naming the message that makes no sense or cannot be told */
    static Conversation of(@Nullable ArrayNode messages, ModelRules rules, Dropped dropped) {
        Conversation conversation = new Conversation(dropped);
        if (messages != null) {
            for (int i = 0; i < messages.size(); i++) {
                conversation.add(new Fields(messages.get(i), "messages[%d]".formatted(i)));
            }
        }
        conversation.everyCallMustBeAnswered();
        if (conversation.turns.isEmpty()) {
            throw Refusal.invalid("messages", "must have a message of the user's");
        }
        conversation.prefill(rules);
        return conversation;
    }

    /** Blocks of text. */
    ArrayNode system() {
        return system;
    }

    ArrayNode turns() {
        return turns;
    }

    /** Tells the model something on the gateway's own account. */
    void instruct(String text) {
        system.addObject().put("type", "text").put("text", text);
    }

    /**
     * Whether a model that thinks within a budget may go on thinking: not in the middle of a turn of the assistant's
     * that began without.
     */
    boolean allowsThinking() {
        int first = turns.size() - 1;
        if (isUser(first) && !resumes(first)) {
            return true;
        }
        while (first > 0 && (!isUser(first) || resumes(first))) {
            first--;
        }
        int begin = isUser(first) ? first + 1 : first;
        String type = turns.path(begin).path("content").path(0).path("type").asText();
        return type.equals("thinking") || type.equals("redacted_thinking");
    }

    private boolean isUser(int turn) {
        return turns.path(turn).path("role").asText().equals(USER);
    }

    private boolean resumes(int turn) {
        return turns.path(turn).path("content").path(0).path("type").asText().equals("tool_result");
    }

    private void add(Fields message) {
        String role = message.name("role");
        if (!role.equals("tool") && !role.equals("function") && message.take("name") != null) {
            dropped.add("messages[].name");
        }
        switch (role) {
            case "system", "developer" -> {
                int added = parts.addText(system, message.take("content"), message.path("content"));
                cache(message, system, added);
            }
            case "user" -> {
                everyCallMustBeAnswered();
                ArrayNode content = content(USER);
                int added = parts.add(content, message.take("content"), message.path("content"));
                if (added == 0) {
                    throw Refusal.invalid(message.path("content"), "must say something");
                }
                cache(message, content, added);
            }
            case "assistant" -> assistant(message);
            case "tool" -> result(message, ToolCalls.id(message.name("tool_call_id")), message.path("tool_call_id"));
            case "function" -> result(message, lastCalled(message), message.path("name"));
            default ->
                throw Refusal.invalid(message.path("role"), "must be system, developer, user, assistant or tool");
        }
        message.reportRest(dropped, ECHOED);
    }

    private void assistant(Fields message) {
        everyCallMustBeAnswered();
        if (message.take("audio") != null) {
            throw Refusal.unsupported(message.path("audio"), "Send what was said as text.");
        }
        ArrayNode blocks = Json.array();
        thinking(message, blocks);
        int said = parts.addText(blocks, message.take("content"), message.path("content"));
        ObjectNode refusal = Parts.text(message.text("refusal"));
        if (said == 0 && refusal != null) {
            blocks.add(refusal);
        }
        calls.add(message, blocks, called, dropped);
        cache(message, blocks, blocks.size());
        if (!blocks.isEmpty()) {
            content(ASSISTANT).addAll(blocks);
        }
    }

    /** What the model thought goes back as it came, or not at all: its signature covers every character. */
    private void thinking(Fields message, ArrayNode blocks) {
        ArrayNode sealed = message.array("thinking_blocks");
        boolean told = false;
        for (int i = 0; sealed != null && i < sealed.size(); i++) {
            JsonNode block = sealed.get(i);
            String type = block.path("type").asText();
            boolean whole = type.equals("thinking") && block.path("signature").isTextual()
                    || type.equals("redacted_thinking") && block.path("data").isTextual();
            if (whole) {
                blocks.add(block);
                told = true;
            } else {
                dropped.add("messages[].thinking_blocks");
            }
        }
        JsonNode shown = message.take("reasoning_content");
        if (shown != null && !told) {
            dropped.add("messages[].reasoning_content");
        }
    }

    private void result(Fields message, String id, String idPath) {
        if (!called.containsKey(id)) {
            throw Refusal.invalid(idPath, "must name a tool call of the message of the assistant's before it");
        }
        if (!answered.add(id)) {
            dropped.add("messages[].tool_call_id");
            message.take("content");
            return;
        }
        ObjectNode result = Json.object().put("type", "tool_result").put("tool_use_id", id);
        JsonNode content = message.take("content");
        if (content != null && content.isTextual() && !content.textValue().isBlank()) {
            result.set("content", content);
        } else {
            ArrayNode blocks = Json.array();
            if (parts.add(blocks, content, message.path("content")) > 0) {
                result.set("content", blocks);
            }
        }
        if (Boolean.TRUE.equals(message.flag("is_error"))) {
            result.put("is_error", true);
        }
        ArrayNode turn = content(USER);
        turn.add(result);
        cache(message, turn, 1);
    }

    /** A message of the deprecated role {@code function} answers the one call of the message before. */
    private String lastCalled(Fields message) {
        message.name("name");
        return called.keySet().stream().findFirst().orElse("");
    }

    private void everyCallMustBeAnswered() {
        called.forEach((id, path) -> {
            if (!answered.contains(id)) {
                throw Refusal.invalid(path, "names a tool call that no message behind it has the result of");
            }
        });
        called.clear();
        answered.clear();
    }

    /** The last message of the assistant's, where there is one, is what the model goes on with. */
    private void prefill(ModelRules rules) {
        ObjectNode last = (ObjectNode) turns.get(turns.size() - 1);
        if (last.path("role").asText().equals(USER)) {
            return;
        }
        if (!rules.prefill()) {
            throw Refusal.unsupported(
                    "messages",
                    "This model does not go on with a message of the assistant's; end with one of the user's.");
        }
        JsonNode content = last.path("content");
        if (content.path(content.size() - 1) instanceof ObjectNode block
                && block.path("text").isTextual()) {
            block.put("text", block.path("text").textValue().stripTrailing());
        }
    }

    /** The content of the turn that is under way, or of a new one. */
    private ArrayNode content(String role) {
        JsonNode last = turns.path(turns.size() - 1);
        if (last.path("role").asText().equals(role)) {
            return (ArrayNode) last.path("content");
        }
        return turns.addObject().put("role", role).putArray("content");
    }

    /** What is said of a whole message holds up to its last block. */
    private static void cache(Fields message, ArrayNode blocks, int added) {
        JsonNode cache = message.take(CACHE_CONTROL);
        if (cache != null
                && added > 0
                && blocks.get(blocks.size() - 1) instanceof ObjectNode last
                && !last.path("type").asText().endsWith("thinking")) {
            last.set(CACHE_CONTROL, cache);
        }
    }
}
