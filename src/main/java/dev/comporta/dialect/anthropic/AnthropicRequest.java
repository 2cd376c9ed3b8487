package dev.comporta.dialect.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.dialect.Dropped;
import dev.comporta.dialect.Json;
import dev.comporta.dialect.TargetTraits;
import java.util.Set;

/**
 * A chat completion request as {@code POST /v1/messages}. Every field of the request is taken by somebody here; what is
 * left is reported as dropped.
 *
 * @see <a href="https://platform.claude.com/docs/en/api/messages">Anthropic's messages API</a>
 */
final class AnthropicRequest {

    /** Handled by the gateway, whatever the provider. */
    private static final Set<String> NOT_FOR_PROVIDERS = Set.of("model", "stream", "stream_options");

    private static final String KEPT_ELSEWHERE = "It is kept by another provider; send it as messages.";

    private final Fields chat;
    private final TargetTraits traits;
    private final ModelRules rules;
    private final Dropped dropped;
    private final ObjectNode body = Json.object();

    private AnthropicRequest(ObjectNode chat, TargetTraits traits, Dropped dropped) {
        this.chat = new Fields(chat, "");
        this.traits = traits;
        this.dropped = dropped;
        rules = ModelRules.of(traits.model());
    }

    /**
     * Writes a request.
     *
     * @param chat loses its fields
     * @throws dev.comporta.core.GatewayError naming the field that makes no sense or cannot be told
     */
    static ObjectNode of(ObjectNode chat, boolean stream, TargetTraits traits, Dropped dropped) {
        return new AnthropicRequest(chat, traits, dropped).write(stream);
    }

    private ObjectNode write(boolean stream) {
        refuse();
        Conversation conversation = Conversation.of(chat.array("messages"), rules, dropped);
        ToolOffer tools = ToolOffer.of(chat, rules, dropped);
        ObjectNode outputConfig = Json.object();
        AnswerFormat.write(chat, rules, conversation, tools, outputConfig);
        tools.askInsteadOfForcing(conversation);
        Effort effort = Effort.of(chat, traits, dropped);
        effort.write(rules, conversation.allowsThinking(), tools.hindersThinking(), outputConfig);

        body.put("model", traits.model());
        body.put("max_tokens", effort.maxTokens());
        if (!conversation.system().isEmpty()) {
            body.set("system", conversation.system());
        }
        body.set("messages", conversation.turns());
        tools.write(body);
        if (effort.thinking() != null) {
            body.set("thinking", effort.thinking());
        }
        if (!outputConfig.isEmpty()) {
            body.set("output_config", outputConfig);
        }
        SamplingLimits.write(chat, rules.sampling(), effort.isThinking(), dropped, body);
        stop();
        user();
        serviceTier();
        JsonNode cache = chat.take("cache_control");
        if (cache != null) {
            body.set("cache_control", cache);
        }
        if (stream) {
            body.put("stream", true);
        }
        chat.reportRest(dropped, NOT_FOR_PROVIDERS);
        return body;
    }

    /** What would change the answer, or its shape. */
    private void refuse() {
        Integer n = chat.whole("n", 1);
        if (n != null && n > 1) {
            throw Refusal.unsupported("n", "They give one answer at a time; send the request several times.");
        }
        Integer topLogprobs = chat.whole("top_logprobs", 0);
        if (Boolean.TRUE.equals(chat.flag("logprobs")) || topLogprobs != null && topLogprobs > 0) {
            throw Refusal.unsupported("logprobs", "They do not say how likely their words are.");
        }
        ArrayNode modalities = chat.array("modalities");
        if (modalities != null
                && (modalities.size() != 1 || !modalities.path(0).asText().equals("text"))) {
            throw Refusal.unsupported("modalities", "They write text only.");
        }
        refuse("audio", "They write text only.");
        refuse("moderation", "Have the text moderated in a request of its own.");
        refuse("web_search_options", "Offer a function that searches.");
        refuse("cached_content", KEPT_ELSEWHERE);
        JsonNode others = chat.take("extra_body");
        if (others != null) {
            if (others.path("google").hasNonNull("cached_content")) {
                throw Refusal.unsupported("extra_body.google.cached_content", KEPT_ELSEWHERE);
            }
            dropped.add("extra_body");
        }
    }

    private void refuse(String field, String why) {
        if (chat.take(field) != null) {
            throw Refusal.unsupported(field, why);
        }
    }

    private void stop() {
        JsonNode given = chat.take("stop");
        if (given == null) {
            return;
        }
        ArrayNode sequences = given.isArray() ? (ArrayNode) given : Json.array().add(given);
        ArrayNode told = Json.array();
        for (JsonNode sequence : sequences) {
            if (!sequence.isTextual()) {
                throw Refusal.invalid("stop", "must be a string or an array of strings");
            }
            if (sequence.textValue().isBlank()) {
                dropped.add("stop");
            } else {
                told.add(sequence);
            }
        }
        if (!told.isEmpty()) {
            body.set("stop_sequences", told);
        }
    }

    private void user() {
        String identifier = chat.text("safety_identifier");
        String user = chat.text("user");
        if (identifier != null && user != null && !identifier.equals(user)) {
            dropped.add("user");
        }
        String id = identifier == null ? user : identifier;
        if (id != null && !id.isBlank()) {
            body.putObject("metadata").put("user_id", id);
        }
    }

    private void serviceTier() {
        String tier = chat.text("service_tier");
        switch (tier == null ? "" : tier) {
            case "" -> {
                // Anthropic's default is OpenAI's.
            }
            case "auto" -> body.put("service_tier", "auto");
            case "default" -> body.put("service_tier", "standard_only");
            default -> dropped.add("service_tier");
        }
    }
}
