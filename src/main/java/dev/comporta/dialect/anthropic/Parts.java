package dev.comporta.dialect.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.dialect.Dropped;
import dev.comporta.dialect.Json;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The content of a message as Anthropic's blocks. Text without a visible character is left out, because Anthropic
 * refuses it.
 */
final class Parts {

    private static final Set<String> IMAGES = Set.of("image/jpeg", "image/png", "image/gif", "image/webp");
    private static final String CACHE_CONTROL = "cache_control";

    private final Dropped dropped;

    Parts(Dropped dropped) {
        this.dropped = dropped;
    }

    /**
     * Adds content in which there may be more than text.
     *
     * @param content a string or parts; null for none
     * @param path where the content is
     * @return how many blocks were added
     */
    int add(ArrayNode blocks, @Nullable JsonNode content, String path) {
        return add(blocks, content, path, false);
    }

    /** Adds content of a role that can only say text. */
    int addText(ArrayNode blocks, @Nullable JsonNode content, String path) {
        return add(blocks, content, path, true);
    }

    private int add(ArrayNode blocks, @Nullable JsonNode content, String path, boolean textOnly) {
        int before = blocks.size();
        if (content == null || content.isNull()) {
            return 0;
        }
        if (content.isTextual()) {
            add(blocks, text(content.textValue()));
        } else if (content.isArray()) {
            for (int i = 0; i < content.size(); i++) {
                Fields part = new Fields(content.get(i), "%s[%d]".formatted(path, i));
                ObjectNode block = block(part, textOnly);
                JsonNode cache = part.take(CACHE_CONTROL);
                if (block != null && cache != null) {
                    block.set(CACHE_CONTROL, cache);
                }
                add(blocks, block);
                part.reportRest(dropped, Set.of());
            }
        } else {
            throw Refusal.invalid(path, "must be a string or an array of parts");
        }
        return blocks.size() - before;
    }

    private static void add(ArrayNode blocks, @Nullable ObjectNode block) {
        if (block != null) {
            blocks.add(block);
        }
    }

    static @Nullable ObjectNode text(@Nullable String text) {
        return text == null || text.isBlank()
                ? null
                : Json.object().put("type", "text").put("text", text);
    }

    private @Nullable ObjectNode block(Fields part, boolean textOnly) {
        String type = part.name("type");
        return switch (type) {
            case "text" -> text(part.text("text"));
            case "refusal" -> text(part.text("refusal"));
            case "image_url" -> textOnly ? noMoreThanText(part) : image(part);
            case "file" -> textOnly ? noMoreThanText(part) : file(part);
            case "input_audio" -> throw Refusal.unsupported(part.path("type"), "They do not listen; send text.");
            default -> throw Refusal.unsupported(part.path("type"), "Send text, image_url or file.");
        };
    }

    private static ObjectNode noMoreThanText(Fields part) {
        throw Refusal.invalid(part.path("type"), "must be text in a message of this role");
    }

    private ObjectNode image(Fields part) {
        String path = part.path("image_url");
        JsonNode given = part.take("image_url");
        String url;
        if (given != null && given.isTextual()) {
            url = given.textValue();
        } else {
            Fields image = new Fields(given, path);
            url = image.name("url");
            String detail = image.text("detail");
            if (detail != null && !detail.equals("auto")) {
                dropped.add("messages[].content[].image_url.detail");
            }
        }
        if (!DataUrl.is(url)) {
            return block("image", urlSource(url, path + ".url"));
        }
        return image(DataUrl.of(url, path + ".url"), path + ".url");
    }

    private static ObjectNode image(DataUrl data, String field) {
        if (!IMAGES.contains(data.mediaType())) {
            throw Refusal.invalid(field, "must be a JPEG, PNG, GIF or WebP image");
        }
        return block("image", base64Source(data));
    }

    private static ObjectNode file(Fields part) {
        Fields file = part.object("file");
        if (file == null) {
            throw Refusal.invalid(part.path("file"), "must be an object");
        }
        if (file.take("file_id") != null) {
            throw Refusal.unsupported(
                    file.path("file_id"), "The file is kept by another provider; send file_data or file_url.");
        }
        String data = file.text("file_data");
        String url = file.text("file_url");
        ObjectNode block;
        if (data != null) {
            block = document(data, file.path("file_data"));
        } else if (url != null) {
            block = block("document", urlSource(url, file.path("file_url")));
        } else {
            throw Refusal.invalid(part.path("file"), "must have file_data or file_url");
        }
        String name = file.text("filename");
        if (name != null && !name.isBlank() && block.path("type").asText().equals("document")) {
            block.put("title", name);
        }
        return block;
    }

    private static ObjectNode document(String given, String field) {
        DataUrl data = DataUrl.is(given) ? DataUrl.of(given, field) : DataUrl.ofBase64(given, field);
        if (data.mediaType().equals("application/pdf")) {
            return block("document", base64Source(data));
        }
        if (IMAGES.contains(data.mediaType())) {
            return image(data, field);
        }
        if (data.mediaType().startsWith("text/") || data.mediaType().equals("application/json")) {
            return block(
                    "document",
                    Json.object()
                            .put("type", "text")
                            .put("media_type", "text/plain")
                            .put("data", decoded(data, field)));
        }
        throw Refusal.unsupported(field, "Send a PDF, a text or an image.");
    }

    private static String decoded(DataUrl data, String field) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(data.bytes()))
                    .toString();
        } catch (CharacterCodingException e) {
            throw Refusal.invalid(field, "must be text in UTF-8");
        }
    }

    private static ObjectNode block(String type, ObjectNode source) {
        ObjectNode block = Json.object().put("type", type);
        block.set("source", source);
        return block;
    }

    private static ObjectNode base64Source(DataUrl data) {
        return Json.object()
                .put("type", "base64")
                .put("media_type", data.mediaType())
                .put("data", data.base64());
    }

    private static ObjectNode urlSource(String url, String field) {
        String lower = url.substring(0, Math.min(8, url.length())).toLowerCase(Locale.ROOT);
        if (!lower.startsWith("http://") && !lower.startsWith("https://")) {
            throw Refusal.invalid(field, "must be a data URL with base64, or an http(s) URL");
        }
        return Json.object().put("type", "url").put("url", url);
    }
}
