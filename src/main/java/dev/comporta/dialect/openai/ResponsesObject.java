package dev.comporta.dialect.openai;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeType;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.core.TokenUsage;
import dev.comporta.dialect.CallerApi.AnswerContext;
import dev.comporta.dialect.FinishReason;
import dev.comporta.dialect.Json;
import dev.comporta.dialect.ProviderError;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The object around an answer's items: what became of it, and much of the request, repeated. */
final class ResponsesObject {

    private static final Set<JsonNodeType> STRING = Set.of(JsonNodeType.STRING);
    private static final Set<JsonNodeType> NUMBER = Set.of(JsonNodeType.NUMBER);
    private static final Set<JsonNodeType> OBJECT = Set.of(JsonNodeType.OBJECT);

    /** What is repeated if it is what it should be. */
    private static final Map<String, Set<JsonNodeType>> REPEATED = Map.ofEntries(
            Map.entry("instructions", STRING),
            Map.entry("max_output_tokens", NUMBER),
            Map.entry("metadata", OBJECT),
            Map.entry("parallel_tool_calls", Set.of(JsonNodeType.BOOLEAN)),
            Map.entry("prompt_cache_key", STRING),
            Map.entry("reasoning", OBJECT),
            Map.entry("safety_identifier", STRING),
            Map.entry("temperature", NUMBER),
            Map.entry("text", OBJECT),
            Map.entry("tool_choice", Set.of(JsonNodeType.STRING, JsonNodeType.OBJECT)),
            Map.entry("tools", Set.of(JsonNodeType.ARRAY)),
            Map.entry("top_logprobs", NUMBER),
            Map.entry("top_p", NUMBER),
            Map.entry("user", STRING));

    private final ObjectNode response;

    ResponsesObject(AnswerContext context) {
        response = blank("resp_" + context.id(), context.createdSeconds(), context.model());
        try {
            repeat(context.request().bytes());
        } catch (IOException e) {
            throw new IllegalStateException("the request has been read before", e);
        }
    }

    /** A response of which nothing is known yet, with the API's defaults. */
    static ObjectNode blank(String id, long createdSeconds, String model) {
        ObjectNode response = Json.object()
                .put("id", id)
                .put("object", "response")
                .put("created_at", createdSeconds)
                .put("status", ResponsesItem.IN_PROGRESS)
                .put("background", false)
                .putNull("error")
                .putNull("incomplete_details")
                .putNull("instructions")
                .putNull("max_output_tokens")
                .putNull("max_tool_calls")
                .put("model", model);
        response.putArray("output");
        response.put("parallel_tool_calls", true)
                .putNull("previous_response_id")
                .putNull("prompt_cache_key");
        response.putObject("reasoning").putNull("effort").putNull("summary");
        // Nothing is kept, whatever was asked; which tier a provider used it does not say.
        response.putNull("safety_identifier").putNull("service_tier").put("store", false);
        response.put("temperature", 1.0);
        response.putObject("text")
                .put("verbosity", "medium")
                .putObject("format")
                .put("type", "text");
        response.put("tool_choice", "auto").putArray("tools");
        response.put("top_logprobs", 0).put("top_p", 1.0).put("truncation", "disabled");
        response.putNull("usage").putNull("user").putObject("metadata");
        return response;
    }

    /** Reads what stands in the response too; the input, which may be long, is only skipped. */
    private void repeat(byte[] request) throws IOException {
        try (JsonParser json = Json.parser(request)) {
            json.nextToken();
            String name;
            while ((name = json.nextFieldName()) != null) {
                JsonToken value = json.nextToken();
                int start = Json.tokenStart(json);
                json.skipChildren();
                if (REPEATED.containsKey(name) && value != JsonToken.VALUE_NULL) {
                    json.finishToken();
                    repeat(name, Json.tree(Arrays.copyOfRange(request, start, Json.position(json))));
                }
            }
        }
    }

    private void repeat(String name, JsonNode value) {
        if (!REPEATED.get(name).contains(value.getNodeType())) {
            return;
        }
        if (value instanceof ObjectNode object && response.get(name) instanceof ObjectNode defaults) {
            object.properties().forEach(member -> {
                if (!member.getValue().isNull()) {
                    defaults.set(member.getKey(), member.getValue());
                }
            });
        } else {
            response.set(name, value);
        }
    }

    /** Before the first item. */
    ObjectNode begun() {
        return response.deepCopy();
    }

    /** @param usage null if nothing is known of it */
    ObjectNode ended(ArrayNode output, @Nullable FinishReason reason, @Nullable TokenUsage usage) {
        ObjectNode ended = with(output, usage);
        String cut = reason == FinishReason.LENGTH
                ? "max_output_tokens"
                : reason == FinishReason.CONTENT_FILTER ? "content_filter" : null;
        ended.put("status", cut == null ? ResponsesItem.COMPLETED : ResponsesItem.INCOMPLETE);
        if (cut != null) {
            ended.putObject("incomplete_details").put("reason", cut);
        }
        return ended;
    }

    ObjectNode failed(ArrayNode output, @Nullable TokenUsage usage, ProviderError error) {
        return failed(with(output, usage), error);
    }

    static ObjectNode failed(ObjectNode response, ProviderError error) {
        response.put("status", "failed");
        response.putObject("error")
                .put("code", error.code() == null ? "server_error" : error.code())
                .put("message", error.message());
        return response;
    }

    private ObjectNode with(ArrayNode output, @Nullable TokenUsage usage) {
        ObjectNode result = response.deepCopy();
        result.set("output", output);
        if (usage != null) {
            ObjectNode counts = result.putObject("usage").put("input_tokens", usage.inputTokens());
            counts.putObject("input_tokens_details")
                    .put("cached_tokens", usage.cachedTokens())
                    .put("cache_write_tokens", usage.cacheWriteTokens());
            counts.put("output_tokens", usage.outputTokens());
            counts.putObject("output_tokens_details").put("reasoning_tokens", usage.reasoningTokens());
            counts.put("total_tokens", usage.totalTokens());
        }
        return result;
    }
}
