package dev.comporta.dialect.openai;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/** A whole chat completion as the stream of chunks that the caller asked for: one chunk of content, one of the end. */
public final class CompletionChunks {

    /** What the older API calls its answers and its chunks alike. */
    private static final String LEGACY = "text_completion";

    private CompletionChunks() {}

    /** The events of a stream that says the same as {@code completion}, {@code [DONE]} included. */
    public static Buffer of(Buffer completion, boolean includeUsage) {
        JsonObject whole = new JsonObject(completion);
        Object usage = whole.remove("usage");
        Object found = whole.remove("choices");
        JsonArray choices = found instanceof JsonArray array ? array : new JsonArray();
        if (!LEGACY.equals(whole.getValue("object"))) {
            whole.put("object", "chat.completion.chunk");
        }
        JsonArray contents = new JsonArray();
        JsonArray ends = new JsonArray();
        for (Object choice : choices) {
            if (choice instanceof JsonObject object) {
                boolean legacy = object.containsKey("text");
                contents.add(legacy ? object.copy().putNull("finish_reason") : content(object));
                ends.add(new JsonObject()
                        .put("index", object.getValue("index", 0))
                        .put(legacy ? "text" : "delta", legacy ? "" : new JsonObject())
                        .put("finish_reason", object.getValue("finish_reason", "stop")));
            }
        }
        Buffer events = Buffer.buffer();
        event(events, whole.copy().put("choices", contents));
        event(events, whole.copy().put("choices", ends));
        if (includeUsage && usage != null) {
            event(events, whole.copy().put("choices", new JsonArray()).put("usage", usage));
        }
        return events.appendString("data: [DONE]\n\n");
    }

    private static JsonObject content(JsonObject choice) {
        JsonObject delta = choice.getValue("message") instanceof JsonObject message ? message.copy() : new JsonObject();
        if (delta.getValue("tool_calls") instanceof JsonArray calls) {
            for (int i = 0; i < calls.size(); i++) {
                if (calls.getValue(i) instanceof JsonObject call) {
                    call.put("index", i);
                }
            }
        }
        return new JsonObject()
                .put("index", choice.getValue("index", 0))
                .put("delta", delta)
                .put("logprobs", choice.getValue("logprobs"))
                .put("finish_reason", null);
    }

    private static void event(Buffer events, JsonObject chunk) {
        events.appendString("data: ").appendBuffer(chunk.toBuffer()).appendString("\n\n");
    }
}
