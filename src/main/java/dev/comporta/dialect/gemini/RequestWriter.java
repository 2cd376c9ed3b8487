package dev.comporta.dialect.gemini;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.dialect.Dropped;
import dev.comporta.dialect.Json;
import java.util.Set;

/**
 * A chat completion request as Google's {@code GenerateContentRequest}.
 *
 * @see <a href="https://ai.google.dev/api/generate-content">Google's description of the request</a>
 */
final class RequestWriter {

    /** What is told to Google, or to the gateway itself. */
    private static final Set<String> READ = Set.of(
            "model",
            "stream",
            "stream_options",
            "messages",
            "tools",
            "tool_choice",
            "parallel_tool_calls",
            "functions",
            "function_call",
            "temperature",
            "top_p",
            "top_k",
            "presence_penalty",
            "frequency_penalty",
            "seed",
            "max_tokens",
            "max_completion_tokens",
            "n",
            "stop",
            "response_format",
            "reasoning_effort",
            "thinking",
            "modalities",
            "safety_settings",
            "cached_content",
            "extra_body");

    /** What changes the answer into one that Google's, as it is read here, cannot be. */
    private static final Set<String> REFUSED = Set.of("logprobs", "web_search_options", "moderation");

    private static final String GOOGLE = "extra_body.google";

    private final ObjectNode chat;
    private final GeminiModel model;
    private final Dropped dropped;

    RequestWriter(ObjectNode chat, GeminiModel model, Dropped dropped) {
        this.chat = chat;
        this.model = model;
        this.dropped = dropped;
    }

    ObjectNode write() {
        ObjectNode body = Json.object();
        new Conversation(model, dropped).write(chat, body);
        new Tools(dropped).write(chat, body);
        ObjectNode config = new Generation(model, dropped).config(chat);
        modalities();
        own(chat, body, "");
        extra(body, config);
        if (!config.isEmpty()) {
            body.set("generationConfig", config);
        }
        rest();
        return body;
    }

    /** Audio could be asked for, but an answer that holds it could not be told to the caller. */
    private void modalities() {
        ArrayNode modalities = Given.array(chat, "modalities", "modalities");
        if (modalities == null) {
            return;
        }
        for (JsonNode modality : modalities) {
            if (!Given.asString(modality, "modalities").equals("text")) {
                throw Given.unsupported("modalities", "must be text only for this model's provider");
            }
        }
    }

    /** What only Google knows, and OpenAI's SDKs send in {@code extra_body}. */
    private void extra(ObjectNode body, ObjectNode config) {
        ObjectNode extra = Given.object(chat, "extra_body", "extra_body");
        if (extra == null) {
            return;
        }
        extra.fieldNames().forEachRemaining(name -> {
            if (!name.equals("google")) {
                dropped.add("extra_body." + name);
            }
        });
        ObjectNode google = Given.object(extra, "google", GOOGLE);
        if (google == null) {
            return;
        }
        own(google, body, GOOGLE + ".");
        ObjectNode thinking = Given.object(google, "thinking_config", GOOGLE + ".thinking_config");
        if (thinking != null) {
            if (config.has("thinkingConfig")) {
                throw Given.invalid(
                        GOOGLE + ".thinking_config", "must not be given together with reasoning_effort or thinking");
            }
            config.set("thinkingConfig", thinking);
        }
        google.fieldNames().forEachRemaining(name -> {
            if (!Set.of("thinking_config", "cached_content", "safety_settings").contains(name)) {
                dropped.add(GOOGLE + "." + name);
            }
        });
    }

    private static void own(ObjectNode from, ObjectNode body, String path) {
        ArrayNode safety = Given.array(from, "safety_settings", path + "safety_settings");
        if (safety != null) {
            body.set("safetySettings", safety);
        }
        String cached = Given.string(from, "cached_content", path + "cached_content");
        if (cached != null) {
            body.put("cachedContent", cached);
        }
    }

    /** A feature that is switched off is off with Google too. */
    private void rest() {
        chat.properties().forEach(field -> {
            JsonNode value = field.getValue();
            if (READ.contains(field.getKey()) || value.isNull() || value.isBoolean() && !value.booleanValue()) {
                return;
            }
            if (REFUSED.contains(field.getKey())) {
                throw Given.unsupported(field.getKey(), "asks for what this model's provider cannot be asked for");
            }
            dropped.add(field.getKey());
        });
    }
}
