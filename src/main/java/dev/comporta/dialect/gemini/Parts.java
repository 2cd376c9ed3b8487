package dev.comporta.dialect.gemini;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.dialect.Dropped;
import dev.comporta.dialect.Json;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The content of a message as Google's parts. Empty text is left out, since Google refuses it. What an {@code http} URL
 * points to is named to Google, who fetches it; where the gateway is to fetch it, it is a {@code data:} URL by now.
 */
final class Parts {

    private static final Map<String, String> AUDIO = Map.of(
            "wav", "audio/wav",
            "mp3", "audio/mp3",
            "flac", "audio/flac",
            "ogg", "audio/ogg",
            "aac", "audio/aac",
            "aiff", "audio/aiff");

    private static final Pattern HTTP = Pattern.compile("(?i)https?://.*", Pattern.DOTALL);

    private final Dropped dropped;

    Parts(Dropped dropped) {
        this.dropped = dropped;
    }

    static ObjectNode text(String text) {
        return Json.object().put("text", text);
    }

    /** Text or an array of parts; null is no content. */
    ArrayNode of(@Nullable JsonNode content, String path) {
        ArrayNode parts = Json.array();
        if (content == null || content.isNull()) {
            return parts;
        }
        if (content.isTextual()) {
            add(parts, content.textValue());
            return parts;
        }
        if (!content.isArray()) {
            throw Given.invalid(path, "must be a string or an array of parts");
        }
        for (int i = 0; i < content.size(); i++) {
            String at = "%s[%d]".formatted(path, i);
            add(parts, Given.asObject(content.get(i), at), at);
        }
        return parts;
    }

    /** Content that is text or nothing, as one text. */
    String textOf(@Nullable JsonNode content, String path) {
        StringBuilder text = new StringBuilder();
        for (JsonNode part : of(content, path)) {
            if (!part.has("text")) {
                throw Given.unsupported(path, "must be text for this model's provider");
            }
            text.append(part.get("text").textValue());
        }
        return text.toString();
    }

    private static void add(ArrayNode parts, @Nullable String text) {
        if (text != null && !text.isEmpty()) {
            parts.add(text(text));
        }
    }

    private void add(ArrayNode parts, ObjectNode part, String path) {
        if (Given.any(part, "cache_control") != null) {
            dropped.add("messages[].content[].cache_control");
        }
        if (Given.any(part, "prompt_cache_breakpoint") != null) {
            dropped.add("messages[].content[].prompt_cache_breakpoint");
        }
        String type = Given.requiredString(part, "type", path + ".type");
        switch (type) {
            case "text" -> add(parts, Given.string(part, "text", path + ".text"));
            case "refusal" -> add(parts, Given.string(part, "refusal", path + ".refusal"));
            case "image_url" -> parts.add(image(part, path + ".image_url"));
            case "input_audio" ->
                parts.add(
                        audio(Given.requiredObject(part, "input_audio", path + ".input_audio"), path + ".input_audio"));
            case "file" -> parts.add(file(Given.requiredObject(part, "file", path + ".file"), path + ".file"));
            default -> throw Given.unsupported(path + ".type", "is of a kind that this model's provider does not take");
        }
    }

    private ObjectNode image(ObjectNode part, String path) {
        ObjectNode image = Given.requiredObject(part, "image_url", path);
        String detail = Given.string(image, "detail", path + ".detail");
        if (detail != null && !detail.equals("auto")) {
            dropped.add("messages[].content[].image_url.detail");
        }
        return at(Given.requiredString(image, "url", path + ".url"), null, path + ".url");
    }

    private static ObjectNode audio(ObjectNode audio, String path) {
        String type = AUDIO.get(Given.requiredString(audio, "format", path + ".format"));
        if (type == null) {
            throw Given.unsupported(path + ".format", "is none that this model's provider takes");
        }
        return Blob.of(Given.requiredString(audio, "data", path + ".data"), type, null, path + ".data")
                .part();
    }

    private static ObjectNode file(ObjectNode file, String path) {
        String name = Given.string(file, "filename", path + ".filename");
        String data = Given.string(file, "file_data", path + ".file_data");
        if (data != null) {
            return Blob.isDataUrl(data)
                    ? Blob.ofUrl(data, name, path + ".file_data").part()
                    : Blob.of(data, null, name, path + ".file_data").part();
        }
        String url = Given.string(file, "file_url", path + ".file_url");
        if (url != null) {
            return at(url, name, path + ".file_url");
        }
        throw Given.any(file, "file_id") == null
                ? Given.invalid(path, "must hold file_data or file_url")
                : Given.unsupported(path + ".file_id", "names a file that this model's provider does not have");
    }

    private static ObjectNode at(String url, @Nullable String name, String path) {
        if (Blob.isDataUrl(url)) {
            return Blob.ofUrl(url, name, path).part();
        }
        if (!HTTP.matcher(url).matches()) {
            throw Given.invalid(path, "must be an http, https or data URL");
        }
        ObjectNode part = Json.object();
        ObjectNode file = part.putObject("fileData").put("fileUri", url);
        String type = MediaType.named(name) == null ? MediaType.named(url) : MediaType.named(name);
        if (type != null) {
            file.put("mimeType", type);
        }
        return part;
    }
}
