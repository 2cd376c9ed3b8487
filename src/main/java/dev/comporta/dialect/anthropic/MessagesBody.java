package dev.comporta.dialect.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.core.TokenUsage;
import dev.comporta.dialect.CallerApi;
import dev.comporta.dialect.FinishReason;
import dev.comporta.dialect.Json;
import dev.comporta.dialect.ProviderError;
import io.vertx.core.buffer.Buffer;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes a whole message. */
final class MessagesBody implements CallerApi.BodyWriter {

    private final CallerApi.AnswerContext context;
    private final ArrayNode content = Json.array();
    private final Map<Integer, ToolUse> tools = new HashMap<>();
    private final StringBuilder said = new StringBuilder();
    private final MessagesStop stop = new MessagesStop();

    /** The member of the block that {@link #said} becomes. */
    private String member = "text";

    private TokenUsage usage = TokenUsage.NONE;
    private @Nullable String model;

    MessagesBody(CallerApi.AnswerContext context) {
        this.context = context;
    }

    @Override
    public void start(@Nullable String id, @Nullable String model, long createdSeconds) {
        this.model = model;
    }

    @Override
    public void text(int choice, String text) {
        say(choice, "text", text);
    }

    @Override
    public void refusal(int choice, String text) {
        say(choice, "text", text);
        stop.refused(choice);
    }

    @Override
    public void reasoning(int choice, String text) {
        say(choice, "thinking", text);
    }

    private void say(int choice, String kind, String text) {
        if (choice != 0 || text.isEmpty()) {
            return;
        }
        if (!member.equals(kind)) {
            close();
            member = kind;
        }
        said.append(text);
    }

    private void close() {
        if (!said.isEmpty()) {
            ObjectNode block = content.addObject().put("type", member).put(member, said.toString());
            if (member.equals("thinking")) {
                block.put("signature", "");
            }
            said.setLength(0);
        }
    }

    @Override
    public void reasoningBlock(int choice, ObjectNode block) {
        if (choice != 0) {
            return;
        }
        if (member.equals("thinking") && block.path("type").asText().equals("thinking")) {
            // It says the same again, with a signature.
            said.setLength(0);
        }
        close();
        content.add(block);
    }

    @Override
    public void toolCall(int choice, int index, String id, String name, @Nullable ObjectNode extra) {
        if (choice == 0) {
            close();
            if (extra != null) {
                content.addObject()
                        .put("type", "thinking")
                        .put("thinking", "")
                        .put("signature", MessagesApi.seal(id, extra));
            }
            ObjectNode block =
                    content.addObject().put("type", "tool_use").put("id", id).put("name", name);
            block.putObject("input");
            tools.put(index, new ToolUse(block, new StringBuilder()));
        }
    }

    @Override
    public void toolArguments(int choice, int index, String fragment) {
        ToolUse tool = choice == 0 ? tools.get(index) : null;
        if (tool != null) {
            tool.arguments.append(fragment);
        }
    }

    /** Anthropic's citations carry an index that only Anthropic can make. */
    @Override
    public void annotation(int choice, ObjectNode annotation) {}

    @Override
    public void finish(int choice, FinishReason reason) {
        stop.finish(choice, reason);
    }

    @Override
    public void usage(TokenUsage used) {
        usage = used;
    }

    /** The answer's owner tells the caller. */
    @Override
    public void error(ProviderError error) {}

    @Override
    public Buffer body() {
        close();
        tools.values().forEach(tool -> tool.block.set("input", input(tool.arguments.toString())));
        ObjectNode message = MessagesApi.message(context, model);
        message.set("content", content);
        message.put("stop_reason", stop.reason());
        message.set("usage", MessagesUsage.of(usage));
        return Buffer.buffer(Json.bytes(message));
    }

    /** SDKs need an object. What is none is wrapped as Anthropic's docs advise, so that the model sees its mistake. */
    private static JsonNode input(String arguments) {
        if (arguments.isBlank()) {
            return Json.object();
        }
        JsonNode input = Json.treeOrNull(arguments);
        if (input != null && input.isNull()) {
            return Json.object();
        }
        return input instanceof ObjectNode ? input : Json.object().put("INVALID_JSON", arguments);
    }

    private record ToolUse(ObjectNode block, StringBuilder arguments) {}
}
