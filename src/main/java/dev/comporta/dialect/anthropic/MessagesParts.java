package dev.comporta.dialect.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.comporta.dialect.Dropped;
import dev.comporta.dialect.Json;
import java.util.Locale;
import java.util.Set;

/**
 * Content blocks that a model reads, as the parts of one chat message. Documents that are text become text, which every
 * provider takes; only PDFs become files.
 */
final class MessagesParts {

    private static final Set<String> IMAGES = Set.of("image/jpeg", "image/png", "image/gif", "image/webp");

    private final ArrayNode parts = Json.array();
    private final Dropped dropped;

    MessagesParts(Dropped dropped) {
        this.dropped = dropped;
    }

    /** Takes a string or a list of blocks. */
    MessagesParts addAll(MessagesField content) {
        if (content.isText()) {
            text(content.text());
        } else {
            content.items().forEach(this::add);
        }
        return this;
    }

    /** Takes one block. */
    void add(MessagesField block) {
        block.object();
        MessagesField type = block.get("type");
        switch (type.text()) {
            case "text" -> text(block.get("text").text());
            case "image" -> image(block.get("source"));
            case "document" -> document(block);
            case "search_result" -> searchResult(block);
            default -> throw type.unsupported("The content block at %s cannot be told to this model's provider.");
        }
        citations(block.get("citations"));
        if (!parts.isEmpty()) {
            keepCacheControl(block, (ObjectNode) parts.get(parts.size() - 1));
        }
    }

    boolean isEmpty() {
        return parts.isEmpty();
    }

    /** The content of the message: one plain text is a string, which every server takes. */
    JsonNode content() {
        if (parts.isEmpty()) {
            return TextNode.valueOf("");
        }
        JsonNode first = parts.get(0);
        boolean plain = parts.size() == 1 && first.has("text") && !first.has("cache_control");
        return plain ? first.get("text") : parts;
    }

    /** The content of a message that can hold text only; blocks are joined unless a cache is to break between them. */
    JsonNode joined() {
        StringBuilder text = new StringBuilder();
        for (JsonNode part : parts) {
            if (part.has("cache_control")) {
                return parts;
            }
            text.append(part.path("text").textValue());
        }
        return TextNode.valueOf(text.toString());
    }

    /** Marks where Anthropic's prompt cache is to break, for targets that have one too. */
    static void keepCacheControl(MessagesField from, ObjectNode to) {
        MessagesField cache = from.get("cache_control");
        if (cache.isThere()) {
            to.set("cache_control", cache.object());
        }
    }

    void text(String text) {
        parts.addObject().put("type", "text").put("text", text);
    }

    private void image(MessagesField source) {
        source.object();
        MessagesField kind = source.get("type");
        String url = switch (kind.text()) {
            case "base64" -> "data:" + imageType(source.get("media_type")) + ";base64," + base64(source);
            case "url" -> address(source);
            default -> throw kind.unsupported();
        };
        parts.addObject().put("type", "image_url").putObject("image_url").put("url", url);
    }

    private static String imageType(MessagesField field) {
        String type = field.text().toLowerCase(Locale.ROOT);
        if (type.equals("image/jpg")) {
            return "image/jpeg";
        }
        if (!IMAGES.contains(type)) {
            throw field.invalid("must be image/jpeg, image/png, image/gif or image/webp");
        }
        return type;
    }

    private void document(MessagesField block) {
        heading(text(block, "title"), text(block, "context"));
        MessagesField source = block.get("source");
        source.object();
        MessagesField kind = source.get("type");
        switch (kind.text()) {
            case "base64" -> {
                if (!source.get("media_type").text().equalsIgnoreCase("application/pdf")) {
                    throw source.get("media_type").invalid("must be application/pdf");
                }
                file().put("filename", "document.pdf")
                        .put("file_data", "data:application/pdf;base64," + base64(source));
            }
            case "text" -> text(source.get("data").text());
            case "content" -> addAll(source.get("content"));
            case "url" -> file().put("file_url", address(source));
            default -> throw kind.unsupported();
        }
    }

    private ObjectNode file() {
        return parts.addObject().put("type", "file").putObject("file");
    }

    private void searchResult(MessagesField block) {
        heading(text(block, "title"), text(block, "source"));
        addAll(block.get("content"));
    }

    /** Says what the next part is. */
    private void heading(String first, String second) {
        String heading = first.isBlank() ? second : second.isBlank() ? first : first + "\n" + second;
        if (!heading.isBlank()) {
            text(heading);
        }
    }

    private static String text(MessagesField block, String name) {
        MessagesField field = block.get(name);
        return field.isThere() ? field.text() : "";
    }

    /** They are asked for with an object, and stand as a list in what the model said before. */
    private void citations(MessagesField citations) {
        MessagesField enabled = citations.get("enabled");
        if (!citations.isEmpty() && !(enabled.isThere() && !enabled.flag())) {
            dropped.add("messages[].content[].citations");
        }
    }

    private static String address(MessagesField source) {
        MessagesField url = source.get("url");
        String text = url.text();
        if (!text.startsWith("https://") && !text.startsWith("http://")) {
            throw url.invalid("must be an http or https URL");
        }
        return text;
    }

    /** Base64 as every provider takes it: some callers break its lines, or use the alphabet of URLs. */
    private static String base64(MessagesField source) {
        MessagesField data = source.get("data");
        String text = data.filledText();
        boolean clean = true;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || "+/=".indexOf(c) >= 0) {
                continue;
            }
            if ("-_ \r\n\t".indexOf(c) < 0) {
                throw data.invalid("must be base64");
            }
            clean = false;
        }
        return clean ? text : text.replaceAll("[ \r\n\t]", "").replace('-', '+').replace('_', '/');
    }
}
