package dev.comporta.dialect.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.dialect.Json;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;

/** A whole chat completion as the stream of chunks that the caller asked for: one chunk of content, one of the end. */
public final class CompletionChunks {

    /** What the older API calls its answers and its chunks alike. */
    private static final String LEGACY = "text_completion";

    private CompletionChunks() {}

    /**
     * The events of a stream that says the same as {@code completion}, {@code [DONE]} included.
     *
     * @throws IOException if it is no JSON object
     */
    public static Buffer of(Buffer completion, boolean includeUsage) throws IOException {
        if (!(Json.tree(completion.getBytes()) instanceof ObjectNode whole)) {
            throw new IOException("not an object");
        }
        JsonNode usage = whole.remove("usage");
        JsonNode choices = whole.remove("choices");
        if (!whole.path("object").asText().equals(LEGACY)) {
            whole.put("object", "chat.completion.chunk");
        }
        ArrayNode contents = Json.array();
        ArrayNode ends = Json.array();
        for (JsonNode choice : choices == null ? Json.array() : choices) {
            if (choice.isObject()) {
                contents.add(content(choice));
                ends.add(end(choice));
            }
        }
        Buffer events = Buffer.buffer();
        event(events, whole, contents);
        event(events, whole, ends);
        if (includeUsage && usage != null && !usage.isNull()) {
            whole.set("usage", usage);
            event(events, whole, Json.array());
        }
        return events.appendString("data: [DONE]\n\n");
    }

    private static ObjectNode content(JsonNode choice) {
        if (choice.has("text")) {
            ObjectNode legacy = choice.deepCopy();
            return legacy.putNull("finish_reason");
        }
        ObjectNode delta =
                choice.path("message").isObject() ? choice.path("message").deepCopy() : Json.object();
        int place = 0;
        for (JsonNode call : delta.path("tool_calls")) {
            if (call instanceof ObjectNode object) {
                object.put("index", place);
            }
            place++;
        }
        ObjectNode content = Json.object();
        content.set("index", index(choice));
        content.set("delta", delta);
        content.set("logprobs", choice.get("logprobs"));
        return content.putNull("finish_reason");
    }

    private static ObjectNode end(JsonNode choice) {
        ObjectNode end = Json.object();
        end.set("index", index(choice));
        if (choice.has("text")) {
            end.put("text", "");
        } else {
            end.set("delta", Json.object());
        }
        return choice.has("finish_reason")
                ? end.set("finish_reason", choice.get("finish_reason"))
                : end.put("finish_reason", "stop");
    }

    private static JsonNode index(JsonNode choice) {
        return choice.has("index")
                ? choice.get("index")
                : Json.object().put("index", 0).get("index");
    }

    private static void event(Buffer events, ObjectNode chunk, ArrayNode choices) {
        chunk.set("choices", choices);
        events.appendString("data: ").appendBytes(Json.bytes(chunk)).appendString("\n\n");
    }
}
