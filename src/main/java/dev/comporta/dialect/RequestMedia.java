package dev.comporta.dialect;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/**
 * What a request gives a model besides its own text. A picture takes a limited number of tokens, however it is given;
 * everything else may take as many as the model reads.
 */
final class RequestMedia {

    /**
     * Members by which a model may read more than the request has characters: sounds, films, documents, searches, texts
     * that are kept elsewhere.
     */
    private static final Set<String> OPEN = Set.of(
            "input_audio",
            "audio_url",
            "video_url",
            "document_url",
            "file_data",
            "file_url",
            "file_id",
            "fileData",
            "fileUri",
            "file_uri",
            "images",
            "image_embeds",
            "audio_embeds",
            "plugins",
            "search_parameters",
            "web_search_options",
            "mcp_servers",
            "googleSearch",
            "google_search",
            "googleSearchRetrieval",
            "google_search_retrieval",
            "codeExecution",
            "code_execution",
            "urlContext",
            "url_context",
            "fileSearch",
            "file_search",
            "googleMaps",
            "google_maps",
            "computerUse",
            "computer_use");

    private static final byte[] PICTURE = "data:image/".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] IMAGE = "image\"".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] IMAGE_TYPE = "image/".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] ADDRESS = "http".getBytes(StandardCharsets.US_ASCII);

    private final byte[] bytes;
    private final List<Json.Range> pictures = new ArrayList<>(0);
    private long pictureBytes;
    private int images;
    private boolean open;

    RequestMedia(byte[] bytes) {
        this.bytes = bytes;
    }

    static boolean isOpen(String name) {
        return OPEN.contains(name);
    }

    /** How many images there are. */
    int images() {
        return images;
    }

    /** The images that the request holds, as strings, in the order in which they stand. */
    List<Json.Range> pictures() {
        return pictures.stream()
                .sorted(Comparator.comparingInt(Json.Range::from))
                .toList();
    }

    long pictureBytes() {
        return pictureBytes;
    }

    boolean isOpen() {
        return open;
    }

    /** There is something that may be of any length. */
    void open() {
        open = true;
    }

    /** What an object that should hold media holds. */
    private enum Source {
        NONE,
        TEXT,
        IMAGE,
        ADDRESS,
        OTHER
    }

    /** Reads a member of which the parser has just read the first token of the value, and all below it. */
    void member(JsonParser json, String name, JsonToken value) throws IOException {
        switch (name) {
            case "image_url" -> imageUrl(json, value);
            case "inlineData", "inline_data" -> inline(json, value);
            default -> {
                open |= OPEN.contains(name) && value != JsonToken.VALUE_NULL;
                value(json, value);
            }
        }
    }

    private void value(JsonParser json, JsonToken value) throws IOException {
        if (value == JsonToken.START_OBJECT) {
            object(json);
        } else if (value == JsonToken.START_ARRAY) {
            JsonToken element;
            while ((element = json.nextToken()) != JsonToken.END_ARRAY) {
                value(json, element);
            }
        }
    }

    private void object(JsonParser json) throws IOException {
        boolean image = false;
        Source source = Source.NONE;
        String name;
        while ((name = json.nextFieldName()) != null) {
            JsonToken value = json.nextToken();
            if (name.equals("source") && value == JsonToken.START_OBJECT) {
                found(source, false);
                source = source(json);
            } else if (name.equals("type") && value == JsonToken.VALUE_STRING) {
                image = startsWith(json, IMAGE);
            } else {
                member(json, name, value);
            }
        }
        found(source, image);
    }

    /** @param image whether an address is that of an image */
    private void found(Source source, boolean image) {
        if (source == Source.IMAGE || source == Source.ADDRESS && image) {
            images++;
        } else if (source == Source.ADDRESS || source == Source.OTHER) {
            open = true;
        }
    }

    /** An address, or the image itself, in a string or in an object. */
    private void imageUrl(JsonParser json, JsonToken value) throws IOException {
        if (value == JsonToken.START_OBJECT) {
            String name;
            while ((name = json.nextFieldName()) != null) {
                JsonToken member = json.nextToken();
                if (name.equals("url")) {
                    imageUrl(json, member);
                } else {
                    json.skipChildren();
                }
            }
        } else if (value == JsonToken.VALUE_STRING) {
            images++;
            if (startsWith(json, PICTURE)) {
                picture(Json.tokenStart(json));
            } else if (!startsWith(json, ADDRESS)) {
                // A film, a document, or written so that it cannot be told.
                open = true;
            }
        } else {
            json.skipChildren();
        }
    }

    private void inline(JsonParser json, JsonToken value) throws IOException {
        if (value == JsonToken.START_OBJECT) {
            found(source(json), false);
        } else {
            json.skipChildren();
        }
    }

    private Source source(JsonParser json) throws IOException {
        boolean text = false;
        boolean address = false;
        boolean image = false;
        boolean other = false;
        int data = -1;
        String name;
        while ((name = json.nextFieldName()) != null) {
            JsonToken value = json.nextToken();
            switch (name) {
                case "type" ->
                    text |= value == JsonToken.VALUE_STRING
                            && (json.getText().equals("text") || json.getText().equals("content"));
                case "media_type", "mimeType", "mime_type" -> {
                    boolean ofImage = value == JsonToken.VALUE_STRING && startsWith(json, IMAGE_TYPE);
                    image |= ofImage;
                    other |= !ofImage
                            && !(value == JsonToken.VALUE_STRING
                                    && json.getText().equals("text/plain"));
                }
                case "data" -> {
                    other |= data >= 0;
                    data = value == JsonToken.VALUE_STRING ? Json.tokenStart(json) : data;
                    json.skipChildren();
                }
                case "url" -> address |= value != JsonToken.VALUE_NULL;
                default -> member(json, name, value);
            }
        }
        if (other) {
            return Source.OTHER;
        }
        if (image && !text && data >= 0) {
            picture(data);
            return Source.IMAGE;
        }
        return text ? Source.TEXT : address ? Source.ADDRESS : Source.OTHER;
    }

    private void picture(int start) {
        int end = start + 1;
        while (bytes[end] != '"') {
            end += bytes[end] == '\\' ? 2 : 1;
        }
        pictures.add(new Json.Range(start, end + 1));
        pictureBytes += end + 1 - start;
    }

    /** Whether a string begins so, as it is written. */
    private boolean startsWith(JsonParser json, byte[] prefix) {
        int from = Json.tokenStart(json) + 1;
        int to = from + prefix.length;
        return to <= bytes.length && Arrays.equals(bytes, from, to, prefix, 0, prefix.length);
    }
}
