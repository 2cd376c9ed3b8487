package dev.comporta.dialect.gemini;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.dialect.Dropped;
import dev.comporta.dialect.Json;

/** How an answer is to be made, as Google's {@code generationConfig}. */
final class Generation {

    private static final int MOST_CANDIDATES = 8;
    private static final int MOST_STOPS = 5;

    private final GeminiModel model;
    private final Dropped dropped;

    Generation(GeminiModel model, Dropped dropped) {
        this.model = model;
        this.dropped = dropped;
    }

    ObjectNode config(ObjectNode chat) {
        ObjectNode config = Json.object();
        number(chat, "temperature", config, "temperature");
        number(chat, "top_p", config, "topP");
        number(chat, "top_k", config, "topK");
        number(chat, "presence_penalty", config, "presencePenalty");
        number(chat, "frequency_penalty", config, "frequencyPenalty");
        integer(chat, "seed", config, "seed");
        integer(chat, "max_tokens", config, "maxOutputTokens");
        integer(chat, "max_completion_tokens", config, "maxOutputTokens");
        candidates(chat, config);
        stops(chat, config);
        format(chat, config);
        ObjectNode thinking = new Thinking(model, dropped).config(chat);
        if (thinking != null && !thinking.isEmpty()) {
            config.set("thinkingConfig", thinking);
        }
        return config;
    }

    private static void number(ObjectNode chat, String name, ObjectNode config, String googles) {
        JsonNode number = Given.number(chat, name, name);
        if (number != null) {
            config.set(googles, number);
        }
    }

    private static void integer(ObjectNode chat, String name, ObjectNode config, String googles) {
        Integer number = Given.integer(chat, name, name);
        if (number != null) {
            config.put(googles, number);
        }
    }

    /** One is what comes anyway, and not every model can be told of it. */
    private static void candidates(ObjectNode chat, ObjectNode config) {
        Integer n = Given.integer(chat, "n", "n");
        if (n != null && n < 1) {
            throw Given.invalid("n", "must be at least 1");
        }
        if (n != null && n > MOST_CANDIDATES) {
            throw Given.unsupported("n", "must be at most %d for this model's provider".formatted(MOST_CANDIDATES));
        }
        if (n != null && n > 1) {
            config.put("candidateCount", n);
        }
    }

    private static void stops(ObjectNode chat, ObjectNode config) {
        JsonNode stop = Given.any(chat, "stop");
        if (stop == null) {
            return;
        }
        ArrayNode stops = stop.isTextual() ? Json.array().add(stop) : Given.asArray(stop, "stop");
        if (stops.size() > MOST_STOPS) {
            throw Given.unsupported(
                    "stop", "must hold at most %d sequences for this model's provider".formatted(MOST_STOPS));
        }
        for (JsonNode sequence : stops) {
            if (Given.asString(sequence, "stop").isEmpty()) {
                throw Given.invalid("stop", "must not hold an empty sequence");
            }
        }
        if (!stops.isEmpty()) {
            config.set("stopSequences", stops);
        }
    }

    /**
     * Google always keeps to a schema, so that {@code strict} needs no telling; the schema's name tells a model
     * nothing.
     */
    private void format(ObjectNode chat, ObjectNode config) {
        ObjectNode format = Given.object(chat, "response_format", "response_format");
        if (format == null) {
            return;
        }
        switch (Given.requiredString(format, "type", "response_format.type")) {
            case "text" -> {
                // What comes anyway.
            }
            case "json_object" -> config.put("responseMimeType", "application/json");
            case "json_schema" -> {
                String path = "response_format.json_schema";
                ObjectNode named = Given.requiredObject(format, "json_schema", path);
                ObjectNode schema = Given.object(named, "schema", path + ".schema");
                config.put("responseMimeType", "application/json");
                if (schema != null) {
                    config.set("responseJsonSchema", schema);
                }
                if (Given.any(named, "description") != null) {
                    dropped.add(path + ".description");
                }
            }
            default -> throw Given.invalid("response_format.type", "must be one of text, json_object and json_schema");
        }
    }
}
