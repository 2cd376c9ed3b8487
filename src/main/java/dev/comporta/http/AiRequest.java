package dev.comporta.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.dialect.Json;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A call without an SDK, as it is written at {@code POST /api/ai/request}. A field that is null counts as absent, one
 * that is not known is refused: a misspelt limit would otherwise not hold.
 */
final class AiRequest {

    private static final String MAX_TOKENS = "maxTokens";
    private static final String METADATA = "metadata";
    /** What says who the call is for, and the header that says the same. */
    private static final Map<String, String> ATTRIBUTION = Map.of(
            "teamId", "x-gateway-team-id",
            "projectId", "x-gateway-project-id",
            "appId", "x-gateway-app-id",
            "taskType", "x-gateway-task-type");

    private static final Set<String> OTHERS =
            Set.of("model", "prompt", "messages", MAX_TOKENS, "temperature", METADATA);

    private final ObjectNode fields;

    private AiRequest(ObjectNode fields) {
        this.fields = fields;
    }

    /** @throws GatewayError {@link ErrorCode#INVALID_JSON} or {@link ErrorCode#INVALID_REQUEST}, naming the field */
    static AiRequest parse(Buffer body) {
        JsonNode tree;
        try {
            tree = Json.tree(body.getBytes());
        } catch (IOException e) {
            throw new GatewayError(
                    ErrorCode.INVALID_JSON, "The request body is not valid JSON%s.".formatted(Json.where(e)));
        }
        if (!(tree instanceof ObjectNode object)) {
            throw new GatewayError(ErrorCode.INVALID_JSON, "The request body must be a JSON object.");
        }
        AiRequest request = new AiRequest(withoutNulls(object));
        request.check();
        return request;
    }

    private static ObjectNode withoutNulls(ObjectNode object) {
        Iterator<JsonNode> values = object.iterator();
        while (values.hasNext()) {
            if (values.next().isNull()) {
                values.remove();
            }
        }
        return object;
    }

    private void check() {
        fields.fieldNames().forEachRemaining(name -> {
            if (!OTHERS.contains(name) && !ATTRIBUTION.containsKey(name)) {
                throw invalid(name.length() > 100 ? null : name, "There is no such field.");
            }
        });
        if (!fields.path("model").isTextual()) {
            throw invalid("model", "You must provide the model as a string.");
        }
        if (fields.has("prompt") == fields.has("messages")) {
            throw invalid("prompt", "You must provide either a prompt or messages.");
        }
        if (fields.has("prompt") && !fields.path("prompt").isTextual()) {
            throw invalid("prompt", "The prompt must be a string.");
        }
        if (fields.has("messages") && !areMessages(fields.path("messages"))) {
            throw invalid("messages", "The messages must be an array of objects with a role, at least one.");
        }
        JsonNode maxTokens = fields.path(MAX_TOKENS);
        if (fields.has(MAX_TOKENS)
                && !(maxTokens.isIntegralNumber() && maxTokens.canConvertToInt() && maxTokens.asInt() > 0)) {
            throw invalid(MAX_TOKENS, "The limit must be a whole number above zero.");
        }
        if (fields.has("temperature") && !fields.path("temperature").isNumber()) {
            throw invalid("temperature", "The temperature must be a number.");
        }
        for (String name : ATTRIBUTION.keySet()) {
            if (fields.has(name) && !fields.path(name).isTextual()) {
                throw invalid(name, "It must be a string.");
            }
        }
        if (fields.has(METADATA) && !fields.path(METADATA).isObject()) {
            throw invalid(METADATA, "The metadata must be a JSON object.");
        }
    }

    private static boolean areMessages(JsonNode messages) {
        if (!messages.isArray() || messages.isEmpty()) {
            return false;
        }
        for (JsonNode message : messages) {
            if (!message.path("role").isTextual()) {
                return false;
            }
        }
        return true;
    }

    private static GatewayError invalid(@Nullable String field, String message) {
        return new GatewayError(ErrorCode.INVALID_REQUEST, message, field);
    }

    /**
     * The same as a chat completion request.
     *
     * @param limit what the field is called that bounds a model's answer
     */
    Buffer chat(Function<String, String> limit) {
        String model = fields.path("model").asText();
        ObjectNode chat = Json.object().put("model", model);
        if (fields.has("messages")) {
            chat.set("messages", fields.get("messages"));
        } else {
            ArrayNode messages = chat.putArray("messages");
            messages.addObject()
                    .put("role", "user")
                    .put("content", fields.path("prompt").asText());
        }
        if (fields.has(MAX_TOKENS)) {
            chat.put(limit.apply(model), fields.path(MAX_TOKENS).asInt());
        }
        if (fields.has("temperature")) {
            chat.set("temperature", fields.get("temperature"));
        }
        return Buffer.buffer(Json.bytes(chat));
    }

    /** The caller's headers, and in them what the body says of who the call is for. */
    MultiMap headers(MultiMap from) {
        // It takes any text, which the headers of a connection do not.
        MultiMap headers = MultiMap.caseInsensitiveMultiMap().addAll(from);
        ATTRIBUTION.forEach((field, header) -> {
            if (fields.has(field)) {
                headers.set(header, fields.path(field).asText());
            }
        });
        if (fields.has(METADATA)) {
            headers.set("x-gateway-metadata", Json.text(fields.get(METADATA)));
        }
        return headers;
    }
}
