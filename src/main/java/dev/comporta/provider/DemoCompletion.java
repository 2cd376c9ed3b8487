package dev.comporta.provider;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the demo models answer. {@code echo} repeats the last user message, {@code lorem} writes as much placeholder
 * text as {@code max_tokens} allows. Either calls the first tool, with its required arguments, when the request offers
 * tools and no tool has answered yet. A word counts as a token.
 */
final class DemoCompletion {

    /** The model is neither of the two. */
    static final class UnknownModel extends RuntimeException {
        UnknownModel() {
            super(null, null, false, false);
        }
    }

    private static final List<String> LOREM = List.of(
            ("Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor incididunt ut labore et "
                            + "dolore magna aliqua. Ut enim ad minim veniam, quis nostrud exercitation ullamco laboris "
                            + "nisi ut aliquip ex ea commodo consequat.")
                    .split(" "));
    private static final int LOREM_WORDS = 60;
    private static final int MOST_WORDS = 4_096;
    /** Only where the one before ended, and without trying again: linear, whatever the text. */
    private static final Pattern WORD = Pattern.compile("\\G\\s*+\\S++");
    /** A fixed time, so that the same request has the same answer. */
    private static final long CREATED = 1_767_225_600;

    private final String id;
    private final String model;
    private final List<String> words;
    private final @Nullable JsonObject toolCall;
    private final String finishReason;
    private final int promptTokens;

    private DemoCompletion(
            String id,
            String model,
            List<String> words,
            @Nullable JsonObject toolCall,
            String finishReason,
            int promptTokens) {
        this.id = id;
        this.model = model;
        this.words = words;
        this.toolCall = toolCall;
        this.finishReason = finishReason;
        this.promptTokens = promptTokens;
    }

    /**
     * The answer to a request.
     *
     * @throws UnknownModel if the model is not one of the two
     * @throws ClassCastException if a field has a wrong type
     */
    static DemoCompletion of(JsonObject request) {
        String model = String.valueOf(request.getValue("model"));
        JsonArray messages = array(request, "messages");
        Integer asked = asked(request);
        int limit = asked == null ? MOST_WORDS : asked;
        String id = "chatcmpl-demo-"
                + UUID.nameUUIDFromBytes((model + messages.encode() + limit).getBytes(StandardCharsets.UTF_8));
        int promptTokens = 0;
        for (Object message : messages) {
            promptTokens += words(text(object(message))).size();
        }
        JsonObject tool = toolToCall(request, messages);
        if (tool != null) {
            return new DemoCompletion(id, model, List.of(), tool, "tool_calls", promptTokens);
        }
        List<String> all = switch (model) {
            case "echo" -> words(lastUserText(messages));
            case "lorem" -> lorem(asked == null ? LOREM_WORDS : asked);
            default -> throw new UnknownModel();
        };
        boolean cut = all.size() > limit;
        return new DemoCompletion(
                id, model, cut ? all.subList(0, limit) : all, null, cut ? "length" : "stop", promptTokens);
    }

    /** As one {@code chat.completion} object. */
    JsonObject whole() {
        JsonObject message = new JsonObject()
                .put("role", "assistant")
                .put("content", toolCall == null ? String.join("", words) : null)
                .put("refusal", null);
        if (toolCall != null) {
            message.put("tool_calls", new JsonArray().add(toolCall));
        }
        return object("chat.completion")
                .put(
                        "choices",
                        new JsonArray()
                                .add(new JsonObject()
                                        .put("index", 0)
                                        .put("message", message)
                                        .put("logprobs", null)
                                        .put("finish_reason", finishReason)))
                .put("usage", usage());
    }

    /** As {@code chat.completion.chunk} objects. */
    List<JsonObject> chunks(boolean includeUsage) {
        List<JsonObject> chunks = new ArrayList<>();
        chunks.add(chunk(new JsonObject().put("role", "assistant").put("content", toolCall == null ? "" : null), null));
        if (toolCall != null) {
            chunks.add(chunk(
                    new JsonObject()
                            .put(
                                    "tool_calls",
                                    new JsonArray().add(toolCall.copy().put("index", 0))),
                    null));
        }
        words.forEach(word -> chunks.add(chunk(new JsonObject().put("content", word), null)));
        chunks.add(chunk(new JsonObject(), finishReason));
        if (includeUsage) {
            chunks.forEach(chunk -> chunk.put("usage", null));
            chunks.add(object("chat.completion.chunk")
                    .put("choices", new JsonArray())
                    .put("usage", usage()));
        }
        return chunks;
    }

