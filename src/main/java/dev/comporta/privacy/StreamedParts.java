package dev.comporta.privacy;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * What a stream of server-sent events said, put together: a telephone number comes in several events, and could not be
 * recognized in any of them. Knows the streams of all dialects by the names of the members that carry fragments:
 * fragments that stand at the same place are one text.
 */
final class StreamedParts {

    private static final JsonMapper JSON = new JsonMapper();
    private static final String DATA = "data:";
    private static final int DEEPEST = 16;

    private static final Set<String> FRAGMENTS = Set.of(
            "content",
            "text",
            "delta",
            "refusal",
            "arguments",
            "partial_json",
            "reasoning",
            "reasoning_content",
            "thinking",
            "transcript",
            "name",
            "finish_reason",
            "finishReason",
            "stop_reason",
            "message");

    /** Whole objects in Gemini's streams. */
    private static final String ARGUMENTS = "args";

    /** By which an event says to which part it belongs. */
    private static final String[] INDEXES = {"output_index", "summary_index", "content_index", "index"};

    private final Map<String, StringBuilder> parts = new LinkedHashMap<>();

    private StreamedParts() {}

    /**
     * @param events whole events and perhaps the beginning of one, which is left out
     * @return {@code {"streamed":true,"parts":[{"at":…,"text":…}]}}
     */
    static byte[] of(byte[] events, boolean cut) {
        StreamedParts stream = new StreamedParts();
        stream.read(new String(events, StandardCharsets.UTF_8));
        return stream.json(cut).toString().getBytes(StandardCharsets.UTF_8);
    }

    private ObjectNode json(boolean cut) {
        ObjectNode whole = JSON.createObjectNode().put("streamed", true);
        if (cut) {
            whole.put(PayloadJson.CUT, true);
        }
        parts.forEach(
                (at, text) -> whole.withArray("parts").addObject().put("at", at).put("text", text.toString()));
        return whole;
    }

    private void read(String events) {
        StringBuilder data = new StringBuilder();
        for (String line : events.split("\r\n|\n|\r", -1)) {
            if (line.startsWith(DATA)) {
                data.append(line, DATA.length(), line.length()).append('\n');
            } else if (line.isEmpty() && data.length() > 0) {
                event(data.toString());
                data.setLength(0);
            }
        }
    }

    private void event(String data) {
        try {
            JsonNode event = JSON.readTree(data);
            if (event != null && !isRepetition(event.path("type").asText())) {
                collect(event, place(event), 0);
            }
        } catch (JacksonException e) {
            // Such as [DONE].
        }
    }

    /** The Responses API says everything again once it is whole. */
    private static boolean isRepetition(String type) {
        return type.startsWith("response.")
                && !type.endsWith(".delta")
                && !type.equals("response.output_item.added")
                && !type.equals("response.failed");
    }

    private static String place(JsonNode event) {
        StringBuilder place = new StringBuilder();
        for (String index : INDEXES) {
            if (event.path(index).isInt()) {
                place.append(event.path(index).asInt()).append('.');
            }
        }
        return place.toString();
    }

    private void collect(JsonNode node, String place, int depth) {
        if (depth > DEEPEST) {
            return;
        }
        if (node.isArray()) {
            for (int i = 0; i < node.size(); i++) {
                JsonNode element = node.get(i);
                collect(element, place + element.path("index").asInt(i) + ".", depth + 1);
            }
            return;
        }
        node.properties().forEach(member -> {
            String name = member.getKey();
            JsonNode value = member.getValue();
            if (value.isTextual() && FRAGMENTS.contains(name)) {
                append(place + name, value.textValue());
            } else if (name.equals(ARGUMENTS) && value.isObject()) {
                append(place + name, value.toString());
            } else if (value.isContainerNode()) {
                collect(value, place + name + ".", depth + 1);
            }
        });
    }

    private void append(String at, String text) {
        if (!text.isEmpty()) {
            parts.computeIfAbsent(at, first -> new StringBuilder()).append(text);
        }
    }
}
