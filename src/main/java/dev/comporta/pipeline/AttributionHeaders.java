package dev.comporta.pipeline;

import dev.comporta.core.Attribution;
import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.core.Text;
import dev.comporta.dialect.ModelRequest;
import io.vertx.core.MultiMap;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads what the caller says about a request, from {@code x-gateway-*} headers and the body. */
final class AttributionHeaders {

    private static final String PREFIX = "x-gateway-";
    private static final String METADATA = PREFIX + "metadata";
    private static final int MAX_TEXT = 500;
    private static final int MAX_METADATA = 16 << 10;

    private AttributionHeaders() {}

    /**
     * @throws GatewayError {@link ErrorCode#INVALID_REQUEST} if {@code x-gateway-metadata} is not a JSON object of a
     *     reasonable size
     */
    static Attribution read(MultiMap headers, ModelRequest request) {
        return read(headers, request.user(), request.metadata());
    }

    /**
     * The same of a body of any kind.
     *
     * @param bodyUser its {@code user}, or null
     * @param bodyMetadata its {@code metadata} as JSON text, or null
     */
    static Attribution read(MultiMap headers, @Nullable String bodyUser, @Nullable String bodyMetadata) {
        boolean any = false;
        for (Map.Entry<String, String> header : headers) {
            if (header.getKey().regionMatches(true, 0, PREFIX, 0, PREFIX.length())) {
                any = true;
                break;
            }
        }
        if (!any && bodyUser == null && bodyMetadata == null) {
            return Attribution.NONE;
        }
        String user = text(headers, "user-id");
        return new Attribution(
                text(headers, "conversation-id"),
                text(headers, "phone"),
                user != null ? user : Text.storable(bodyUser, MAX_TEXT),
                text(headers, "team-id"),
                text(headers, "project-id"),
                text(headers, "app-id"),
                text(headers, "task-type"),
                metadata(headers.get(METADATA), bodyMetadata));
    }

    private static @Nullable String text(MultiMap headers, String name) {
        return Text.storable(headers.get(PREFIX + name), MAX_TEXT);
    }

    /** The header's members win over the body's. */
    private static @Nullable String metadata(@Nullable String header, @Nullable String body) {
        if (header == null && body == null) {
            return null;
        }
        JsonObject merged = new JsonObject();
        if (body != null && body.length() <= MAX_METADATA) {
            merged.mergeIn(object(body, "metadata"));
        }
        if (header != null) {
            if (header.length() > MAX_METADATA) {
                throw new GatewayError(
                        ErrorCode.INVALID_REQUEST, "The header x-gateway-metadata is longer than 16 KiB.", METADATA);
            }
            merged.mergeIn(object(header, METADATA));
        }
        return MetadataText.of(merged);
    }

    private static JsonObject object(String json, String param) {
        try {
            return new JsonObject(json);
        } catch (DecodeException e) {
            throw new GatewayError(ErrorCode.INVALID_REQUEST, "%s must be a JSON object.".formatted(param), param);
        }
    }
}
