package dev.comporta.pipeline;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.dialect.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The few members of a JSON body that the gateway looks at when it passes one through; all may be missing. */
final class PassJson {

    /** A body that is none, or not JSON. */
    static final PassJson NOTHING = new PassJson(new byte[0]);

    private static final int MOST_IMAGES = 10;

    private final byte[] bytes;
    private PassBody.@Nullable NamedModel model;
    private boolean stream;
    private boolean choosesId;
    private long inputCharacters;
    private long images = -1;
    private @Nullable String user;
    private @Nullable String metadata;

    private PassJson(byte[] bytes) {
        this.bytes = bytes;
    }

    /**
     * Reads a whole body.
     *
     * @throws GatewayError {@link ErrorCode#INVALID_JSON} if it is not one JSON object,
     *     {@link ErrorCode#INVALID_REQUEST} if its model is not one string
     */
    static PassJson read(byte[] bytes) {
        PassJson body = new PassJson(bytes);
        try (JsonParser json = Json.parser(bytes)) {
            body.readObject(json);
        } catch (IOException e) {
            throw new GatewayError(ErrorCode.INVALID_JSON, "The request body is not valid JSON" + Json.where(e) + ".");
        }
        return body;
    }

    PassBody.@Nullable NamedModel model() {
        return model;
    }

    boolean stream() {
        return stream;
    }

    /** Whether it says how the object that it makes is to be called. */
    boolean choosesId() {
        return choosesId;
    }

    /** How long the text is that is to be spoken. */
    long inputCharacters() {
        return inputCharacters;
    }

    /** How many images it asks for; a form may ask for as many as there can be. */
    long images() {
        return images >= 0 ? images : bytes.length > 0 ? 1 : MOST_IMAGES;
    }

    @Nullable
    String user() {
        return user;
    }

    /** As JSON text. */
    @Nullable
    String metadata() {
        return metadata;
    }

    private void readObject(JsonParser json) throws IOException {
        if (json.nextToken() != JsonToken.START_OBJECT) {
            throw new GatewayError(ErrorCode.INVALID_JSON, "The request body must be a JSON object.");
        }
        String name;
        while ((name = json.nextFieldName()) != null) {
            readMember(json, name, json.nextToken());
        }
        if (json.nextToken() != null) {
            throw new GatewayError(ErrorCode.INVALID_JSON, "The request body must be one JSON object.");
        }
    }

    private void readMember(JsonParser json, String name, JsonToken value) throws IOException {
        boolean text = value == JsonToken.VALUE_STRING;
        switch (name) {
            case "model" -> readModel(json, value);
            case "stream" -> stream = value == JsonToken.VALUE_TRUE;
            case "request_id" -> choosesId = true;
            case "input" -> inputCharacters = text ? characters(json.getText()) : 0;
            case "n" -> images = value == JsonToken.VALUE_NUMBER_INT ? Math.max(1, json.getValueAsInt(MOST_IMAGES)) : 1;
            case "user" -> user = text ? json.getText() : null;
            case "metadata" -> {
                int start = Json.tokenStart(json);
                json.skipChildren();
                metadata = value == JsonToken.START_OBJECT
                        ? new String(bytes, start, Json.position(json) - start, StandardCharsets.UTF_8)
                        : null;
            }
            default -> {
                // Passes as it is.
            }
        }
        json.skipChildren();
    }

    private void readModel(JsonParser json, JsonToken value) throws IOException {
        if (model != null) {
            throw new GatewayError(ErrorCode.INVALID_REQUEST, "The field model stands twice in the request.", "model");
        }
        if (value == JsonToken.VALUE_NULL) {
            return;
        }
        if (value != JsonToken.VALUE_STRING) {
            throw new GatewayError(ErrorCode.INVALID_REQUEST, "The field model must be a string.", "model");
        }
        String name = json.getText();
        Json.Range range = Json.tokenRange(json);
        model = new PassBody.NamedModel(name, range.from(), range.to(), true);
    }

    private static long characters(String text) {
        return text.codePointCount(0, text.length());
    }
}