    private JsonObject chunk(JsonObject delta, @Nullable String finish) {
        return object("chat.completion.chunk")
                .put(
                        "choices",
                        new JsonArray()
                                .add(new JsonObject()
                                        .put("index", 0)
                                        .put("delta", delta)
                                        .put("logprobs", null)
                                        .put("finish_reason", finish)));
    }

    private JsonObject object(String type) {
        return new JsonObject()
                .put("id", id)
                .put("object", type)
                .put("created", CREATED)
                .put("model", model);
    }

    private JsonObject usage() {
        int completionTokens =
                toolCall == null ? words.size() : words(toolCall.encode()).size();
        return new JsonObject()
                .put("prompt_tokens", promptTokens)
                .put("completion_tokens", completionTokens)
                .put("total_tokens", promptTokens + completionTokens);
    }

    /** How many words the request allows, within what is possible; null if it does not say. */
    private static @Nullable Integer asked(JsonObject request) {
        Object tokens = request.getValue("max_completion_tokens");
        Number limit = (Number) (tokens == null ? request.getValue("max_tokens") : tokens);
        return limit == null ? null : (int) Math.max(1, Math.min(limit.doubleValue(), MOST_WORDS));
    }

    private static @Nullable JsonObject toolToCall(JsonObject request, JsonArray messages) {
        JsonArray tools = array(request, "tools");
        if (tools.isEmpty() || "none".equals(request.getValue("tool_choice"))) {
            return null;
        }
        if (!messages.isEmpty()
                && "tool".equals(object(messages.getValue(messages.size() - 1)).getValue("role"))) {
            return null;
        }
        JsonObject function = member(object(tools.getValue(0)), "function");
        return new JsonObject()
                .put("id", "call_demo_1")
                .put("type", "function")
                .put(
                        "function",
                        new JsonObject()
                                .put("name", function.getString("name", "demo"))
                                .put("arguments", arguments(function).encode()));
    }

    /** A value of the right type for each required parameter. */
    private static JsonObject arguments(JsonObject function) {
        JsonObject schema = member(function, "parameters");
        JsonObject properties = member(schema, "properties");
        JsonObject arguments = new JsonObject();
        for (Object name : array(schema, "required")) {
            Object type = member(properties, String.valueOf(name)).getValue("type");
            arguments.put(
                    String.valueOf(name),
                    switch (String.valueOf(type)) {
                        case "integer", "number" -> 1;
                        case "boolean" -> true;
                        case "array" -> new JsonArray();
                        case "object" -> new JsonObject();
                        default -> "demo";
                    });
        }
        return arguments;
    }

    private static String lastUserText(JsonArray messages) {
        for (int i = messages.size() - 1; i >= 0; i--) {
            JsonObject message = object(messages.getValue(i));
            if ("user".equals(message.getValue("role"))) {
                return text(message);
            }
        }
        return "";
    }

    private static String text(JsonObject message) {
        Object content = message.getValue("content");
        if (content instanceof String text) {
            return text;
        }
        StringBuilder joined = new StringBuilder();
        if (content instanceof JsonArray parts) {
            for (Object part : parts) {
                if (part instanceof JsonObject object && object.getValue("text") instanceof String text) {
                    joined.append(text);
                }
            }
        }
        return joined.toString();
    }

    private static JsonObject object(@Nullable Object value) {
        if (value instanceof JsonObject object) {
            return object;
        }
        throw new ClassCastException("not an object");
    }

    /** An absent or null member counts as an empty one. */
    private static JsonObject member(JsonObject of, String name) {
        Object value = of.getValue(name);
        return value == null ? new JsonObject() : object(value);
    }

    private static JsonArray array(JsonObject of, String name) {
        Object value = of.getValue(name);
        return value == null ? new JsonArray() : (JsonArray) value;
    }

    private static List<String> lorem(int count) {
        List<String> words = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            words.add((i == 0 ? "" : " ") + LOREM.get(i % LOREM.size()));
        }
        return words;
    }

    /** Words with the space in front of them, so that joined they are the text again. */
    private static List<String> words(String text) {
        List<String> words = new ArrayList<>();
        Matcher matcher = WORD.matcher(text);
        while (matcher.find()) {
            words.add(matcher.group());
        }
        return words;
    }
}
