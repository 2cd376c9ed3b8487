package dev.comporta.dialect;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.core.ObjectReference;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A request to a model, in whatever dialect: the few fields that the gateway acts on, and the caller's bytes, of which
 * only what must change is changed. Unknown fields, 64-bit integers and the spelling of numbers pass as they are,
 * because they are never read.
 */
public final class ModelRequest {

    private static final byte[] ASK_FOR_USAGE =
            "\"stream_options\":{\"include_usage\":true},".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] INCLUDE_USAGE = "\"include_usage\":true,".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] INCLUDE_USAGE_ONLY = "\"include_usage\":true".getBytes(StandardCharsets.US_ASCII);
    private static final List<String> ACTED_ON = List.of("model", "stream", "stream_options", "store", "background");
    private static final byte[] NOTHING = {};
    private static final byte[] TRUE = "true".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] USAGE_OBJECT = "{\"include_usage\":true}".getBytes(StandardCharsets.US_ASCII);

    private final Buffer body;
    private final byte[] bytes;

    private int objectStart = -1;
    private @Nullable String model;
    private Json.@Nullable Range modelRange;
    private boolean stream;
    private Json.@Nullable Range streamOptions;
    /** The whole member, name included. */
    private Json.@Nullable Range streamOptionsMember;

    private boolean streamOptionsEmpty;
    private Json.@Nullable Range includeUsageRange;
    private boolean includeUsage;
    private @Nullable String user;
    private @Nullable String metadata;
    private boolean store;
    private boolean background;
    /** Values and names of members, for the size of the tree. */
    private long tokens;

    private final ObjectReferences references = new ObjectReferences();

    private final Set<String> fields = new HashSet<>();

    private ModelRequest(Buffer body) {
        this.body = body;
        this.bytes = body.getBytes();
    }

    /**
     * Reads a request.
     *
     * @throws GatewayError {@link ErrorCode#INVALID_JSON} if it is not one JSON object,
     *     {@link ErrorCode#INVALID_REQUEST} if a field that the gateway acts on has a wrong type
     */
    public static ModelRequest parse(Buffer body) {
        ModelRequest request = new ModelRequest(body);
        request.scan();
        if (request.model == null) {
            throw new GatewayError(ErrorCode.INVALID_REQUEST, "You must provide a model parameter.", "model");
        }
        return request;
    }

    /**
     * Reads a request of an API that names model and manner in the path, as Gemini's does.
     *
     * @param model as the path says
     * @param stream as the path says
     * @throws GatewayError as {@link #parse(Buffer)}
     */
    public static ModelRequest parse(Buffer body, String model, boolean stream) {
        ModelRequest request = new ModelRequest(body);
        request.scan();
        request.model = model;
        request.modelRange = null;
        request.stream = stream;
        return request;
    }

    private void scan() {
        try (TreeSize.Counter json = new TreeSize.Counter(Json.parser(bytes))) {
            read(json);
            tokens = json.tokens();
        } catch (IOException e) {
            throw notJson(e);
        }
    }

    private static GatewayError notJson(IOException e) {
        return new GatewayError(ErrorCode.INVALID_JSON, "The request body is not valid JSON" + Json.where(e) + ".");
    }

    /**
     * The whole body as a tree of its own, for a translation to read and to change.
     *
     * @throws GatewayError {@link ErrorCode#INVALID_JSON} if there is more to it than could be read before, such as a
     *     number without end, {@link ErrorCode#REQUEST_TOO_LARGE} if it would take too much memory
     */
    public ObjectNode tree() {
        return tree(TreeSize.MOST);
    }

    /** @param most how large the tree may be, in bytes */
    ObjectNode tree(long most) {
        if (TreeSize.of(tokens, bytes.length) > most) {
            throw tooLarge();
        }
        try {
            return (ObjectNode) Json.countedTree(bytes);
        } catch (IOException e) {
            throw notJson(e);
        }
    }

    static GatewayError tooLarge() {
        return new GatewayError(
                ErrorCode.REQUEST_TOO_LARGE,
                "The request has too many JSON values, or too long ones, to be translated for this model's provider.");
    }

    /** The model as the caller named it. */
    public String model() {
        return model == null ? "" : model;
    }

    /** Whether the caller wants a stream. */
    public boolean stream() {
        return stream;
    }

    /** Whether the caller asked for a final usage chunk. */
    public boolean includeUsage() {
        return includeUsage;
    }

    /** The body's {@code user}, if it is a string. */
    public @Nullable String user() {
        return user;
    }

    /** The body's {@code metadata} as JSON text, if it is an object. */
    public @Nullable String metadata() {
        return metadata;
    }

    /** Whether the caller asked for the answer to be kept by the provider. */
    public boolean store() {
        return store;
    }

    /** Whether the caller asked for an answer that the provider makes while nobody waits. */
    public boolean background() {
        return background;
    }

    /** The objects in the provider's account that the request names. */
    public List<ObjectReference> references() {
        return references.found();
    }

    /** The names of the fields at the top, for whoever must know whether it is worth while to read more. */
    public Set<String> fields() {
        return fields;
    }

    /** The caller's bytes. */
    public byte[] bytes() {
        return bytes;
    }

    /**
     * The body for a provider of the same dialect.
     *
     * @param targetModel the model's name as the provider knows it
     * @param askForUsage whether to ask for usage in the stream, even where the caller did not
     * @param dropStreamOptions whether the provider refuses {@code stream_options}
     */
    public Buffer forwarded(String targetModel, boolean askForUsage, boolean dropStreamOptions) {
        List<Edit> edits = new ArrayList<>(3);
        if (modelRange != null && !targetModel.equals(model)) {
            edits.add(new Edit(modelRange, Json.quoted(targetModel)));
        }
        if (stream && dropStreamOptions) {
            dropStreamOptions(edits);
        } else if (stream && askForUsage && !includeUsage) {
            askForUsage(edits);
        }
        return edits.isEmpty() ? body : edited(edits);
    }

    private void askForUsage(List<Edit> edits) {
        if (includeUsageRange != null) {
            edits.add(new Edit(includeUsageRange, TRUE));
        } else if (streamOptions == null) {
            edits.add(new Edit(Json.Range.at(objectStart + 1), ASK_FOR_USAGE));
        } else if (bytes[streamOptions.from()] == '{') {
            edits.add(new Edit(
                    Json.Range.at(streamOptions.from() + 1), streamOptionsEmpty ? INCLUDE_USAGE_ONLY : INCLUDE_USAGE));
        } else {
            edits.add(new Edit(streamOptions, USAGE_OBJECT));
        }
    }

    private void dropStreamOptions(List<Edit> edits) {
        if (streamOptionsMember != null) {
            edits.add(new Edit(Json.withComma(bytes, streamOptionsMember), NOTHING));
        }
    }

    private Buffer edited(List<Edit> edits) {
        edits.sort(Comparator.comparingInt(edit -> edit.range.from()));
        Buffer result = Buffer.buffer(bytes.length + 64);
        int at = 0;
        for (Edit edit : edits) {
            result.appendBytes(bytes, at, edit.range.from() - at).appendBytes(edit.replacement);
            at = edit.range.to();
        }
        return result.appendBytes(bytes, at, bytes.length - at);
    }

    private void read(JsonParser json) throws IOException {
        if (json.nextToken() != JsonToken.START_OBJECT) {
            throw new GatewayError(ErrorCode.INVALID_JSON, "The request body must be a JSON object.");
        }
        objectStart = Json.tokenStart(json);
        String name;
        while ((name = json.nextFieldName()) != null) {
            int memberStart = Json.tokenStart(json);
            JsonToken value = json.nextToken();
            fields.add(name);
            switch (name) {
                case "model" -> readModel(json, value);
                case "stream" -> readStream(value);
                case "stream_options" -> readStreamOptions(json, value, memberStart);
                case "user" -> readUser(json, value);
                case "metadata" -> readMetadata(json, value);
                case "store" -> readStore(json, value);
                case "background" -> {
                    background |= value == JsonToken.VALUE_TRUE;
                    json.skipChildren();
                }
                default -> {
                    refuseLikeness(name);
                    references.member(json, name, value);
                }
            }
        }
        if (json.nextToken() != null) {
            throw new GatewayError(ErrorCode.INVALID_JSON, "The request body must be one JSON object.");
        }
    }

    /** Some servers match names without case, and would take the last one of two spellings. */
    private static void refuseLikeness(String name) {
        for (String known : ACTED_ON) {
            if (known.equalsIgnoreCase(name)) {
                throw new GatewayError(
                        ErrorCode.INVALID_REQUEST,
                        "The field %s must be written in lower case.".formatted(known),
                        known);
            }
        }
    }

    private void readModel(JsonParser json, JsonToken value) throws IOException {
        if (modelRange != null) {
            throw new GatewayError(ErrorCode.INVALID_REQUEST, "The field model stands twice in the request.", "model");
        }
        if (value != JsonToken.VALUE_STRING) {
            throw new GatewayError(ErrorCode.INVALID_REQUEST, "The field model must be a string.", "model");
        }
        model = json.getText();
        modelRange = Json.tokenRange(json);
    }

    private void readStream(JsonToken value) {
        switch (value) {
            case VALUE_TRUE -> stream = true;
            case VALUE_FALSE, VALUE_NULL -> stream = false;
            default ->
                throw new GatewayError(ErrorCode.INVALID_REQUEST, "The field stream must be true or false.", "stream");
        }
    }

    private void readStreamOptions(JsonParser json, JsonToken value, int memberStart) throws IOException {
        if (streamOptions != null) {
            throw new GatewayError(
                    ErrorCode.INVALID_REQUEST,
                    "The field stream_options stands twice in the request.",
                    "stream_options");
        }
        int start = Json.tokenStart(json);
        if (value == JsonToken.START_OBJECT) {
            streamOptionsEmpty = true;
            String name;
            while ((name = json.nextFieldName()) != null) {
                streamOptionsEmpty = false;
                JsonToken option = json.nextToken();
                if (name.equals("include_usage")) {
                    readIncludeUsage(json, option);
                } else {
                    json.skipChildren();
                }
            }
        } else if (value != JsonToken.VALUE_NULL) {
            throw new GatewayError(
                    ErrorCode.INVALID_REQUEST, "The field stream_options must be an object.", "stream_options");
        }
        streamOptions = new Json.Range(start, Json.position(json));
        streamOptionsMember = new Json.Range(memberStart, streamOptions.to());
    }

    private void readIncludeUsage(JsonParser json, JsonToken value) {
        if (value != JsonToken.VALUE_TRUE && value != JsonToken.VALUE_FALSE && value != JsonToken.VALUE_NULL) {
            throw new GatewayError(
                    ErrorCode.INVALID_REQUEST,
                    "The field stream_options.include_usage must be true or false.",
                    "stream_options.include_usage");
        }
        includeUsage = value == JsonToken.VALUE_TRUE;
        includeUsageRange = Json.tokenRange(json);
    }

    private void readStore(JsonParser json, JsonToken value) throws IOException {
        store |= value == JsonToken.VALUE_TRUE;
        json.skipChildren();
    }

    private void readUser(JsonParser json, JsonToken value) throws IOException {
        user = value == JsonToken.VALUE_STRING ? json.getText() : null;
        json.skipChildren();
    }

    private void readMetadata(JsonParser json, JsonToken value) throws IOException {
        int start = Json.tokenStart(json);
        json.skipChildren();
        if (value == JsonToken.START_OBJECT) {
            metadata = new String(bytes, start, Json.position(json) - start, StandardCharsets.UTF_8);
        }
    }

    private record Edit(Json.Range range, byte[] replacement) {}
}
