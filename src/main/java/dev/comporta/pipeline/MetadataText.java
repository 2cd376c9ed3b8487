package dev.comporta.pipeline;

import dev.comporta.core.Text;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Map;

/** Metadata as JSON text that a {@code jsonb} column is sure to take. */
final class MetadataText {

    private static final int MAX_DEPTH = 5;
    private static final int MAX_TEXT = 4_096;

    private MetadataText() {}

    static String of(JsonObject metadata) {
        return object(metadata, 0).encode();
    }

    private static JsonObject object(JsonObject from, int depth) {
        JsonObject to = new JsonObject();
        for (Map.Entry<String, Object> member : from) {
            to.put(String.valueOf(Text.storable(member.getKey(), MAX_TEXT)), value(member.getValue(), depth));
        }
        return to;
    }

    private static Object value(Object value, int depth) {
        if (value instanceof String text) {
            return String.valueOf(Text.storable(text, MAX_TEXT));
        }
        if (value instanceof JsonObject object) {
            return depth < MAX_DEPTH ? object(object, depth + 1) : "…";
        }
        if (value instanceof JsonArray array) {
            JsonArray copy = new JsonArray();
            if (depth < MAX_DEPTH) {
                array.forEach(element -> copy.add(value(element, depth + 1)));
            }
            return copy;
        }
        return value;
    }
}
