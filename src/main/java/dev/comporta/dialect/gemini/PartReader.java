package dev.comporta.dialect.gemini;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.dialect.Dropped;
import dev.comporta.dialect.Json;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One of Google's parts as a part of a message. */
final class PartReader {

    private static final Map<String, String> AUDIO = Map.of(
            "audio/wav", "wav",
            "audio/x-wav", "wav",
            "audio/mp3", "mp3",
            "audio/mpeg", "mp3");

    /** Files that are kept by Google, which nobody else can fetch. */
    private static final String GOOGLES_FILES = "generativelanguage.googleapis.com";

    private final Dropped dropped;

    PartReader(Dropped dropped) {
        this.dropped = dropped;
    }

    static ObjectNode text(String text) {
        return Json.object().put("type", "text").put("text", text);
    }

    /** @param part with its names in camel case */
    ObjectNode read(ObjectNode part, String path) {
        for (String lost : List.of("videoMetadata", "mediaResolution", "thoughtSignature")) {
            if (Given.any(part, lost) != null) {
                dropped.add("contents[].parts[]." + lost);
            }
        }
        String text = Given.string(part, "text", path + ".text");
        if (text != null) {
            return text(text);
        }
        ObjectNode inline = Given.object(part, "inlineData", path + ".inlineData");
        if (inline != null) {
            return inline(Camel.names(inline), path + ".inlineData");
        }
        ObjectNode file = Given.object(part, "fileData", path + ".fileData");
        if (file != null) {
            return file(Camel.names(file), path + ".fileData");
        }
        throw Given.unsupported(path, "is of a kind that this model's provider does not take");
    }

    private static ObjectNode inline(ObjectNode inline, String path) {
        String type = Given.requiredString(inline, "mimeType", path + ".mimeType");
        Blob blob = Blob.of(Given.requiredString(inline, "data", path + ".data"), type, null, path + ".data");
        String name = Given.string(inline, "displayName", path + ".displayName");
        String url = "data:%s;base64,%s".formatted(blob.mimeType(), blob.data());
        if (blob.mimeType().startsWith("image/")) {
            return image(url);
        }
        String format = AUDIO.get(blob.mimeType());
        if (format != null) {
            ObjectNode part = Json.object().put("type", "input_audio");
            part.putObject("input_audio").put("data", blob.data()).put("format", format);
            return part;
        }
        boolean pdf = blob.mimeType().equals("application/pdf");
        if (pdf || blob.mimeType().startsWith("text/")) {
            String unnamed = pdf ? "file.pdf" : "file.txt";
            return file(name == null ? unnamed : name, "file_data", url);
        }
        throw Given.unsupported(path + ".mimeType", "is none that this model's provider takes");
    }

    private static ObjectNode image(String url) {
        ObjectNode part = Json.object().put("type", "image_url");
        part.putObject("image_url").put("url", url);
        return part;
    }

    private static ObjectNode file(@Nullable String name, String field, String value) {
        ObjectNode part = Json.object().put("type", "file");
        ObjectNode file = part.putObject("file");
        if (name != null) {
            file.put("filename", name);
        }
        file.put(field, value);
        return part;
    }

    private static ObjectNode file(ObjectNode file, String path) {
        String uri = Given.requiredString(file, "fileUri", path + ".fileUri");
        if (!isFetchable(uri)) {
            throw Given.unsupported(
                    path + ".fileUri", "must be an http or https URL that others than Google can fetch");
        }
        String type = MediaType.normalised(Given.string(file, "mimeType", path + ".mimeType"));
        if (type == null) {
            type = MediaType.named(uri);
        }
        return type != null && type.startsWith("image/")
                ? image(uri)
                : file(Given.string(file, "displayName", path + ".displayName"), "file_url", uri);
    }

    private static boolean isFetchable(String uri) {
        try {
            URI parsed = URI.create(uri);
            String scheme = String.valueOf(parsed.getScheme()).toLowerCase(Locale.ROOT);
            return Set.of("http", "https").contains(scheme) && !GOOGLES_FILES.equalsIgnoreCase(parsed.getHost());
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
