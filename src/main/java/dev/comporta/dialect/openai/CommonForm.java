package dev.comporta.dialect.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.dialect.Dropped;
import dev.comporta.dialect.Json;
import dev.comporta.dialect.ModelRequest;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;

/** Brings a request from the common form to what OpenAI's API knows: its extensions are said otherwise, or left out. */
final class CommonForm {

    private static final List<String> OF_REQUESTS =
            List.of("thinking", "top_k", "safety_settings", "cached_content", "extra_body");
    private static final List<String> OF_MESSAGES = List.of("reasoning_content", "thinking_blocks", "cache_control");
    private static final List<String> WITHIN_MESSAGES = List.of(
            "\"reasoning_content\"",
            "\"thinking_blocks\"",
            "\"cache_control\"",
            "\"extra_content\"",
            "\"is_error\"",
            "\"file_url\"");
    private static final String CACHE_CONTROL = "cache_control";
    private static final String TEXT_URL = "data:text/";
    private static final String BASE64 = ";base64,";

    private final Quirks quirks;
    private final Dropped dropped;

    /** What the results of tools hold besides text, until it can be told. */
    private final ArrayNode shown = Json.array();

    private CommonForm(Quirks quirks, Dropped dropped) {
        this.quirks = quirks;
        this.dropped = dropped;
    }

    /** Whether a request of OpenAI's dialect may hold extensions; what looks like one may be text, too. */
    static boolean mayBe(ModelRequest request) {
        for (String field : OF_REQUESTS) {
            if (request.fields().contains(field)) {
                return true;
            }
        }
        String text = new String(request.bytes(), StandardCharsets.ISO_8859_1);
        for (String name : WITHIN_MESSAGES) {
            if (text.contains(name)) {
                return true;
            }
        }
        return false;
    }

    static void leave(ObjectNode chat, Quirks quirks, Dropped dropped) {
        new CommonForm(quirks, dropped).request(chat);
    }

    private void request(ObjectNode chat) {
        if (chat.hasNonNull("reasoning_effort")) {
            // Says the same, in words that OpenAI has.
            chat.remove("thinking");
        }
        for (String field : OF_REQUESTS) {
            if (!quirks.keep(field)) {
                QuirkRule.drop(chat, field, "", dropped);
            }
        }
        if (QuirkRule.saysNothing(chat.path("stop"))) {
            chat.remove("stop");
        }
        for (JsonNode tool : chat.path("tools")) {
            if (tool instanceof ObjectNode object) {
                QuirkRule.drop(object, CACHE_CONTROL, "tools[].", dropped);
            }
        }
        if (chat.path("messages") instanceof ArrayNode messages) {
            chat.set("messages", messages(messages));
        }
    }

    private ArrayNode messages(ArrayNode messages) {
        ArrayNode result = Json.array();
        for (JsonNode each : messages) {
            if (!(each instanceof ObjectNode message)) {
                throw new GatewayError(
                        ErrorCode.INVALID_REQUEST, "Every one of the messages must be an object.", "messages");
            }
            boolean tool = message.path("role").asText().equals("tool");
            if (!tool) {
                show(result);
            }
            for (String field : OF_MESSAGES) {
                QuirkRule.drop(message, field, "messages[].", dropped);
            }
            parts(message.path("content"));
            if (!quirks.keep("extra_content")) {
                for (JsonNode call : message.path("tool_calls")) {
                    if (call instanceof ObjectNode object) {
                        QuirkRule.drop(object, "extra_content", "messages[].tool_calls[].", dropped);
                    }
                }
            }
            if (tool) {
                tool(message);
            }
            result.add(message);
        }
        show(result);
        return result;
    }

    private void parts(JsonNode content) {
        for (JsonNode each : content) {
            if (each instanceof ObjectNode part) {
                QuirkRule.drop(part, CACHE_CONTROL, "messages[].content[].", dropped);
                if (part.path("type").asText().equals("file")) {
                    file(part);
                }
            }
        }
    }

    private void file(ObjectNode part) {
        JsonNode file = part.path("file");
        String data = file.path("file_data").asText();
        if (data.regionMatches(true, 0, TEXT_URL, 0, TEXT_URL.length())) {
            part.remove("file");
            part.put("type", "text").put("text", text(data));
        } else if (file.hasNonNull("file_url") && !quirks.takeDocumentUrls()) {
            throw QuirkRule.unsupported("messages[].content[].file.file_url");
        }
    }

    /** Text in a data URL is text. */
    private static String text(String url) {
        int at = url.indexOf(BASE64);
        try {
            if (at >= 0) {
                byte[] bytes = Base64.getMimeDecoder().decode(url.substring(at + BASE64.length()));
                return new String(bytes, StandardCharsets.UTF_8);
            }
        } catch (IllegalArgumentException e) {
            // Refused below.
        }
        throw new GatewayError(
                ErrorCode.INVALID_REQUEST,
                "A file's data must be a data URL with base64.",
                "messages[].content[].file.file_data");
    }

    private void tool(ObjectNode message) {
        if (!quirks.takeToolImages() && message.path("content") instanceof ArrayNode parts) {
            ArrayNode texts = Json.array();
            for (JsonNode part : parts) {
                (part.path("type").asText().equals("text") ? texts : shown).add(part);
            }
            if (texts.isEmpty() && !parts.isEmpty()) {
                message.put("content", "The result follows in the next message of the user.");
            } else {
                message.set("content", texts);
            }
        }
        JsonNode failed = message.remove("is_error");
        if (failed != null && failed.asBoolean()) {
            JsonNode content = message.path("content");
            if (content instanceof ArrayNode parts) {
                parts.insertObject(0).put("type", "text").put("text", "Error:");
            } else {
                message.put("content", "Error: " + content.asText(""));
            }
        }
    }

    /** What the results of tools hold besides text is shown by the user: OpenAI's tools answer in text only. */
    private void show(ArrayNode messages) {
        if (!shown.isEmpty()) {
            messages.addObject().put("role", "user").set("content", shown.deepCopy());
            shown.removeAll();
        }
    }
}
